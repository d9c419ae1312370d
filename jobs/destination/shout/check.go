package shout

import (
	"errors"
	"fmt"

	"github.com/deskbell/deskbell/domain/definition"
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
	a, err := readAddress(serviceURL)
	if err != nil {
		return plan{}, err
	}
	return rehearse(a)
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
		case errors.Is(err, errIncomplete):
			f.Problem = "cannot be sent to: " + errIncomplete.Error()
		}
		faults = append(faults, f)
	}
	return faults
}
