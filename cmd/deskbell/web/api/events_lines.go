package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/event"
)

// A body of lines is taken in parts while it comes. Each part is as a request of another type: it has as many events and bytes, as long to
// come, and as long to be worked on. These bound all of them, unless Config says otherwise.
const (
	mostLinesBytes = 256 << 20
	linesTime      = 5 * time.Minute
)

// mostResults is how many results an answer to lines has.
const mostResults = 2 * event.MaxEvents

// judgedLines is what became of the lines so far.
type judgedLines struct {
	eventResults
	lines, events int
	room          *faultRoom
	first         event.Fault   // of the first event that was not taken
	wait          time.Duration // before more are taken of those over a quota
}

// linesEnded is the answer when some lines were judged, and the others were not.
type linesEnded struct {
	huma.ErrorModel
	eventResults
	Lines int `json:"lines"` // that were judged
}

// takeLines takes events that come one a line. An error is an answer.
func (s *service) takeLines(ctx context.Context, in *eventsInput, decode decoder, key string) (eventResults, error) {
	all, began := judgedLines{eventResults: eventResults{Results: []eventResult{}}, room: newFaultRoom()}, s.Now()
	in.expect()
	body, err := in.unpacked(s.MostLines)
	if err != nil {
		return eventResults{}, unread(err)
	}
	for parts := (lineReader{from: body}); ; {
		in.expect()
		switch {
		case isGivenUp(ctx):
			return all.ended(huma.ErrorWithHeaders(huma.Error503ServiceUnavailable("the server is to stop, or the key was revoked"), retryAfter(time.Second)))
		case s.Now().Sub(began) > s.LinesTime:
			return all.ended(huma.NewError(http.StatusRequestTimeout, "the body did not come within "+s.LinesTime.String()))
		}
		part, err := parts.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return all.ended(unread(err))
		}
		if err := s.takePart(ctx, part, decode, key, &all); err != nil {
			return all.ended(err)
		}
	}
	if all.Counts.Taken == 0 && all.events > 0 {
		return all.eventResults, refusedAll(ctx, all.eventResults, all.first, all.wait)
	}
	return all.eventResults, nil
}

// takePart takes the next lines. It gives an error where these are over a quota, all of them: so would be those after them.
func (s *service) takePart(ctx context.Context, part []byte, decode decoder, key string, all *judgedLines) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.WorkTime)
	defer cancel()
	items, err := decode.identified(s.Client.Intake(), part, web.Caller(ctx).Name, key, all.lines)
	if err != nil {
		return err
	}
	verdicts, wait, err := s.send(ctx, items, len(part))
	if err != nil {
		return err
	}
	r := resultsOf(verdicts, all.room)
	s.Events.Received(r.Counts.Taken, r.Counts.Refused, r.Counts.UnknownProperty, r.Counts.UnknownAgent, r.Counts.OverQuota)
	isOver := r.Counts.Taken == 0 && r.Counts.OverQuota > 0
	if isOver && all.lines > 0 {
		web.RefusedFor(ctx, web.OverQuota)
		return huma.ErrorWithHeaders(huma.Error429TooManyRequests("the events are over a quota; the first: "+clip(verdicts[0].faults[0].String(), mostMessage)), retryAfter(wait))
	}
	all.add(verdicts, r, wait)
	if all.lines += bytes.Count(part, []byte("\n")); part[len(part)-1] != '\n' {
		all.lines++
	}
	if isOver {
		return refusedAll(ctx, r, all.first, wait)
	}
	return nil
}

// add adds what became of a part.
func (all *judgedLines) add(verdicts []verdict, r eventResults, wait time.Duration) {
	c, more := &all.Counts, r.Counts
	c.Taken, c.Refused, c.OverQuota = c.Taken+more.Taken, c.Refused+more.Refused, c.OverQuota+more.OverQuota
	c.UnknownProperty, c.UnknownAgent = c.UnknownProperty+more.UnknownProperty, c.UnknownAgent+more.UnknownAgent
	all.wait = max(all.wait, wait)
	for i, one := range r.Results {
		all.events++
		isBad := one.Status != taken
		if isBad && all.first == (event.Fault{}) {
			all.first = verdicts[i].faults[0]
		}
		switch {
		case all.events <= event.MaxEvents || isBad && len(all.Results) < mostResults:
			all.Results = append(all.Results, one)
		case isBad:
			all.LeftOut++
		}
	}
}

// ended is the answer where the rest of a body is not taken.
func (all *judgedLines) ended(err error) (eventResults, error) {
	var problem *huma.ErrorModel
	if all.lines == 0 || !errors.As(err, &problem) {
		return all.eventResults, err
	}
	said := *problem
	said.Detail = fmt.Sprintf("%d lines were judged, and %d events taken, before this: %s", all.lines, all.Counts.Taken, said.Detail)
	ended := &linesEnded{said, all.eventResults, all.lines}
	var headers huma.HeadersError
	if errors.As(err, &headers) {
		return all.eventResults, huma.ErrorWithHeaders(ended, headers.GetHeaders())
	}
	return all.eventResults, ended
}
