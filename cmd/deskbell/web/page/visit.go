package page

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/view"
)

// visitReaders are the streams of visits in one process.
const visitReaders = 20_000

// VisitStream answers GET /v1/visits/{visit}/stream?property=…&visitor=… with server-sent events:
// "action" for each thing to be done on the page of a visitor, as CloudEvents JSON: message.send,
// form.show, widget.hide, chat.close and visitor.set_department. It begins with the actions that are
// kept since the visit began, or after Last-Event-ID. The same action may come twice, with the same id.
//
// It is for web.Config.Visitors: a page shows the visitor's token as the parameter token, and a server its key. A stream of a visit that
// the visitor does not have is as silent as one of a visit that has only begun. Mount it for all methods, as WidgetState.
func VisitStream(visits *view.VisitFeed, live *view.Live, misses *web.Misses, streams *web.Streams, ids event.Intake, tokens *Tokens) http.Handler {
	return readable(streams.AtMost(visitReaders, func(w http.ResponseWriter, r *http.Request) {
		d := event.Data{Property: r.FormValue("property"), Visitor: r.FormValue("visitor"), Visit: r.PathValue("visit")}
		if _, err := ids.Complete(event.New(event.VisitorLeft, d)); err != nil {
			web.Problem(w, http.StatusBadRequest, faultsOf(err))
			return
		}
		still, ok := mayFollow(w, r, tokens, d)
		if !ok || !live.Has(d.Property) && misses.Refused(w, r) {
			return
		}
		if _, err := live.State(r.Context(), d.Property); err != nil {
			refuseWidget(w, r, misses, err)
			return
		}
		watch, err := visits.Watch(d.Property, d.Visitor, d.Visit, r.Header.Get("Last-Event-ID"))
		if err != nil {
			tooManyPages(w)
			return
		}
		defer watch.Close()
		s, err := web.OpenStream(w)
		if err != nil || r.Method == http.MethodHead || s.Send(append(web.Retry(), ":\n\n"...)) != nil {
			return
		}
		follow(s, r, nil, watch, still)
	}))
}

// mayFollow tells whether a reader has the visitor's token, or else a key of the property, and answers where not. A token is good while the
// visitor is still not erased; nil: it is a key.
func mayFollow(w http.ResponseWriter, r *http.Request, tokens *Tokens, of event.Data) (still func() bool, ok bool) {
	if !web.HasToken(r) {
		k := web.Caller(r.Context())
		if !k.May(of.Property) {
			web.Problem(w, http.StatusForbidden, web.OnlyProperties(k))
		}
		return nil, k.May(of.Property)
	}
	known, ok, err := tokens.bearer(r.Context(), of.Property, web.Token(r))
	ok = ok && known.visitor == of.Visitor
	switch {
	case err != nil:
		web.Problem(w, http.StatusServiceUnavailable, noRedis)
	case !ok:
		web.Problem(w, http.StatusUnauthorized, "this token is wrong or too old, or of another visitor")
	}
	return func() bool { return tokens.stillOf(r.Context(), of.Property, known) }, ok
}

func tooManyPages(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "30")
	web.Problem(w, http.StatusTooManyRequests, "this visit has as many pages open as may be told: close one")
}

// faultsOf lists the faults of the ids.
func faultsOf(err error) string {
	var faults event.Faults
	if !errors.As(err, &faults) {
		return err.Error()
	}
	var list []string
	for _, f := range faults {
		list = append(list, f.String())
	}
	return "the address needs a visit, and ?property= and &visitor=: " + strings.Join(list, "; ")
}

// actionEvents are the actions that a reader has not had.
func actionEvents(watch *view.Subscription) (events []byte) {
	for _, t := range watch.Items() {
		events = fmt.Appendf(events, "id: %s\nevent: action\ndata: %s\n\n", t.ID, t.JSON)
	}
	return events
}
