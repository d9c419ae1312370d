package board

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/store"
)

const (
	mostWeeks = 60 // properties at once: as many as a page shows
	lastWeek  = 9998
)

// weeks gives seven dates of each property that is asked for.
func (b *board) weeks(w http.ResponseWriter, r *http.Request) {
	ids, key := r.URL.Query()["id"], web.Caller(r.Context())
	if len(ids) > mostWeeks {
		web.Problem(w, http.StatusBadRequest, fmt.Sprintf("%d properties are too many: %d at most.", len(ids), mostWeeks))
		return
	}
	if slices.ContainsFunc(ids, func(id string) bool { return !key.May(id) }) {
		web.Problem(w, http.StatusForbidden, web.OnlyProperties(key))
		return
	}
	var from hours.Date
	if text := r.FormValue("from"); text != "" {
		var err error
		if from, err = hours.ParseDate(text); err != nil || from.Year < 1 || from.Year > lastWeek {
			web.Problem(w, http.StatusBadRequest, fmt.Sprintf("from is not a date such as 2026-11-23, up to the year %d.", lastWeek))
			return
		}
	}
	list, err := b.Client.BoardWeeks(r.Context(), ids, from)
	b.answer(w, r, list, err)
}

// shifts gives the week of an agent, who is the same on all properties: a key of some does not learn where else they are.
func (b *board) shifts(w http.ResponseWriter, r *http.Request) {
	if key := web.Caller(r.Context()); key.IsBound() {
		web.Problem(w, http.StatusForbidden, web.OnlyProperties(key))
		return
	}
	week, err := b.Client.AgentWeek(r.Context(), r.FormValue("agent"))
	if errors.Is(err, store.ErrNotFound) {
		web.Problem(w, http.StatusNotFound, "There is no such agent.")
		return
	}
	b.answer(w, r, week, err)
}
