package chat

import "github.com/deskbell/deskbell/domain/trigger"

// render fills in the texts of an action, in a copy.
func (p *Policy) render(a trigger.Action, values map[string]string) (trigger.Action, []trigger.Attachment) {
	fill := func(s string) string { return p.texts[s].Render(values) }
	var attachments []trigger.Attachment
	a.AddNote, a.ReplaceNote = fill(a.AddNote), fill(a.ReplaceNote)
	if a.SendMessage != nil {
		m := *a.SendMessage
		text := m.Text
		if m.Shortcut != "" {
			text, attachments = p.Shortcuts[m.Shortcut].Text, p.Shortcuts[m.Shortcut].Attachments
		}
		m.Text = fill(text)
		a.SendMessage = &m
	}
	if a.Notify != nil {
		n := *a.Notify
		n.Text = fill(n.Text)
		a.Notify = &n
	}
	return a, attachments
}
