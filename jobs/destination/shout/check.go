package shout

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/table"
	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// Check tells whether a service URL is one by which a notice can be sent, as far as that can be told without the network.
// The error shows no more of it than its scheme.
func Check(serviceURL string) error {
	scheme, _, isURL := strings.Cut(serviceURL, "://")
	if !isURL || strings.ContainsFunc(scheme, unfit) {
		return errBadURL
	}
	if scheme = strings.ToLower(scheme); scheme != "smtp" && !guarded(scheme) {
		return errUnguarded
	}
	r, err := router.NewWithOptions(nil, types.SenderOptions{HTTPClient: guard.Guard{}.Client(defaultTimeout), Timeout: defaultTimeout})
	if err != nil {
		return fmt.Errorf("making a sender: %w", err)
	}
	if name, _, _ := strings.Cut(scheme, "+"); !slices.Contains(r.ListServices(), name) {
		return &unknownError{scheme, services(r)}
	}
	service, err := r.Locate(serviceURL)
	if err != nil {
		return errBadURL
	}
	if _, ok := service.(types.HTTPClientSetter); !ok && scheme != "smtp" {
		return errUnguarded
	}
	return nil
}

// unknownError is a scheme of which there is no service.
type unknownError struct {
	scheme   string
	services []string
}

// Error implements error.
func (e *unknownError) Error() string { return "there is no service " + e.scheme }

// allowed are the services that there are, and how somebody who writes of mail or of a page of their own is reached.
func (e *unknownError) allowed() string {
	switch list := strings.Join(e.services, ", "); e.scheme {
	case "mailto", "mail", "email":
		return list + table.DidYouMean("smtp")
	case "http", "https":
		return list + table.DidYouMean("generic+"+e.scheme)
	}
	return table.Choices(e.scheme, e.services)
}

// services are those that a URL may name.
func services(r *router.ServiceRouter) []string {
	return slices.Sorted(func(yield func(string) bool) {
		for _, name := range r.ListServices() {
			if (name == "smtp" || guarded(name)) && !yield(name) {
				return
			}
		}
	})
}

// Faults are the service URLs of an agent by which nothing can be sent. Their paths begin at the agent.
func Faults(a *definition.Agent) (faults definition.Faults) {
	for i, url := range a.Notify.Via {
		err := Check(url)
		if err == nil {
			continue
		}
		f := definition.Fault{
			Path: fmt.Sprintf("/notify/via/%d", i), Value: a.WithoutSecrets().Notify.Via[i],
			Problem: "cannot be sent to: its URL is not one that the service understands", Allowed: "a URL as shoutrrr writes it, such as ntfy://ntfy.sh/topic",
		}
		var unknown *unknownError
		if errors.As(err, &unknown) {
			f.Allowed = "a URL of " + unknown.allowed()
		}
		if errors.Is(err, errUnguarded) {
			f.Problem = "cannot be sent to: the service is not supported, since it cannot be kept from private addresses"
		}
		faults = append(faults, f)
	}
	return faults
}
