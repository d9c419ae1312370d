package agentpage

import (
	"context"
	"net/http"

	"github.com/sirupsen/logrus"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/push"
	"github.com/deskbell/deskbell/jobs/edit"
)

// addPush says for which key to subscribe, and which subscriptions there are.
func (p *page) addPush(ctx context.Context, s *state) error {
	keys, err := p.Subscriptions.Keys(ctx)
	if err != nil {
		return err
	}
	lists, err := p.Subscriptions.Of(ctx, []string{s.Agent})
	if err != nil {
		return err
	}
	s.PushKey, s.Subscriptions = keys.Public, []string{}
	for _, one := range lists[0] {
		s.Subscriptions = append(s.Subscriptions, one.ID)
	}
	return nil
}

// subscribe keeps a subscription of a browser.
func (p *page) subscribe(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Endpoint string `json:"endpoint"`
		Keys     struct {
			P256dh string `json:"p256dh"`
			Auth   string `json:"auth"`
		} `json:"keys"`
	}
	if !read(w, r, &asked) {
		return
	}
	s := edit.Subscription{Endpoint: asked.Endpoint, P256dh: asked.Keys.P256dh, Auth: asked.Keys.Auth, Contact: push.Contact(r.Host)}
	if err := p.Pusher.Check(deliver.Push{Endpoint: s.Endpoint, P256dh: s.P256dh, Auth: s.Auth}); err != nil {
		web.Problem(w, http.StatusUnprocessableEntity, "This browser cannot get notices: "+err.Error()+".")
		return
	}
	id, err := p.Subscriptions.Add(r.Context(), web.AgentLink(r.Context()).ID, s)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	web.Answer(w, http.StatusOK, map[string]string{"id": id})
}

func (p *page) unsubscribe(w http.ResponseWriter, r *http.Request) {
	if err := p.Subscriptions.Remove(r.Context(), web.AgentLink(r.Context()).ID, r.PathValue("id")); err != nil {
		p.failed(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// try sends a test notice.
func (p *page) try(w http.ResponseWriter, r *http.Request) {
	ways, err := p.Trial(r.Context(), web.AgentLink(r.Context()).ID)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	type tried struct {
		Way     string `json:"way"`
		Problem string `json:"problem,omitempty"` // empty: it was sent
	}
	list := make([]tried, len(ways))
	for i, one := range ways {
		list[i].Way = one.Name
		if one.Err != nil {
			list[i].Problem = one.Err.Error()
			deliver.WithDetail(p.Log.WithFields(logrus.Fields{"agent": web.AgentLink(r.Context()).ID, "way": one.Name}), one.Err).WithError(one.Err).Info("test notice failed")
		}
	}
	web.Answer(w, http.StatusOK, list)
}
