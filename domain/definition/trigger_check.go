package definition

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/domain/trigger"
)

// check looks up every name that a property's triggers use within the property.
func (p *Property) check(at table.Place) {
	first := map[string]int{}
	for i := range p.Triggers {
		t, at := &p.Triggers[i], at.Key("triggers").Item(i)
		if earlier, there := first[t.Name]; there && t.Name != "" {
			at.Key("name").Fault(table.Clip(t.Name), fmt.Sprintf("is the name of /triggers/%d already", earlier), "a name of its own")
		} else {
			first[t.Name] = i
		}
		p.checkShortcut(at.Key("shortcut"), t.Shortcut)
		p.checkSender(at, t.Sender)
		for j, c := range t.Conditions {
			p.checkCondition(at.Key("conditions").Item(j), c)
		}
	}
	for i, s := range p.Rescue {
		at := at.Key("rescue").Item(i)
		if i > 0 && s.After != 0 && s.After < p.Rescue[i-1].After {
			at.Key("after").Fault(s.After.String(), "comes before the step above", "steps in the order of their times")
		}
	}
	for path, actions := range p.allActions() {
		p.checkActions(at.Down(path), actions)
	}
	p.checkPrograms(at)
}

// checkPrograms bounds the regular expressions of all triggers together: each event may be put to all of them.
func (p *Property) checkPrograms(at table.Place) {
	total := 0
	for i := range p.Triggers {
		t, at := &p.Triggers[i], at.Key("triggers").Item(i)
		add := func(at table.Place, c trigger.Condition) {
			before := total
			if total += c.Instructions(); before <= trigger.MostPrograms && total > trigger.MostPrograms {
				at.Key(c.Operator).Fault(table.Clip(string(c.Value)), "is more than the regular expressions of a property may be together",
					fmt.Sprintf("%d instructions for all of them, when compiled: fewer or smaller expressions", trigger.MostPrograms))
			}
		}
		add(at.Key("url"), t.URL)
		for j, c := range t.Conditions {
			add(at.Key("conditions").Item(j), c)
		}
	}
}

func (p *Property) checkActions(at table.Place, actions []trigger.Action) {
	for i, a := range actions {
		at := at.Item(i)
		if a.SendMessage != nil {
			p.checkShortcut(at.Key("send_message").Key("shortcut"), a.SendMessage.Shortcut)
			p.checkSender(at.Key("send_message"), a.SendMessage.Sender)
		}
		p.among(at.Key("set_department"), "a department of the property", a.SetDepartment, p.DepartmentIDs())
		if a.Notify == nil {
			continue
		}
		agents := slices.Sorted(slices.Values(p.AllAgents()))
		for j, agent := range a.Notify.Agents {
			p.among(at.Key("notify").Key("agents").Item(j), "an agent of the property", agent, slices.Compact(agents))
		}
		if p.Destinations != nil {
			p.among(at.Key("notify").Key("destination"), "a destination of the property", a.Notify.Destination, p.Destinations)
		}
	}
}

func (p *Property) checkShortcut(at table.Place, name string) {
	p.among(at, "a shortcut of the property", name, slices.Sorted(maps.Keys(p.Shortcuts)))
}

func (p *Property) checkCondition(at table.Place, c trigger.Condition) {
	departments := p.DepartmentIDs()
	switch field, name, _ := trigger.FieldNamed(c.Field); field.Name {
	case "department.NAME.status":
		p.among(at.Key("field"), "a department of the property", name, departments)
	case "triggered.NAME":
		var names []string
		for _, t := range p.Triggers {
			names = append(names, t.Name)
		}
		p.among(at.Key("field"), "a trigger of the property", name, names)
	case "chat.department":
		for _, id := range wholeTexts(c) {
			known := func(department string) bool { return strings.EqualFold(department, id) }
			if !slices.ContainsFunc(departments, known) {
				p.among(at.Key(c.Operator), "a department of the property", id, departments)
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
func (*Property) among(at table.Place, noun, name string, names []string) {
	if name == "" || slices.Contains(names, name) {
		return
	}
	allowed := table.Choices(name, names)
	if len(names) == 0 {
		allowed = "none: the property defines no such thing"
	}
	at.Fault(table.Clip(name), "is not "+noun, allowed)
}
