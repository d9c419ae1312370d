package deliver

import (
	"errors"
	"time"
)

// Push is a notice on its way to one browser or phone, by Web Push (RFC 8030). Its subscription, and the private key, are
// secrets.
type Push struct {
	Endpoint string // of the subscription: a URL of its push service
	P256dh   string // of the subscription: its public key, base64url
	Auth     string // of the subscription: its secret, base64url
	Contact  string // of whoever sends, for the push service: an https URL, or a bare e-mail address; empty: the project's

	PublicKey, PrivateKey string // of the server (VAPID, RFC 8292), base64url

	Body  []byte        // as the page's service worker reads it; at most MostPush bytes
	TTL   time.Duration // how long the push service keeps it for a device that is away; 0: not at all
	Topic string        // a later push of the same topic takes the place of one that waits; at most 32 letters, digits, '-' or '_'
}

// MostPush is how many bytes a push has at most: one record of 4096, without its header and tag.
const MostPush = 3900

// ErrUnsubscribed is returned for a subscription that the push service no longer has.
var ErrUnsubscribed = errors.New("the subscription is gone")

// ErrNoAnswer is of a notice that may have been sent all the same.
var ErrNoAnswer = errors.New("it did not answer in time")
