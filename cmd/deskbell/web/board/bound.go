package board

import (
	"encoding/json"

	"github.com/deskbell/deskbell/jobs/edit"
)

// none is a list without anything, in JSON.
const none = "[]"

// of are the news as a key sees them. One of some properties sees what is said of these, and nothing that all properties share.
func (n news) of(k edit.Key) news {
	if !k.IsBound() || n.recent == nil {
		return n
	}
	return news{
		recent: ownRecent(k, n.recent), destinations: []byte(none), feeds: []byte(none), clocks: []byte(none), health: n.health,
		quotas: ofKey(k, n.quotas, func(q struct {
			Property string `json:"property"`
		}) string {
			return q.Property
		}),
	}
}

// ownRecent are the actions of a key's properties.
func ownRecent(k edit.Key, list []byte) []byte {
	return ofKey(k, list, func(a struct {
		Data struct {
			Property string `json:"property"`
		} `json:"data"`
	}) string {
		return a.Data.Property
	})
}

// ofKey leaves out what is not of a property of a key.
func ofKey[T any](k edit.Key, list []byte, property func(T) string) []byte {
	var all []json.RawMessage
	if json.Unmarshal(list, &all) != nil { // it was made by json.Marshal
		return []byte(none)
	}
	own := []json.RawMessage{}
	for _, one := range all {
		var item T
		if json.Unmarshal(one, &item) == nil && property(item) != "" && k.May(property(item)) {
			own = append(own, one)
		}
	}
	body, err := json.Marshal(own)
	if err != nil {
		return []byte(none)
	}
	return body
}
