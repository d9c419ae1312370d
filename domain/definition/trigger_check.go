package definition

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/trigger"
)

// check looks up every name that a property's triggers use within the property.
func (p *Property) check(at place) {
	first := map[string]int{}
	for i := range p.Triggers {
		t, at := &p.Triggers[i], at.key("triggers").item(i)
		if earlier, there := first[t.Name]; there && t.Name != "" {
			at.key("name").fault(clip(t.Name), fmt.Sprintf("is the name of /triggers/%d already", earlier), "a name of its own")
		} else {
			first[t.Name] = i
		}
		p.checkShortcut(at.key("shortcut"), t.Shortcut)
		for j, c := range t.Conditions {
			p.checkCondition(at.key("conditions").item(j), c)
		}
	}
	for i, s := range p.Rescue {
		at := at.key("rescue").item(i)
		if i > 0 && s.After != 0 && s.After < p.Rescue[i-1].After {
			at.key("after").fault(s.After.String(), "comes before the step above", "steps in the order of their times")
		}
	}
	for path, actions := range p.allActions() {
		p.checkActions(place{at.reader, at.path + path}, actions)
	}
}

func (p *Property) checkActions(at place, actions []trigger.Action) {
	for i, a := range actions {
		at := at.item(i)
		if a.SendMessage != nil {
			p.checkShortcut(at.key("send_message").key("shortcut"), a.SendMessage.Shortcut)
		}
		p.among(at.key("set_department"), "a department of the property", a.SetDepartment, slices.Sorted(maps.Keys(p.Departments)))
		if a.Notify == nil {
			continue
		}
		agents := slices.Sorted(slices.Values(p.AllAgents()))
		for j, agent := range a.Notify.Agents {
			p.among(at.key("notify").key("agents").item(j), "an agent of the property", agent, slices.Compact(agents))
		}
		if p.Destinations != nil {
			p.among(at.key("notify").key("destination"), "a destination of the property", a.Notify.Destination, p.Destinations)
		}
	}
}

func (p *Property) checkShortcut(at place, name string) {
	p.among(at, "a shortcut of the property", name, slices.Sorted(maps.Keys(p.Shortcuts)))
}

func (p *Property) checkCondition(at place, c trigger.Condition) {
	departments := slices.Sorted(maps.Keys(p.Departments))
	switch field, name, _ := trigger.FieldNamed(c.Field); field.Name {
	case "department.NAME.status":
		p.among(at.key("field"), "a department of the property", name, departments)
	case "triggered.NAME":
		var names []string
		for _, t := range p.Triggers {
			names = append(names, t.Name)
		}
		p.among(at.key("field"), "a trigger of the property", name, names)
	case "chat.department":
		for _, id := range wholeTexts(c) {
			known := func(department string) bool { return strings.EqualFold(department, id) }
			if !slices.ContainsFunc(departments, known) {
				p.among(at.key(c.Operator), "a department of the property", id, departments)
			}
		}
	}
}

// wholeTexts are those that a condition wants a field to be, or not to be.
func wholeTexts(c trigger.Condition) (texts []string) {
	switch c.Operator {
	case "in", "not_in":
		_ = json.Unmarshal(c.Value, &texts) // it was read before
	case "is", "is_not":
		texts = make([]string, 1)
		_ = json.Unmarshal(c.Value, &texts[0])
	}
	return texts
}

// among faults a name that is not one of a property's own.
func (*Property) among(at place, noun, name string, names []string) {
	if name == "" || slices.Contains(names, name) {
		return
	}
	allowed := strings.Join(names, ", ") + hours.Suggest(name, names)
	if len(names) == 0 {
		allowed = "none: the property defines no such thing"
	}
	at.fault(clip(name), "is not "+noun, allowed)
}
