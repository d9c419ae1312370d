package api

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trace"
)

// eventsInput is a request with events. Its body is read here, and not by huma, since it may be packed.
type eventsInput struct {
	request *http.Request
	answer  http.ResponseWriter
}

// Resolve implements huma.Resolver.
func (in *eventsInput) Resolve(ctx huma.Context) []error {
	in.request, in.answer = humago.Unwrap(ctx)
	return nil
}

// decoder reads a body, or a part of one.
type decoder func(event.Intake, []byte) ([]event.Item, error)

// identified reads events of a caller, of which the first is at an index of the request. Those that have no id get one of the caller's
// Idempotency-Key; an empty one is none.
func (d decoder) identified(intake event.Intake, body []byte, caller, key string, first int) ([]event.Item, error) {
	if key != "" {
		intake.NewID = func() string { return "" } // identify gives them
	}
	items, err := d(intake, body)
	if err != nil {
		return nil, err
	}
	for i := range items {
		items[i].Index += first
	}
	if key == "" {
		return items, nil
	}
	return items, identify(items, caller, key)
}

// decoder reads the body of a request in whichever mode of CloudEvents it is, and tells whether it has lines.
func (in *eventsInput) decoder() (d decoder, asLines bool, err error) {
	contentType, header := in.request.Header.Get("Content-Type"), in.request.Header
	format, ok := event.FormatOf(contentType)
	switch {
	case event.IsBinary(contentType, header):
		if !event.IsData(contentType) {
			return nil, false, unsupported("the data of an event in binary mode (headers ce-*) are application/json", string(event.JSON))
		}
		return func(intake event.Intake, body []byte) ([]event.Item, error) {
			items := []event.Item{intake.DecodeBinary(header, body)}
			withTrace(items, traceOf(header))
			return items, nil
		}, false, nil
	case contentType == "":
		format = event.JSON
	case !ok:
		types := event.ContentTypes()
		return nil, false, unsupported("events are "+strings.Join(types[:len(types)-1], ", ")+" or "+types[len(types)-1], types...)
	}
	of := traceOf(header)
	return func(intake event.Intake, body []byte) ([]event.Item, error) {
		items, err := intake.Decode(body, format)
		if err != nil {
			return nil, unreadable(err)
		}
		withTrace(items, of)
		return items, nil
	}, format == event.Lines, nil
}

// traceOf is the trace that a request belongs to.
func traceOf(header http.Header) trace.Context {
	parents := header.Values("Traceparent")
	if len(parents) != 1 { // two are none
		return trace.Context{}
	}
	return trace.Read(strings.TrimSpace(parents[0]), strings.Join(header.Values("Tracestate"), ","))
}

// withTrace gives events that say of no trace the one of their request.
func withTrace(items []event.Item, of trace.Context) {
	for i := range items {
		if e := &items[i].Event; e.Context.IsZero() {
			e.Context = of
		}
	}
}

// unsupported refuses a content type. The header Accept has those that are not refused (RFC 9110, section 12.5.1).
func unsupported(detail string, allowed ...string) error {
	return huma.ErrorWithHeaders(huma.Error415UnsupportedMediaType(detail), http.Header{"Accept": {strings.Join(allowed, ", ")}})
}

// whole reads a body. An error is an answer.
func (in *eventsInput) whole() ([]byte, error) {
	in.expect()
	r, err := in.unpacked(event.MaxBody)
	if err != nil {
		return nil, unread(err)
	}
	buf := bytes.NewBuffer(make([]byte, 0, min(max(in.request.ContentLength, 0), event.MaxBody)+bytes.MinRead))
	if _, err := buf.ReadFrom(r); err != nil {
		return nil, unread(err)
	}
	return buf.Bytes(), nil
}

// expect bounds the time in which a body, or a part of one, comes and is answered.
func (in *eventsInput) expect() {
	control, now := http.NewResponseController(in.answer), time.Now()
	_ = control.SetReadDeadline(now.Add(bodyTime)) // errors: not every writer can
	_ = control.SetWriteDeadline(now.Add(bodyTime + requestTime))
}

// unpacked reads at most so many bytes of a body, packed and unpacked: a part that is packed may unpack to nothing at all. Beyond them the
// error is an *http.MaxBytesError.
func (in *eventsInput) unpacked(most int64) (io.Reader, error) {
	body := http.MaxBytesReader(in.answer, in.request.Body, most)
	if !web.IsPacked(in.request) {
		return body, nil
	}
	r, err := gzip.NewReader(body)
	if err != nil {
		return nil, &packedError{err}
	}
	return http.MaxBytesReader(nil, packed{r}, most), nil
}

// packed marks the errors of a body that is packed.
type packed struct{ *gzip.Reader }

// Read implements io.Reader.
func (p packed) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &packedError{err}
	}
	return n, err
}

// packedError says that a body cannot be unpacked, or not be read.
type packedError struct{ err error }

// Error is that of its cause.
func (e *packedError) Error() string { return "unpacking it by gzip: " + e.err.Error() }

// Unwrap gives the cause.
func (e *packedError) Unwrap() error { return e.err }

// unread makes an answer of an error while a body was read.
func unread(err error) error {
	var large *http.MaxBytesError
	var timeout net.Error
	switch {
	case errors.As(err, &large):
		return huma.NewError(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is too large; allowed: at most %d bytes, packed and unpacked: send fewer events at once", large.Limit))
	case errors.As(err, &timeout) && timeout.Timeout():
		return huma.NewError(http.StatusRequestTimeout, "the body did not come within "+bodyTime.String())
	}
	return huma.Error400BadRequest("the body cannot be read: " + err.Error())
}
