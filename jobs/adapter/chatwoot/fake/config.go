package fake

import (
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// Config says how a Chatwoot works. Only Now must be given.
type Config struct {
	// Now is the server's clock: of records, signatures, limits and everything else but time-outs.
	Now func() time.Time

	// Zone finds a time zone by its IANA name. Nil: UTC alone. An inbox's zone that it does not find is dropped in silence.
	Zone func(name string) (*time.Location, error)

	// PrivateNetwork lets webhooks go to private addresses, as SAFE_FETCH_ALLOW_PRIVATE_NETWORK does. Without it, they are not sent.
	PrivateNetwork bool

	// Transport sends webhooks. Nil: a transport that keeps to PrivateNetwork.
	Transport http.RoundTripper

	// Senders is how many webhooks are sent at once. 0: 4. With 1, they are sent in order.
	Senders int

	// Limits a minute: requests of an address, contact searches of an account, messages of a conversation. 0: 3000, 100, 200.
	Requests, Searches, Messages int
}

// Bounds of what is kept.
const (
	mostRecords       = 1000   // accounts, and agents, bots, inboxes, teams and webhooks of an account
	mostContacts      = 20_000 // of an account
	mostConversations = 20_000 // of an account
	mostMessages      = 2000   // of a conversation
	mostQueued        = 10_000 // events whose webhooks wait to be sent
	mostLogged        = 500    // lines of the log
	mostBody          = 1 << 20
)

// withDefaults fills in what was left out.
func (c Config) withDefaults() Config {
	set := func(value *int, usual int) {
		if *value == 0 {
			*value = usual
		}
	}
	set(&c.Senders, 4)
	set(&c.Requests, 3000)
	set(&c.Searches, 100)
	set(&c.Messages, 200)
	if c.Zone == nil {
		c.Zone = func(name string) (*time.Location, error) {
			if name == "" || name == "UTC" || name == "Etc/UTC" {
				return time.UTC, nil
			}
			return nil, fmt.Errorf("finding the time zone %q: there is UTC alone", name)
		}
	}
	return c
}

// orRandom is a token or a secret: the one that was given, or a new one.
func orRandom(given string) string {
	if given != "" {
		return given
	}
	return uuid.NewString()
}
