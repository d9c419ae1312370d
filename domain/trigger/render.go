package trigger

// Template gives the text of an action as it is written, for ParseText, and the attachments that a shortcut adds. It is
// empty for an action without a text, and for a shortcut that is not there.
func (a *Action) Template(shortcuts map[string]Shortcut) (text string, attachments []Attachment) {
	switch m := a.SendMessage; {
	case m != nil && m.Shortcut != "":
		s := shortcuts[m.Shortcut]
		return s.Text, s.Attachments
	case m != nil:
		return m.Text, nil
	case a.Notify != nil:
		return a.Notify.Text, nil
	}
	return a.AddNote + a.ReplaceNote, nil // at most one of them is set
}

// WithText is a copy of an action with its text rendered, that of a shortcut, too.
func (a *Action) WithText(text string) Action {
	filled := *a
	switch {
	case a.SendMessage != nil:
		m := *a.SendMessage
		m.Text = text
		filled.SendMessage = &m
	case a.Notify != nil:
		n := *a.Notify
		n.Text = text
		filled.Notify = &n
	case a.AddNote != "":
		filled.AddNote = text
	case a.ReplaceNote != "":
		filled.ReplaceNote = text
	}
	return filled
}
