package api

import (
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/event"
)

// The results of an event.
const (
	taken           = "taken"
	refusedEvent    = "refused"
	unknownProperty = "unknown_property"
	unknownAgent    = "unknown_agent"
)

// eventResult says whether one event was taken.
type eventResult struct {
	Index   int                 `json:"index" doc:"From 0: its place in the array, or its line."`
	ID      string              `json:"id,omitempty" doc:"That of the event, or the one that it got. An event that was not taken has none."`
	Status  string              `json:"status" enum:"taken,refused,unknown_property,unknown_agent,over_quota" doc:"refused: something is wrong with it, or it is not for this key. over_quota: its property, or the key, has had as many events or new visitors as it may; the same event is taken later. unknown_property, unknown_agent: its property, or the agent whose event it is, is not defined; the same event is taken once it is."`
	Errors  []*huma.ErrorDetail `json:"errors,omitempty" doc:"The faults of an event that was not taken, each with its JSON pointer in the event."`
	LeftOut int                 `json:"errors_left_out,omitempty" doc:"How many more faults it has, at least: an answer has 200 in all, and 20 of an event."`
}

type eventCounts struct {
	Taken           int `json:"taken"`
	Refused         int `json:"refused"`
	UnknownProperty int `json:"unknown_property"`
	UnknownAgent    int `json:"unknown_agent,omitempty" doc:"Absent: none."`
	OverQuota       int `json:"over_quota,omitempty" doc:"Absent: none."`
}

// eventResults is the answer when at least one event was taken.
type eventResults struct {
	Counts  eventCounts   `json:"counts"`
	Results []eventResult `json:"results" nullable:"false" doc:"One for each event, in the order of the request. Of more than 1000 lines: one for each of the first 1000, and for those after them that were not taken, 2000 in all at most."`
	LeftOut int           `json:"results_left_out,omitempty" doc:"How many events were not taken and have no result. Absent: none."`
}

// noneTaken is the answer when there were events and none was taken: a problem with the same results.
type noneTaken struct {
	huma.ErrorModel
	Counts  eventCounts   `json:"counts"`
	Results []eventResult `json:"results" nullable:"false" doc:"One for each event, in the order of the request."`
}

func newNoneTaken(r eventResults, first event.Fault) *noneTaken {
	status := http.StatusUnprocessableEntity
	detail := fmt.Sprintf("no event was taken: %d refused, %d of properties that are not defined", r.Counts.Refused, r.Counts.UnknownProperty)
	if n := r.Counts.UnknownAgent; n > 0 {
		detail += fmt.Sprintf(", %d of agents that are not", n)
	}
	if n := r.Counts.OverQuota; n > 0 {
		status = http.StatusTooManyRequests
		detail += fmt.Sprintf(", %d over a quota", n)
	}
	detail += "; the first: " + clip(first.String(), mostMessage)
	return &noneTaken{huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: detail}, r.Counts, r.Results}
}

// verdict is the outcome of one event. It was taken where it has no faults.
type verdict struct {
	status string
	item   event.Item
	faults event.Faults
}

// faultRoom is how many faults an answer may still have, and how many bytes of them.
type faultRoom struct{ faults, bytes int }

func newFaultRoom() *faultRoom { return &faultRoom{mostFaults, mostFaultBytes} }

// resultsOf lists verdicts. The faults in an answer are bounded: the more events have some, the fewer of each are shown.
func resultsOf(verdicts []verdict, room *faultRoom) (r eventResults) {
	r.Results = make([]eventResult, len(verdicts))
	bad := 0
	for i, v := range verdicts {
		r.Results[i] = eventResult{Index: v.item.Index, Status: v.status}
		switch v.status {
		case taken:
			r.Counts.Taken++
			r.Results[i].ID = v.item.Event.ID
		case unknownProperty:
			r.Counts.UnknownProperty++
		case unknownAgent:
			r.Counts.UnknownAgent++
		case overQuota:
			r.Counts.OverQuota++
		default:
			r.Counts.Refused++
		}
		if len(v.faults) > 0 {
			bad++
		}
	}
	each := max(1, min(mostEventFaults, mostFaults/max(1, bad)))
	for i, v := range verdicts {
		shown := &r.Results[i]
		shown.Errors, shown.LeftOut = details(v.faults, min(each, room.faults), &room.bytes)
		room.faults -= len(shown.Errors)
	}
	return r
}
