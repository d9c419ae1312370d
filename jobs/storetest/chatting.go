package storetest

import (
	"fmt"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/store"
)

// chats lets visitors of a property begin chats, or end them.
func (f *fixture) chats(begin bool, property string, visitors ...string) {
	f.Helper()
	for _, id := range visitors {
		r := f.load(store.VisitorSubject(property, id))[0]
		c := on(r)
		if c.State = []byte(`{}`); r.Rev == 0 {
			c.NewRev = firstRev
		}
		c.ChatsBegin, c.ChatsEnd = begin, !begin
		f.commit(c)
	}
}

// chatting gives all visitors of a property who chat, read in pages, as
// "PROPERTY/VISITOR …".
func (f *fixture) chatting(property string, limit int) []string {
	f.Helper()
	var all []string
	for cursor := ""; ; {
		page, next, err := f.store.Chatting(f.Context(), property, cursor, limit)
		f.must(err)
		for _, s := range page {
			p, id, _ := s.Visitor()
			all = append(all, p+"/"+id)
		}
		if cursor = next; cursor == "" {
			return all
		}
	}
}

func (f *fixture) chatOn(property string, want ...string) {
	f.Helper()
	if diff := cmp.Diff(want, f.chatting(property, 100)); diff != "" {
		f.Error(diff)
	}
}

func chatters() []testCase {
	return []testCase{
		{"are those of a property who have begun and not ended, in the order of their ids", func(f *fixture) {
			f.chats(true, "acme", "v3", "v1", "v2", "v4")
			f.chats(true, "acme-2", "v5")
			f.chats(true, "acm", "v6")
			f.chats(true, "acme", "v1")
			f.chats(false, "acme", "v2")
			f.chatOn("acme", "acme/v1", "acme/v3", "acme/v4")
			f.chatOn("acm", "acm/v6")
			f.chatOn("bell")
		}},
		{"stay when a change does not say otherwise, and go with their records", func(f *fixture) {
			f.chats(true, "acme", "v1", "v2")
			for id, remove := range map[string]bool{"v1": false, "v2": true} {
				c := on(f.load(store.VisitorSubject("acme", id))[0])
				c.State, c.Remove = []byte(`{"n":1}`), remove
				f.commit(c)
			}
			f.chatOn("acme", "acme/v1")
		}},
		{"do not come or go by a change that is lost", func(f *fixture) {
			f.chats(true, "acme", "v1")
			c := on(f.load(store.VisitorSubject("acme", "v1"))[0])
			c.Rev, c.ChatsEnd = c.Rev-1, true
			f.loses(f.store.Shard(c.Subject), c)
			c.Remove = true
			f.loses(f.store.Shard(c.Subject), c)
			f.chatOn("acme", "acme/v1")
			made := making(store.VisitorSubject("acme", "v2"))
			f.commit(made)
			made.ChatsBegin = true
			f.loses(f.store.Shard(made.Subject), made)
			f.chatOn("acme", "acme/v1")
		}},
		{"are given in pages that cover all, each once", func(f *fixture) {
			var ids, want []string
			for i := range 700 {
				ids = append(ids, fmt.Sprint("v", i))
				want = append(want, fmt.Sprint("acme/v", i))
			}
			f.chats(true, "acme", ids...)
			slices.Sort(want)
			for _, limit := range []int{1, 7, 1000} {
				if diff := cmp.Diff(want, f.chatting("acme", limit)); diff != "" {
					f.Errorf("by %d: %s", limit, diff)
				}
			}
		}},
		{"of several shards can begin at once", func(f *fixture) {
			var changes []store.Change
			for i := range 9 {
				c := making(store.VisitorSubject("acme", fmt.Sprint("v", i)))
				c.ChatsBegin = true
				changes = append(changes, c)
			}
			_, err := f.store.Commit(f.Context(), changes)
			f.must(err)
			if all := f.chatting("acme", 2); len(all) != 9 {
				f.Errorf("got %v", all)
			}
		}},
		{"are requested to be woken by their property, and by no other", func(f *fixture) {
			f.chats(true, "acme", "v1", "v2")
			for _, property := range []string{"acme", "bell"} {
				s := store.PropertySubject(property)
				c := on(f.define(nine, s)[0])
				c.State, c.Wake = []byte(`{}`), true
				f.commit(c)
			}
			var requests []string
			for shard := range f.store.Shards() {
				for _, m := range f.wakes(shard, 9) {
					requests = append(requests, m.Name)
				}
			}
			if diff := cmp.Diff([]string{string(store.ChattersSubject("acme"))}, requests); diff != "" {
				f.Error(diff)
			}
		}},
	}
}
