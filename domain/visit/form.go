package visit

import (
	"cmp"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/domain/trigger"
)

// Ticket is a form that the visitor has sent: to be confirmed to them, given to the property's destinations, and counted
// in the digest where it came outside hours. There is one of each event, by its id.
type Ticket struct {
	Event      event.Event // form.submitted
	Form       trigger.Form
	Visit      string // empty: not known
	Department string // the form's, or the one that the visitor chose; empty: none
	Page       event.Page
	Visitor    trigger.Visitor // what is known of them, what the form says of their name and address included
}

// ticket makes one of a form.
func (r *run) ticket(e event.Event) {
	page := e.Data.Page
	if page.URL == "" {
		page = event.Page{URL: r.State.Page.URL, Title: r.State.Page.Title, Referrer: r.State.Page.Referrer}
	}
	r.Tickets = append(r.Tickets, Ticket{
		Event: e, Form: formOf(e.Data.Form.Kind), Visit: cmp.Or(e.Data.Visit, r.State.latest().ID),
		Department: cmp.Or(e.Data.Department, r.State.Department.Text), Page: page, Visitor: r.visitor(),
	})
}

// formOf is the form as triggers and widgets name it.
func formOf(k event.FormKind) trigger.Form {
	switch k {
	case event.ContactForm:
		return trigger.ContactForm
	case event.CallbackForm:
		return trigger.CallbackForm
	default:
		return trigger.OfflineForm
	}
}
