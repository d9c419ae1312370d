package enqueue

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/layout"
	"github.com/deskbell/deskbell/jobs/store"
)

// Before a task with events is enqueued, and so before anyone is told that they were accepted, it is noted in each shard of which
// property it has some. The worker that has taken them in strikes the notes out. So a worker to which a message falls due
// can see in one step whether events are left that may concern it, wherever their task is meanwhile. The notes are members
// of a sorted set for each shard, all of score 0: so they are in the order of properties, and of times.
//
// A note whose task is gone holds up nobody: see jobs/accepted.go. Tasks that others put into asynq themselves have none: their events
// count once they are taken in.

// AcceptedKey is the key of the notes in one shard.
func AcceptedKey(shard int) string { return layout.Key(shard, "accepted") }

// Lane is a property in a shard, or the agents of a shard where it names no property.
type Lane struct {
	Shard    int
	Property string
}

// laneEnd ends the property in a note. No id has it.
const laneEnd = "\x00"

// zeros are as many as a time in a note has digits, so that notes are in the order of their times.
const zeros = "000000000000000"

// Note is the note of a task in a lane, accepted at an instant.
func (l Lane) Note(at time.Time, task string) string { return l.Until(at) + task }

// First begins all notes of a lane, and comes before all of them.
func (l Lane) First() string { return l.Property + laneEnd }

// Until comes after all notes of a lane that were accepted before an instant, and before all others.
func (l Lane) Until(at time.Time) string {
	ms := strconv.FormatInt(at.UnixMilli(), 10)
	return l.Property + laneEnd + zeros[:max(0, len(zeros)-len(ms))] + ms + ":"
}

// ReadNote takes a note apart.
func ReadNote(note string) (at time.Time, task string) {
	_, rest, _ := strings.Cut(note, laneEnd)
	ms, task, _ := strings.Cut(rest, ":")
	n, _ := strconv.ParseInt(ms, 10, 64)
	return time.UnixMilli(n), task
}

// LaneOf is the lane of a subject.
func LaneOf(s store.Subject, shard func(store.Subject) int) Lane {
	l := Lane{Shard: shard(s)}
	if property, _, ok := s.Visitor(); ok {
		l.Property = property
	} else if property, _, ok := s.Chat(); ok {
		l.Property = property
	}
	return l
}

// LanesOf are the lanes in which an event is noted: first that of the subject whose shard takes it in, then that of the agent
// whose deed in a chat it is. There are none for one that no shard takes in.
func LanesOf(e *event.Event, shard func(store.Subject) int) []Lane {
	subject, ok := store.Addressee(e)
	if !ok {
		return nil
	}
	lanes := []Lane{LaneOf(subject, shard)}
	if who, ok := event.Doer(e); ok && subject != store.AgentSubject(who) {
		lanes = append(lanes, LaneOf(store.AgentSubject(who), shard))
	}
	return lanes
}

// note writes the notes of a task.
func note(ctx context.Context, rdb redis.UniversalClient, lanes map[Lane]bool, at time.Time, task string) error {
	if _, err := rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for shard, notes := range notesOf(lanes, at, task) {
			members := make([]redis.Z, len(notes))
			for i, n := range notes {
				members[i].Member = n
			}
			p.ZAdd(ctx, AcceptedKey(shard), members...)
		}
		return nil
	}); err != nil {
		return fmt.Errorf("noting that events were accepted: %w", err)
	}
	return nil
}

func notesOf(lanes map[Lane]bool, at time.Time, task string) map[int][]string {
	notes := make(map[int][]string)
	for l := range lanes {
		notes[l.Shard] = append(notes[l.Shard], l.Note(at, task))
	}
	return notes
}
