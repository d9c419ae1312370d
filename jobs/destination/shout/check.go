package shout

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/deskbell/deskbell/domain/definition"
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
	service, err := r.Locate(serviceURL)
	if err != nil {
		return errBadURL
	}
	if _, ok := service.(types.HTTPClientSetter); !ok && scheme != "smtp" {
		return errUnguarded
	}
	return nil
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
		if errors.Is(err, errUnguarded) {
			f.Problem = "cannot be sent to: the service is not supported, since it cannot be kept from private addresses"
		}
		faults = append(faults, f)
	}
	return faults
}
