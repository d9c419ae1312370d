package redisstore

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/jobs/store"
)

// Beat implements store.Store.
func (s *Store) Beat(ctx context.Context, b store.Beat, counts time.Duration) (live []store.Beat, at time.Time, err error) {
	body, err := json.Marshal(b)
	if err != nil {
		return nil, at, fmt.Errorf("encoding a beat: %w", err)
	}
	answer, err := s.run.beat.Run(ctx, s.rdb, []string{allKey("beats")}, b.Process, body, counts.Milliseconds()).StringSlice()
	if err != nil {
		return nil, at, fmt.Errorf("beating: %w", err)
	}
	return beats(answer)
}

// Live implements store.Store.
func (s *Store) Live(ctx context.Context) (live []store.Beat, at time.Time, err error) {
	answer, err := s.run.live.Run(ctx, s.rdb, []string{allKey("beats")}).StringSlice()
	if err != nil {
		return nil, at, fmt.Errorf("reading signs of life: %w", err)
	}
	return beats(answer)
}

// beats reads an answer: TIME, and the signs of life, which it puts into the order of their processes.
func beats(answer []string) (live []store.Beat, at time.Time, err error) {
	if at, err = clock(answer); err != nil {
		return nil, at, fmt.Errorf("reading the clock of Redis: %w", err)
	}
	live = make([]store.Beat, 0, len(answer)-2)
	for _, body := range answer[2:] {
		var one store.Beat
		if json.Unmarshal([]byte(body), &one) == nil { // another may be of a version that writes it otherwise
			live = append(live, one)
		}
	}
	slices.SortFunc(live, func(a, b store.Beat) int { return cmp.Compare(a.Process, b.Process) })
	return live, at, nil
}

// clock reads the seconds and microseconds of TIME, with which an answer begins.
func clock(answer []string) (time.Time, error) {
	if len(answer) < 2 {
		return time.Time{}, errors.New("the answer has no time")
	}
	seconds, err1 := strconv.ParseInt(answer[0], 10, 64)
	micros, err2 := strconv.ParseInt(answer[1], 10, 64)
	return time.Unix(seconds, micros*1000), errors.Join(err1, err2)
}
