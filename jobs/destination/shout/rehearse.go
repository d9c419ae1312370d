package shout

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/nicholas-fedor/shoutrrr/pkg/types"
)

// plan is how the library sends by a service.
type plan struct {
	to     *url.URL // that it asks first
	titled bool     // the service has titles
}

// perform lets a service send a notice. A service without titles gets the title above the text.
func (p plan) perform(service types.Service, title, text string) error {
	params := &types.Params{}
	if p.titled {
		(*params)["title"] = title
	} else if title != "" {
		text = title + "\n\n" + text
	}
	return safely(func() error { return service.Send(text, params) })
}

// rehearse lets the library send a notice as far as its first request, which goes nowhere: many a URL lacks a part that is missed only
// then, and some services refuse a notice for its title. A mail is not the library's to send.
func rehearse(a address) (plan, error) {
	service, err := locate(a, rehearsal(new(stage)))
	if err != nil {
		return plan{}, err
	}
	if m, ok := mailOf(service); ok {
		return plan{to: &url.URL{Scheme: a.scheme, Host: m.server()}, titled: true}, nil
	}
	for _, titled := range []bool{true, false} {
		p := plan{titled: titled}
		if p.to = asked(a, p); p.to != nil && p.to.Hostname() != "" {
			return p, nil
		}
	}
	return plan{}, errIncomplete
}

func rehearsal(s *stage) *exchange { return &exchange{ctx: context.Background(), client: s} }

// rehearsedTitle looks the same in a header, a form and JSON.
const rehearsedTitle = "RehearsedTitle"

// asked is the URL that the library would ask; nil: it comes to no request, or to one that lacks the title.
func asked(a address, p plan) *url.URL {
	stage := new(stage)
	service, err := locate(a, rehearsal(stage))
	if err != nil {
		return nil
	}
	_ = p.perform(service, rehearsedTitle, "text") // it fails in either case
	if !stage.titled {
		return nil
	}
	return stage.first
}

// stage takes the first request of a rehearsal, and answers none.
type stage struct {
	first  *url.URL
	titled bool // the title is in it
}

var errRehearsal = errors.New("this is a rehearsal")

// Do implements types.HTTPClient.
func (s *stage) Do(r *http.Request) (*http.Response, error) {
	if s.first != nil {
		return nil, errRehearsal
	}
	s.first = r.URL
	var all bytes.Buffer
	_ = r.Header.Write(&all) // into memory
	if r.Body != nil {
		_, _ = all.ReadFrom(r.Body)
	}
	s.titled = bytes.Contains(all.Bytes(), []byte(rehearsedTitle))
	return nil, errRehearsal
}
