package chat

import "time"

// Held is a conversation as far as one of its agents is concerned. A zero instant has not been, or says nothing.
type Held struct {
	Assigned time.Time // since when they have it, or last had it
	Left     time.Time // since when they have it no longer: they left, somebody else was given it, or it ended
	Asked    time.Time // since when the visitor waits for an answer
	Answered time.Time // the last answer, whoever gave it: the visitor does not wait for what was asked before
}

// Held gives what the agents of a conversation have of it, by id.
func (s *State) Held() map[string]Held {
	if len(s.Agents) == 0 && s.Progress.Given.Agent == "" {
		return nil
	}
	all := make(map[string]Held, len(s.Agents)+1)
	given := s.Assigned // the last who was given it, by the application or by us
	if s.Progress.Given.At.After(given.At) {
		given = s.Progress.Given
	}
	for _, a := range s.Agents {
		h := Held{Assigned: a.At}
		switch {
		case !a.On:
			h = Held{Left: a.At}
		case !a.At.After(s.Ended):
			h.Left = s.Ended
		case given.Agent != a.Name && given.At.After(a.At):
			h.Left = given.At
		case given.Agent == a.Name && given.At.After(s.Ended): // joining or writing does not make it any later
			h.Assigned = given.At
		}
		all[a.Name] = h
	}
	if g := s.Progress.Given; g == given && g.At.After(s.Ended) && !all[g.Agent].Left.After(g.At) {
		all[g.Agent] = Held{Assigned: g.At}
	}
	asked, answered := s.WaitingSince(), s.Answered
	if s.BotAnswers() {
		answered = latest(answered, s.Bot)
	}
	for id, h := range all {
		if h.Left.IsZero() {
			h.Asked, h.Answered = asked, answered
			all[id] = h
		}
	}
	return all
}
