package hours

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

// Rotation lets agents take turns in the hours of a schedule. A turn is a run of whole dates of the schedule's zone, so
// that the clocks' changes do not move it, and a window belongs to the date on which it opens. Before the first turn, all
// of them have the hours.
type Rotation struct {
	Every int      // days of a turn, 1 to 366
	Of    []string // agents, in the order of their turns; at least two
	From  Date     // the first date of the first turn
}

const (
	mostTurn    = 366 // days
	mostTurning = 100 // agents

	reasonRotation = "rotation"
	reasonCover    = "cover"
)

// Rotation is that of the schedule; nil where there is none.
func (s *Schedule) Rotation() *Rotation {
	if s.unset() {
		return nil
	}
	return s.rotation
}

// Turn returns the schedule as it is for one agent: closed on the dates of others' turns. Of an agent who takes no turns all
// are others'. A schedule without a rotation is returned as it is.
func (s *Schedule) Turn(agent string) *Schedule {
	if s.unset() || s.rotation == nil {
		return s
	}
	c := s.clone()
	c.turns = &turns{from: s.rotation.From.number(), every: s.rotation.Every, count: len(s.rotation.Of), mine: slices.Index(s.rotation.Of, agent)}
	if c.under != nil {
		c.under = c.under.Turn(agent)
	}
	return c
}

// turns are the turns of one agent, in day numbers.
type turns struct {
	from, every, count int
	mine               int // which of them is the agent's; -1: none
}

// narrow cuts a stretch to the turn that holds the day, and reports whether that is another's.
func (t *turns) narrow(st *stretch, day int) (others bool) {
	if day < t.from {
		st.to = min(st.to, t.from)
		return false
	}
	turn := (day - t.from) / t.every
	if t.mine < 0 {
		st.from = max(st.from, t.from)
	} else {
		st.from = max(st.from, t.from+turn*t.every)
		st.to = min(st.to, t.from+(turn+1)*t.every)
	}
	if turn%t.count == t.mine {
		return false
	}
	st.rule = othersTurn()
	return true
}

func othersTurn() *rule { return &rule{reason: reasonRotation} }

const rotationAllowed = "{every: 1w, of: [lea, tom], from: 2026-11-30}"

func (p *parser) rotation(path string, tree any) *Rotation {
	fields, ok := p.object(path, tree, "every", "of", "from")
	if !ok {
		return nil
	}
	for _, key := range []string{"every", "of", "from"} {
		if _, there := fields[key]; !there {
			if !p.misspelt(path) {
				p.fault(path, 0, key, "is missing", rotationAllowed)
			}
			return nil
		}
	}
	r := &Rotation{Every: p.turn(path+"/every", fields["every"])}
	r.From = p.date(path+"/from", fields["from"], false)
	of, ok := fields["of"].([]any)
	if !ok {
		p.fault(path+"/of", 0, show(fields["of"]), "is not a list of agents", rotationAllowed)
		return nil
	}
	for i, item := range of {
		r.Of = append(r.Of, p.turning(fmt.Sprintf("%s/of/%d", path, i), item, r.Of))
	}
	if len(of) < 2 || len(of) > mostTurning {
		p.fault(path+"/of", 0, fmt.Sprintf("%d agents", len(of)), "cannot take turns", fmt.Sprintf("2 to %d agents", mostTurning))
	}
	return r
}

// turning is the id of an agent who takes turns, each listed once.
func (p *parser) turning(path string, tree any, before []string) string {
	id, ok := tree.(string)
	if !ok {
		id = fmt.Sprint(tree)
	}
	switch {
	case !table.ValidID(id):
		p.fault(path, 0, show(tree), "is not an id", table.IDAllowed)
	case slices.Contains(before, id):
		p.fault(path, 0, id, "is listed twice", "each once")
	}
	return id
}

// turn reads the length of a turn: 1w, 2w, 3d.
func (p *parser) turn(path string, tree any) int {
	text, _ := tree.(string)
	n, unit := 0, 1
	if digits, weeks := strings.CutSuffix(text, "w"); weeks {
		n, unit = number(digits), daysPerWeek
	} else if digits, days := strings.CutSuffix(text, "d"); days {
		n = number(digits)
	}
	if n < 1 || n*unit > mostTurn {
		p.fault(path, 0, show(tree), "is not the length of a turn", "days or weeks, such as 1w, 2w or 3d; at most 366 days")
		return 1
	}
	return n * unit
}

func number(digits string) int {
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || digits == "" || digits[0] == '+' {
		return 0
	}
	return int(n)
}

// checkRotation faults rotations that only Go code can build.
func (p *parser) checkRotation(path string, r *Rotation) {
	if r != nil && (r.Every < 1 || r.Every > mostTurn || len(r.Of) < 2 || len(r.Of) > mostTurning || !r.From.exists() || r.From.Year == 0) {
		p.fault(path, 0, fmt.Sprint(*r), "is not a rotation", rotationAllowed)
	}
}

func (r *Rotation) tree() object {
	every := fmt.Sprintf("%dd", r.Every)
	if r.Every%daysPerWeek == 0 {
		every = fmt.Sprintf("%dw", r.Every/daysPerWeek)
	}
	return object{{"every", every}, {"of", r.Of}, {"from", r.From.String()}}
}
