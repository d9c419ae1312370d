package shout

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/discord"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/slack"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/teams"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/telegram"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/email/smtp"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/gotify"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/ntfy"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/pushover"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/specialized/generic"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/deskbell/deskbell/domain/table"
)

// makers has the services that a URL may name. Each but smtp asks by the HTTP client that it is given, and by nothing else. The
// library's router is not imported: it would link all of its services, some of which dial by themselves, with all that they import.
func makers() map[string]func() types.Service {
	return map[string]func() types.Service{
		"discord":  func() types.Service { return new(discord.Service) },
		"generic":  func() types.Service { return new(generic.Service) },
		"gotify":   func() types.Service { return new(gotify.Service) },
		"ntfy":     func() types.Service { return new(ntfy.Service) },
		"pushover": func() types.Service { return new(pushover.Service) },
		"slack":    func() types.Service { return new(slack.Service) },
		"smtp":     func() types.Service { return new(smtp.Service) },
		"teams":    func() types.Service { return new(teams.Service) },
		"telegram": func() types.Service { return new(telegram.Service) },
	}
}

// Services are the names of the services, in order.
func Services() []string { return slices.Sorted(maps.Keys(makers())) }

// address is a URL of a service, read as far as no service is needed.
type address struct {
	scheme string // in small letters; "generic+https" stands for a service and the scheme of the URL in it
	url    string
}

func readAddress(serviceURL string) (address, error) {
	scheme, _, isURL := strings.Cut(serviceURL, "://")
	if !isURL || strings.ContainsFunc(scheme, unfit) { // it may be a secret in the wrong place
		return address{}, errBadURL
	}
	return address{strings.ToLower(scheme), serviceURL}, nil
}

// unfit tells whether a character is in no scheme of a URL.
func unfit(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+-.", r))
}

// locate makes the service of an address, which asks by e alone. It asks nothing yet.
func locate(a address, e *exchange) (types.Service, error) {
	name, _, custom := strings.Cut(a.scheme, "+")
	maker := makers()[name]
	if maker == nil {
		return nil, &unknownError{a.scheme}
	}
	u, err := url.Parse(a.url)
	if err != nil {
		return nil, errBadURL
	}
	service := maker()
	if custom {
		if u, err = standard(service, u); err != nil {
			return nil, errBadURL
		}
	}
	if err := safely(func() error { return service.Initialize(u, silent{}) }); err != nil {
		return nil, errBadURL
	}
	if by, ok := service.(types.HTTPClientSetter); ok {
		by.SetHTTPClient(e)
	}
	if d, ok := service.(*discord.Service); ok { // it waits between tries, of which only the first is made
		d.Sleeper = sleepless{}
	}
	return service, nil
}

// standard is the URL that a service reads for one such as generic+https://….
func standard(service types.Service, u *url.URL) (to *url.URL, err error) {
	custom, ok := service.(types.CustomURLService)
	if !ok {
		return nil, errBadURL
	}
	err = safely(func() error {
		to, err = custom.GetServiceURLFromCustom(u)
		return err
	})
	return to, err
}

// safely runs code of the library, which reads URLs that anybody may have written: a panic in it is an error of the notice alone.
func safely(run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the service panicked: %w", errBadURL)
		}
	}()
	return run()
}

// sleepless does not sleep.
type sleepless struct{}

// Sleep implements discord.Sleeper.
func (sleepless) Sleep(time.Duration) {}

// silent writes no log: the library would write URLs, and answers, into it.
type silent struct{}

func (silent) Print(...any)          {}
func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// unknownError is a scheme of which there is no service.
type unknownError struct{ scheme string }

// Error implements error.
func (e *unknownError) Error() string {
	return fmt.Sprintf("there is no service %q", table.Clip(e.scheme))
}

// allowed are the services that there are, and how somebody who writes of mail or of a page of their own is reached.
func (e *unknownError) allowed() string {
	all := Services()
	near := table.Nearest(e.scheme, all)
	switch e.scheme {
	case "mailto", "mail", "email", "smtps":
		near = "smtp"
	case "http", "https":
		near = "generic+" + e.scheme
	}
	list := strings.Join(all, ", ")
	if near == "" {
		return list
	}
	return list + table.DidYouMean(near+"://")
}
