package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/deskbell/deskbell/domain/action"
)

// receiver is the webhook of a chat application: it ends the measurements of a stopwatch that are named as the actions that it gets.
type receiver struct {
	*httptest.Server
	now   func() time.Time
	watch atomic.Pointer[stopwatch]
	had   atomic.Int64 // actions, ever
}

func newReceiver(now func() time.Time) *receiver {
	r := &receiver{now: now}
	r.watch.Store(newStopwatch())
	r.Server = httptest.NewServer(r)
	return r
}

// ServeHTTP takes a list of actions. Signatures are left alone: the receiver's own work is not to be measured.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	at := r.now()
	body, err := io.ReadAll(request.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
	var actions []json.RawMessage
	if json.Unmarshal(body, &actions) != nil {
		actions = []json.RawMessage{body}
	}
	r.had.Add(int64(len(actions)))
	watch := r.watch.Load()
	for _, a := range actions {
		watch.stop(actionName(a), at)
	}
}

// actionName names what an action says: a state of a property, or something for a visitor.
func actionName(body []byte) string {
	var a struct {
		Type action.Type
		Data struct{ Property, Visitor, Status string }
	}
	if json.Unmarshal(body, &a) != nil {
		return ""
	}
	if a.Type == action.WidgetStateChanged {
		return stateName(a.Data.Property, a.Data.Status)
	}
	return saidName(a.Data.Property, a.Data.Visitor)
}

func stateName(property, status string) string { return fmt.Sprint(property, " is ", status) }
func saidName(property, visitor string) string { return fmt.Sprint(property, " to ", visitor) }

// page is a page that reads a stream of server-sent events.
type page struct {
	body io.ReadCloser
	end  chan struct{} // closed when the stream has ended
}

// openPage opens a stream and waits for the first piece of it. name says what the data of an event are; the watch ends the measurement of
// that name.
func openPage(client *http.Client, request *http.Request, now func() time.Time, watch *stopwatch, name func(data []byte) string) (*page, error) {
	answer, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("opening a stream: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("opening the stream %s: %s", request.URL.Path, answer.Status)
	}
	p := &page{body: answer.Body, end: make(chan struct{})}
	begun := make(chan struct{})
	go func() {
		defer close(p.end)
		p.read(begun, func(data []byte, at time.Time) { watch.stop(name(data), at) }, now)
	}()
	select {
	case <-begun:
		return p, nil
	case <-p.end:
		return nil, fmt.Errorf("opening the stream %s: it has ended", request.URL.Path)
	}
}

// read gives the data of each event, and notes the end of the first piece.
func (p *page) read(begun chan<- struct{}, had func(data []byte, at time.Time), now func() time.Time) {
	var rest []byte
	buffer := make([]byte, 64<<10)
	for first := true; ; {
		n, err := p.body.Read(buffer)
		at := now()
		rest = append(rest, buffer[:n]...)
		for {
			piece, after, whole := bytes.Cut(rest, []byte("\n\n"))
			if !whole {
				break
			}
			if _, data, ok := bytes.Cut(piece, []byte("\ndata: ")); ok {
				had(data, at)
			}
			rest = after
			if first {
				first = false
				close(begun)
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *page) close() {
	p.body.Close()
	<-p.end
}
