package chatwoot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/deskbell/deskbell/jobs/adapter"
)

// hook is a webhook of an account.
type hook struct {
	ID            int64    `json:"id"`
	URL           string   `json:"url"`
	Subscriptions []string `json:"subscriptions"`
	Secret        string   `json:"secret"`
}

// hooks are the webhooks of an account.
type hooks []hook

// UnmarshalJSON reads {"payload": {"webhooks": […]}}, which Chatwoot answers, and a list, which its description says.
func (h *hooks) UnmarshalJSON(b []byte) error {
	var list []hook
	if json.Unmarshal(b, &list) == nil {
		*h = list
		return nil
	}
	var answer struct {
		Payload struct {
			Webhooks []hook `json:"webhooks"`
		} `json:"payload"`
	}
	err := json.Unmarshal(b, &answer)
	*h = answer.Payload.Webhooks
	return err
}

// to is the webhook that leads to an address; nil: there is none.
func (h hooks) to(address string) *hook {
	if i := slices.IndexFunc(h, func(h hook) bool { return h.URL == address }); i >= 0 {
		return &h[i]
	}
	return nil
}

// Subscribe is the call that has all Subscriptions come to an address, by the answer to WebhooksPath. A webhook that leads there already keeps
// its secret, and whatever else it is subscribed to. signed is called with the secret by which webhooks to the address are signed.
func Subscribe(t *Table, webhooks []byte, address string, signed func(secret string)) (adapter.Call, error) {
	var list hooks
	if err := json.Unmarshal(webhooks, &list); err != nil {
		return adapter.Call{}, fmt.Errorf("reading the webhooks of Chatwoot: %w", err)
	}
	call := adapter.Call{Method: http.MethodPost, Path: t.WebhooksPath(), Admin: true}
	body := map[string]any{"url": address, "subscriptions": Subscriptions()}
	var known string
	if there := list.to(address); there != nil {
		call.Method, call.Path = http.MethodPatch, t.path("webhooks", number(there.ID))
		all := append(slices.Clone(there.Subscriptions), Subscriptions()...)
		slices.Sort(all)
		body["subscriptions"], known = slices.Compact(all), there.Secret
	} else {
		body["name"] = "Deskbell"
	}
	call.Body = object(body)
	call.Stands = func(answer []byte) error {
		var says struct {
			Payload struct {
				Webhook hook `json:"webhook"`
			} `json:"payload"`
		}
		if err := json.Unmarshal(answer, &says); err != nil {
			return fmt.Errorf("reading the webhook of Chatwoot: %w", err)
		}
		if says.Payload.Webhook.Secret != "" {
			known = says.Payload.Webhook.Secret
		}
		signed(known)
		return nil
	}
	return call, nil
}
