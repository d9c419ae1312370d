// Package shout sends notices by notification services: e-mail, ntfy, Slack, Telegram and others (Services), each named by a URL
// that shoutrrr reads.
//
// A service may be anybody's, and its host may mean harm. The HTTP client of each notice dials public addresses only, and reads
// 64 KB of an answer; the whole of a notice, from the look-up of a name to the last byte, ends with its context, and leaves no
// goroutine and no connection. The library's own mails know no such bounds: this package writes them itself.
package shout

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// defaultTimeout bounds one notice.
const defaultTimeout = 10 * time.Second

// Notifier implements jobs.Notifier.
type Notifier struct {
	Guard   guard.Guard
	Timeout time.Duration    // of one notice; 0: 10 s
	Now     func() time.Time // for the date of mails; nil: they have none
}

// Notify sends a text, and tries it once. A service URL is a secret, and a service's own error may have secrets, too: an error here
// only names the service and the kind of the failure. It has deliver.ErrNoAnswer in it where the notice may have been sent all the same.
func (n Notifier) Notify(ctx context.Context, serviceURL, title, text string) error {
	a, err := readAddress(serviceURL)
	if err != nil {
		return fmt.Errorf("sending by a service: %w", err)
	}
	timeout := cmp.Or(n.Timeout, defaultTimeout)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	client := n.Guard.Client(timeout, guard.MostAnswer)
	defer client.CloseIdleConnections()
	if err := n.send(ctx, client, a, title, text); err != nil {
		return fmt.Errorf("sending by %s: %w", a.scheme, err)
	}
	return nil
}

// send gives errors of this package, of its guard, deliver.ErrNoAnswer, and context.Canceled alone.
func (n Notifier) send(ctx context.Context, client doer, a address, title, text string) error {
	p, err := rehearse(a)
	if err != nil {
		return err
	}
	e := &exchange{ctx: ctx, client: client}
	service, err := locate(a, e)
	if err != nil {
		return err
	}
	if m, ok := mailOf(service); ok {
		return m.send(ctx, n, title, text)
	}
	err = p.perform(service, title, text)
	switch {
	case e.failed != nil: // a service may say otherwise, for want of an answer that it can read
		return e.failed
	case err != nil:
		return errRefused
	}
	return nil
}
