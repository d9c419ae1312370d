package adapter

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/action"
)

// ReadData reads the data of an action: those of package action, or json.RawMessage as they are decoded.
func ReadData(a action.Action, to any) error {
	raw, ok := a.Data.(json.RawMessage)
	var err error
	if !ok {
		raw, err = json.Marshal(a.Data)
	}
	if err == nil {
		err = json.Unmarshal(raw, to)
	}
	if err != nil {
		return fmt.Errorf("reading the data of the action %s: %w", a.ID, err)
	}
	return nil
}

// TextOf is a message for products that take text alone: its links, files and images are their addresses. Its forms are left out; empty: there
// is nothing else.
func TextOf(v action.Visitor) string {
	lines := []string{v.Text}
	for _, at := range v.Attachments {
		if address := cmp.Or(at.Link, at.File, at.Image); address != "" && at.Title != "" {
			lines = append(lines, at.Title+": "+address)
		} else {
			lines = append(lines, address)
		}
	}
	lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	return strings.Join(lines, "\n\n")
}

// UserOf is the product's id of an agent, by a map of agents by such ids; of several, the lowest. ok is false for an agent who is not in it.
func UserOf[K cmp.Ordered](agents map[K]string, agent string) (id K, ok bool) {
	for user, name := range agents {
		if name == agent && agent != "" && (!ok || user < id) {
			id, ok = user, true
		}
	}
	return id, ok
}
