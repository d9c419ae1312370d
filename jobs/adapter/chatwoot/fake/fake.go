package fake

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Chatwoot is a server. It is made by [New], and may be used by several goroutines.
type Chatwoot struct {
	world    *world
	courier  *courier
	troubles *troubles
	journal  *journal
	api      *api
	page     http.Handler
}

// New makes a Chatwoot without accounts. Its owner ends it by [Chatwoot.Close].
func New(c Config) *Chatwoot {
	c = c.withDefaults()
	f := &Chatwoot{world: &world{config: c}, troubles: new(troubles), journal: new(journal)}
	f.courier = newCourier(c, &f.world.mu, f.troubles, f.journal)
	f.world.tell = f.courier.take
	f.api = newAPI(f.world, f.troubles, f.journal)
	f.page = newPage(f)
	return f
}

// Close ends the sending of webhooks. Those that wait are lost.
func (f *Chatwoot) Close() { f.courier.close() }

// ServeHTTP answers requests to the API, below /api, and shows a page of both sides at /. Whoever reaches the page may do all that
// visitors and agents do: it is for one's own machine.
func (f *Chatwoot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/api" || strings.HasPrefix(r.URL.Path, "/api/") {
		f.api.ServeHTTP(w, r)
		return
	}
	f.page.ServeHTTP(w, r)
}

// SetFaults sets what goes wrong from now on.
func (f *Chatwoot) SetFaults(faults Faults) { f.troubles.set(faults) }

// HoldWebhooks keeps events from being sent, until ReleaseWebhooks. Their bodies are built afterwards.
func (f *Chatwoot) HoldWebhooks() { f.courier.hold(true) }

// ReleaseWebhooks ends [Chatwoot.HoldWebhooks].
func (f *Chatwoot) ReleaseWebhooks() { f.courier.hold(false) }

// Settled tells whether each event so far was sent to all its webhooks, or is lost.
func (f *Chatwoot) Settled() bool { return f.courier.settled() }

// Log has the last requests and webhooks, oldest first.
func (f *Chatwoot) Log() []Entry { return f.journal.list() }

// AddAccount adds an account, and returns its id; 0 asks for the next one.
func (f *Chatwoot) AddAccount(id int, name string) (int, error) {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	if len(f.world.accounts) >= mostRecords {
		return 0, fmt.Errorf("adding account %s: %w", name, ErrFull)
	}
	a := &account{id: f.world.id(id), name: name}
	f.world.accounts = append(f.world.accounts, a)
	return a.id, nil
}

// AddAgent adds an agent to an account, and returns it with its id and token.
func (f *Chatwoot) AddAgent(account int, a Agent) (Agent, error) {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	of, err := f.world.account(account)
	if err == nil && len(of.agents) >= mostRecords {
		err = ErrFull
	}
	if err != nil {
		return a, fmt.Errorf("adding agent %s: %w", a.Name, err)
	}
	a.ID, a.Token = f.world.id(a.ID), orRandom(a.Token)
	a.Email = cmp.Or(a.Email, "agent"+strconv.Itoa(a.ID)+"@example.com")
	a.Availability = cmp.Or(a.Availability, offline)
	of.agents = append(of.agents, &agent{Agent: a, account: of})
	return a, nil
}

// AddBot adds an agent bot to an account, and returns it with its id and token.
func (f *Chatwoot) AddBot(account int, b Bot) (Bot, error) {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	of, err := f.world.account(account)
	if err == nil && len(of.bots) >= mostRecords {
		err = ErrFull
	}
	if err != nil {
		return b, fmt.Errorf("adding bot %s: %w", b.Name, err)
	}
	b.ID, b.Token = f.world.id(b.ID), orRandom(b.Token)
	of.bots = append(of.bots, &bot{Bot: b, account: of})
	return b, nil
}

// ConnectBot connects a bot to an inbox: new conversations of it are pending from then on.
func (f *Chatwoot) ConnectBot(inbox, bot int) error {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	i, err := f.world.inbox(inbox)
	if err != nil {
		return err
	}
	i.bot, err = f.world.bot(bot)
	return err
}

// AddInbox adds an inbox to an account, and returns its id.
func (f *Chatwoot) AddInbox(account int, i Inbox) (int, error) {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	of, err := f.world.account(account)
	if err == nil && len(of.inboxes) >= mostRecords {
		err = ErrFull
	}
	if err != nil {
		return 0, fmt.Errorf("adding inbox %s: %w", i.Name, err)
	}
	if i.Hours == [7]Day{} {
		i.Hours = usualHours()
	}
	i.ID, i.TimeZone = f.world.id(i.ID), cmp.Or(i.TimeZone, "UTC")
	i.Website = cmp.Or(i.Website, "https://shop.example/")
	added := &inbox{Inbox: i, account: of}
	of.inboxes = append(of.inboxes, added)
	f.world.tell(notice{account: of, event: "inbox_created", show: added.shown})
	return i.ID, nil
}

// AddTeam adds a team to an account, and returns its id.
func (f *Chatwoot) AddTeam(account int, name string) (int, error) {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	of, err := f.world.account(account)
	if err == nil && len(of.teams) >= mostRecords {
		err = ErrFull
	}
	if err != nil {
		return 0, fmt.Errorf("adding team %s: %w", name, err)
	}
	t := &team{id: f.world.id(0), name: name, account: of}
	of.teams = append(of.teams, t)
	return t.id, nil
}

// Agents are those of an account; nil: there is no such account.
func (f *Chatwoot) Agents(account int) (list []Agent) {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	if of, err := f.world.account(account); err == nil {
		for _, a := range of.agents {
			shown := a.Agent
			shown.Availability = a.availability(f.world.config.Now())
			list = append(list, shown)
		}
	}
	return list
}

// Inboxes are those of an account; nil: there is no such account.
func (f *Chatwoot) Inboxes(account int) (list []Inbox) {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	if of, err := f.world.account(account); err == nil {
		for _, i := range of.inboxes {
			list = append(list, i.Inbox)
		}
	}
	return list
}

// Conversations are those of an account, oldest first; nil: there are none.
func (f *Chatwoot) Conversations(account int) (list []Conversation) {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	f.world.wake()
	if of, err := f.world.account(account); err == nil {
		for _, c := range of.conversations {
			list = append(list, shownOf(c))
		}
	}
	return list
}

// Conversation is one of an account. [ErrUnknown]: there is none.
func (f *Chatwoot) Conversation(account, id int) (Conversation, error) {
	list := f.Conversations(account)
	i := slices.IndexFunc(list, func(c Conversation) bool { return c.ID == id })
	if i < 0 {
		return Conversation{}, fmt.Errorf("conversation %d: %w", id, ErrUnknown)
	}
	return list[i], nil
}
