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
	_, err := planned(serviceURL)
	return err
}

// Host is the host that the service would ask first, as far as that can be told without the network; empty where nothing can be
// sent.
func Host(serviceURL string) string {
	p, err := planned(serviceURL)
	if err != nil {
		return ""
	}
	return p.to.Hostname()
}

// planned is Check, and how the notice would be sent.
func planned(serviceURL string) (plan, error) {
	scheme, _, isURL := strings.Cut(serviceURL, "://")
	if !isURL || strings.ContainsFunc(scheme, unfit) {
		return plan{}, errBadURL
	}
	scheme = strings.ToLower(scheme)
	if err := understood(scheme, serviceURL); err != nil {
		return plan{}, err
	}
	return rehearse(scheme, serviceURL)
}

// understood tells whether there is a service that takes a URL, and may be used.
func understood(scheme, serviceURL string) error {
	if scheme != "smtp" && !guarded(scheme) {
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
func (e *unknownError) Error() string {
	return fmt.Sprintf("there is no service %q", table.Clip(e.scheme))
}

// allowed are the services that there are, and how somebody who writes of mail or of a page of their own is reached.
func (e *unknownError) allowed() string {
	near := table.Nearest(e.scheme, e.services)
	switch e.scheme {
	case "mailto", "mail", "email":
		near = "smtp"
	case "http", "https":
		near = "generic+" + e.scheme
	}
	list := strings.Join(e.services, ", ")
	if near == "" {
		return list
	}
	return list + table.DidYouMean(near+"://")
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
		switch {
		case errors.As(err, &unknown):
			f.Problem, f.Allowed = "cannot be sent to: "+unknown.Error(), "a URL of "+unknown.allowed()
		case errors.Is(err, errUnguarded):
			f.Problem = "cannot be sent to: the service is not supported, since it cannot be kept from private addresses"
		case errors.Is(err, errIncomplete):
			f.Problem = "cannot be sent to: " + errIncomplete.Error()
		}
		faults = append(faults, f)
	}
	return faults
}
