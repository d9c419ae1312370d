package board

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/edit"
)

// users are some of those who have a shared schedule, whose hours an edit changes.
type users struct {
	Users []user `json:"users"`
	More  bool   `json:"more"` // there may be others
}

// user has a schedule.
type user struct {
	Kind string `json:"kind"` // property or agent
	ID   string `json:"id"`
}

func (b *board) users(w http.ResponseWriter, r *http.Request) {
	if key := web.Caller(r.Context()); key.IsBound() {
		web.Problem(w, http.StatusForbidden, web.OnlyProperties(key))
		return
	}
	name := r.FormValue("schedule")
	if !definition.ValidID(name) {
		web.Problem(w, http.StatusBadRequest, "schedule is not the name of one.")
		return
	}
	list, more, err := b.Client.Users(r.Context(), edit.KindSchedule, name)
	found := users{Users: []user{}, More: more}
	for _, s := range list {
		if id, ok := s.Property(); ok {
			found.Users = append(found.Users, user{"property", id})
		} else if id, ok := s.Agent(); ok {
			found.Users = append(found.Users, user{"agent", id})
		}
	}
	slices.SortFunc(found.Users, func(a, b user) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	b.answer(w, r, found, err)
}
