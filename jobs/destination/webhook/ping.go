package webhook

import (
	"context"
	"net/http"
	"strings"

	"github.com/deskbell/deskbell/jobs/deliver"
)

// mostShown is how many bytes of a body a ping shows, about.
const mostShown = 2000

// Ping implements deliver.Pinger. With batch, it is a batch of one.
func (w *Webhook) Ping(ctx context.Context, ping deliver.Delivery) (deliver.Answer, error) {
	var begins strings.Builder
	status, err := w.post(ctx, w.message([]deliver.Delivery{ping}), &begins)
	answer := deliver.Answer{Status: status, Text: strings.TrimSpace(begins.String())}
	if err != nil {
		answer.Do = remedy(answer.Status)
	}
	return answer, w.failed(err)
}

// remedy is what may be done about an answer that is no success, or about none, by its status.
func remedy(status int) string {
	switch {
	case status == 0:
		return "see that the receiver runs, that url leads to it, and that it answers within ten seconds: it may do its work afterwards"
	case status < http.StatusBadRequest: // the error says what to do about redirects
		return ""
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return "compare the secret in secret_env, as the workers have it, with that of the receiver, and see that nothing before it asks for a login"
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return "see that url has the right path, and that the receiver takes POST there"
	case status == http.StatusGone:
		return "the receiver wants no more actions: remove the destination, or mend the receiver and resume it"
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return "the receiver is busy: test again in a while"
	case status < http.StatusInternalServerError:
		return "the receiver is to take types that it does not know, with any 2xx, and to pass them over"
	}
	return "look into the log of the receiver"
}
