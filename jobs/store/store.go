package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// Subject names something that decisions are about: "property/acme", "agent/lea". Its
// name is part of keys in Redis and never changes its form.
type Subject string

// The kinds of subjects.
const (
	PropertyKind = "property/"
	agentKind    = "agent/"
	visitorKind  = "visitor/"
	chatKind     = "chat/"
	digestKind   = "digest/"
	scheduleKind = "schedule/" // no subject, but followed as one
	chattersKind = "chatters/" // no subject, but woken as one

	destinationKind = "destination/" // no subject, but named as one
)

// PropertySubject is the subject of the property with this id.
func PropertySubject(id string) Subject { return Subject(PropertyKind + id) }

// AgentSubject is the subject of the agent with this id.
func AgentSubject(id string) Subject { return Subject(agentKind + id) }

// VisitorSubject is the subject of one visitor on one property. Neither id holds a '/'.
func VisitorSubject(property, visitor string) Subject {
	return Subject(visitorKind + property + "/" + visitor)
}

// ChatSubject is the subject of a chat: its record says which visitor it belongs to.
func ChatSubject(property, chat string) Subject { return Subject(chatKind + property + "/" + chat) }

// DigestSubject is the subject of the list of events and chats that came in while a property was closed.
func DigestSubject(property string) Subject { return Subject(digestKind + property) }

// ScheduleSubject stands for a named schedule in the subjects that Follow gives.
func ScheduleSubject(name string) Subject { return Subject(scheduleKind + name) }

// DestinationSubject stands for a destination among those that refer to a definition.
func DestinationSubject(name string) Subject { return Subject(destinationKind + name) }

// ChattersSubject stands for the visitors of a property who have a chat going: a property
// serves them, so that one request can wake them all.
func ChattersSubject(property string) Subject { return Subject(chattersKind + property) }

// Chatters gives the property whose chatting visitors a subject stands for; ok is false for
// another kind of subject.
func (s Subject) Chatters() (property string, ok bool) {
	return strings.CutPrefix(string(s), chattersKind)
}

// Property gives the id of a property; ok is false for another kind of subject.
func (s Subject) Property() (id string, ok bool) { return strings.CutPrefix(string(s), PropertyKind) }

// Agent gives the id of an agent; ok is false for another kind of subject.
func (s Subject) Agent() (id string, ok bool) { return strings.CutPrefix(string(s), agentKind) }

// Visitor gives the ids of a visitor and their property; ok is false for another kind of
// subject.
func (s Subject) Visitor() (property, visitor string, ok bool) {
	rest, ok := strings.CutPrefix(string(s), visitorKind)
	property, visitor, _ = strings.Cut(rest, "/")
	return property, visitor, ok
}

// Digest gives the id of the property of a digest; ok is false for another kind of subject.
func (s Subject) Digest() (property string, ok bool) {
	return strings.CutPrefix(string(s), digestKind)
}

// OnProperty gives the id of the property on which a visitor or a digest depends: neither is decided on without its definition.
// ok is false for another kind of subject.
func (s Subject) OnProperty() (property string, ok bool) {
	if property, _, ok := s.Visitor(); ok {
		return property, true
	}
	return s.Digest()
}

// Chat gives the ids of a chat and its property; ok is false for another kind of subject.
func (s Subject) Chat() (property, chat string, ok bool) {
	rest, ok := strings.CutPrefix(string(s), chatKind)
	property, chat, _ = strings.Cut(rest, "/")
	return property, chat, ok
}

// Addressee is the subject whose shard takes an event in first: the visitor, the chat when its visitor is still to be
// found, or else the agent, who is the same on all properties. ok is false where there is none of them.
func Addressee(e *event.Event) (s Subject, ok bool) {
	d := &e.Data
	switch {
	case d.Property != "" && d.Visitor != "":
		return VisitorSubject(d.Property, d.Visitor), true
	case d.Property != "" && d.Chat != "":
		return ChatSubject(d.Property, d.Chat), true
	case d.Agent != "":
		return AgentSubject(d.Agent), true
	}
	return "", false
}

// Needs is the property or the agent without whose definition an event leads to nothing; ok is false where there is neither.
func Needs(e *event.Event) (s Subject, ok bool) {
	to, ok := Addressee(e)
	if _, agent := to.Agent(); agent || !ok {
		return to, ok
	}
	return PropertySubject(e.Data.Property), true
}

// Undefined tells whether subjects of this kind have no definition but only a state:
// visitors, chats and digests. A Change makes them and not an Edit. They are many: Page and
// Scan leave them out, and Follow gives one only when its change has actions.
func (s Subject) Undefined() bool {
	return strings.HasPrefix(string(s), visitorKind) || strings.HasPrefix(string(s), chatKind) || strings.HasPrefix(string(s), digestKind)
}

// Record is a subject as the store holds it.
type Record struct {
	Subject    Subject
	Definition []byte    // canonical JSON; nil where the subject is Undefined
	State      []byte    // JSON; nil: never decided
	Rev        int64     // grows with every write, see NextRev, and is never used again; 0: the subject does not exist
	Woken      bool      // an edit, and not the clock, asked for a decision
	Due        time.Time // set by Claim only: when the decision was due
}

// Change is the outcome of a decision on a Record.
type Change struct {
	Subject Subject
	Rev     int64 // of the record that was decided on
	Woken   bool  // the change is lost when either has moved on

	// NewRev makes an Undefined subject that does not exist yet, with this revision, a
	// number that it never had before. Rev is 0 then. Of two changes that make it, one is
	// lost.
	NewRev int64
	Remove bool // remove the subject; of the other fields only the actions count

	State   []byte    // the new state; nil: as before
	Due     time.Time // when to decide again; zero: only when woken
	Wake    bool      // wake the subjects that this one serves (Serve)
	Stir    bool      // stir them; Wake does more
	Actions []Outgoing

	// ChatsBegin and ChatsEnd say that Chatting gives a visitor from now on, or no longer;
	// neither: as before. It never gives a removed visitor. Before the first is written, it is
	// noted that the property serves them (ChattersSubject).
	ChatsBegin, ChatsEnd bool

	// Waits is how many messages wait for a visitor from now on; nil: as many as before. None waits for a removed one.
	Waits *int

	// Run is that of the sweep which decided: the change is lost when another sweep has claimed the shard since. Empty: it is not lost by that.
	// All changes of one shard that are committed together have the same.
	Run string

	// At is when it was decided, by the clock of the decider. It counts as the time of its actions, and of its seen events.
	At time.Time

	// Seen are ids of events that the new state has taken in, to be known again within
	// DedupeWindow after At. The id of an event is known for its subject alone.
	Seen []string
}

// NextRev is the revision of a record after a write at an instant: Unix microseconds, or one more than before. So it grows also where
// Redis came back with older data. A number that somebody knows from what was lost does not come again with other contents.
func NextRev(before int64, at time.Time) int64 { return max(before+1, at.UnixMicro()) }

// Leaving is how many of its actions have a receiver.
func (c *Change) Leaving() (n int) {
	for i := range c.Actions {
		if c.Actions[i].Leaves() {
			n++
		}
	}
	return n
}

// Makes tells whether the change makes a new subject.
func (c *Change) Makes() bool { return c.Rev == 0 && c.NewRev > 0 && c.Subject.Undefined() }

// DedupeWindow is how long the ids of events are kept at least: an event that comes again within it has no effect. A store may keep them
// for DedupeSlack more.
const (
	DedupeWindow = 24 * time.Hour
	DedupeSlack  = 12 * time.Hour
)

// Outgoing is one action on its way out.
type Outgoing struct {
	Body []byte   // CloudEvents JSON
	To   []string // names of destinations; nil: all, empty: nobody

	// For says instead who gets an action of an agent: the destinations of the properties that the agent serves. nil: To
	// says it; empty: the agent serves none.
	For []Share

	// Notice is set for an action that goes to an agent's own services. It is kept
	// apart from the outbox, which all destinations read.
	Notice bool

	// Push is set for a notice of agents without services of their own: it is kept as one with Notice, too, for their
	// subscriptions.
	Push bool
}

// Leaves tells whether an action has a receiver: one without is only shown as recent.
func (o Outgoing) Leaves() bool {
	if o.Notice || o.For == nil {
		return o.Notice || o.To == nil || len(o.To) > 0
	}
	return len(o.For) == 0 || slices.ContainsFunc(o.For, func(s Share) bool { return s.To == nil || len(s.To) > 0 })
}

// Share is some properties that use the same destinations. A destination gets one action for all shares that name it, and learns of
// no property that does not use it.
type Share struct {
	Properties []string `json:"p"`
	To         []string `json:"to"` // nil: all, empty: nobody
}

// Properties are those of some shares, in order; nil: there are no shares.
func Properties(shares []Share) []string {
	var all []string
	for _, s := range shares {
		all = append(all, s.Properties...)
	}
	slices.Sort(all)
	return all
}

// Edit is a new definition of a subject.
type Edit struct {
	Subject    Subject
	Rev        int64  // of the record that was edited, 0 for a new one: else the edit is lost
	NewRev     int64  // the revision after it, where that is greater than the one after Rev: see NextRev
	Definition []byte // canonical JSON; nil: remove the subject
	Uses       []string
	Unuses     []string // named schedules that the definition uses now, and no longer
	Due        time.Time
}

// LeaseFor is how long the work of a worker that stalls waits for another. One that works renews its leases every LeaseBeat.
const (
	LeaseFor  = 3 * time.Second
	LeaseBeat = time.Second
)

// Lease says which worker works on a shard or a lane, so that two workers do not do the same work.
//
// A worker may stall for longer than its lease lasts, and go on as if nothing had happened. What it decided or settled is lost when
// another run has had the lease since: see Change.Run and Settlement. The revision of a record alone does not see to that: the other
// may have found that nothing is to be changed.
type Lease struct {
	Holder string        // of a job: a retry finds its own lease
	Run    string        // unique to one run of a job; empty: nothing is lost for want of the lease
	For    time.Duration // after that, another may have it
}

// PartBytes is how many bytes of definitions and states are decided on at once: a decision takes several times as much memory.
const PartBytes = 4 << 20

// Claim is a batch of due subjects.
type Claim struct {
	Busy    bool // another worker holds the lease
	Records []Record
}

// Pending says which kinds of work a shard has.
type Pending struct {
	Due     bool // subjects to decide on
	Wakes   bool // subjects elsewhere to wake
	Notices bool // notices to send by agents' own services
	Outbox  bool // actions not yet delivered everywhere
}

// Depth is how much work a shard has.
type Depth struct {
	Outbox   int       // actions that not all destinations have had
	Subjects int       // in the timetable
	Overdue  int       // of these, due at or before the instant asked for
	Next     time.Time // when the first of them is or was due; zero: there is none
}

// WakeRequest asks to wake a subject, or the users of a schedule. Count tells a request from a later one.
type WakeRequest struct {
	Name  string // of one to stir: StirName
	Count float64
}

// stirSign begins the names of requests to stir. No subject begins with it.
const stirSign = "~"

// StirName is the name of a request to stir a subject.
func StirName(s Subject) string { return stirSign + string(s) }

// Stirs gives the subject that a request asks to stir; ok is false for a request to wake.
func (q WakeRequest) Stirs() (s Subject, ok bool) {
	name, ok := strings.CutPrefix(q.Name, stirSign)
	return Subject(name), ok
}

// Store keeps definitions, states, the timetable and the outbox, in shards. All data of
// one subject is in one shard, and each method with a parameter shard is one atomic
// step there.
type Store interface {
	// Shards is their number; it never changes.
	Shards() int
	// Shard of a subject.
	Shard(Subject) int

	// Claim acquires the lease and gives up to limit subjects that are due at an
	// instant, the longest due first: no more than fit into PartBytes, but at least one. If there are none, it gives the lease back. The
	// records are read after that step, as Load does: a decision on one that was
	// written in between is lost.
	Claim(ctx context.Context, shard int, l Lease, at time.Time, limit int) (Claim, error)
	// Load gives the records of subjects in any shards, in their order; Rev is 0 for
	// one that does not exist. A record's definition is no older than its Rev.
	Load(ctx context.Context, subjects []Subject) ([]Record, error)
	// Seen tells which events, by their ids, were seen less than DedupeWindow before an
	// instant, or a little longer ago (DedupeSlack). It has to be called after Load: an event that is seen in between gives the
	// record a new revision.
	Seen(ctx context.Context, at time.Time, events map[Subject][]string) (map[Subject]map[string]bool, error)
	// ForgetSeen forgets the events of a shard that are no longer known at an instant.
	ForgetSeen(ctx context.Context, shard int, at time.Time) error
	// Page gives some records of a shard and the cursor of the next page; it
	// starts with "" and ends with "". A record may come twice.
	Page(ctx context.Context, shard int, cursor string, limit int) ([]Record, string, error)
	// Scan gives the definitions of some subjects of all shards whose names begin with
	// a prefix, and the cursor of the next ones; it starts with "" and ends with "".
	// limit is about how many; a page may be empty while there are more. The records
	// have neither states nor revisions, and one may come twice. ErrCursor is returned
	// for a cursor that Scan has not given.
	Scan(ctx context.Context, prefix, cursor string, limit int) ([]Record, string, error)
	// Commit writes changes with their actions, due times and seen events, and gives those
	// that were lost because the record had moved on. Those of one shard are written in one
	// step, and no shard waits for another. After an error, some shards may be written.
	Commit(ctx context.Context, changes []Change) (lost []Subject, err error)
	// Edit writes or removes a definition and wakes its subject; false: the
	// record had moved on, and nothing was written.
	Edit(ctx context.Context, e Edit) (bool, error)

	// Serve notes that other subjects serve a subject, so that they can wake it.
	Serve(ctx context.Context, served Subject, by []Subject) error
	// Served gives some subjects that another subject serves, or once served, as Page.
	Served(ctx context.Context, by Subject, cursor string, limit int) ([]Subject, string, error)
	// Serving gives for each of some subjects all that it serves, or once served, in order.
	Serving(ctx context.Context, by []Subject) ([][]Subject, error)
	// Chatting gives the visitors of a property who have an open chat, or a timer that counts
	// its hours, in any shards, in the order of their ids, and the cursor of the next page; it
	// starts with "" and ends with "". limit is how many a shard adds to a page at most.
	Chatting(ctx context.Context, property, cursor string, limit int) ([]Subject, string, error)
	// Wake makes subjects of one shard due; decisions under way are then lost.
	Wake(ctx context.Context, shard int, subjects []Subject, at time.Time) error
	// Stir is Wake for a change that is not to be passed on: a record is Woken only if it was before.
	Stir(ctx context.Context, shard int, subjects []Subject, at time.Time) error
	// Wakes are the requests of a shard to wake subjects elsewhere.
	Wakes(ctx context.Context, shard int, limit int) ([]WakeRequest, error)
	// Woke strikes out requests, except those that were repeated since.
	Woke(ctx context.Context, shard int, requests []WakeRequest) error

	// Schedules gives the JSON of named schedules, and the closures of calendars (CalendarName), in the order of their names; nil for
	// one that does not exist. No names: none.
	Schedules(ctx context.Context, names []string) ([][]byte, error)
	// GlobalsOf gives some definitions of a kind, in the order of their names; nil for one that is not there. No names: none.
	GlobalsOf(ctx context.Context, kind Global, names []string) ([][]byte, error)
	// Globals gives all definitions of a kind, by name.
	Globals(ctx context.Context, kind Global) (map[string][]byte, error)
	// SetGlobal replaces before (nil: not there) by after (nil: remove it); false: the
	// stored one was not before, and nothing was written. A schedule is then in Edited
	// until Spread strikes it out. A destination that was not there begins by that, as Lanes
	// says.
	SetGlobal(ctx context.Context, kind Global, name string, before, after []byte) (bool, error)
	// Edited are the named schedules whose users have not all been woken.
	Edited(ctx context.Context) ([]WakeRequest, error)
	// Spread strikes out an edited schedule, unless it was edited again since.
	Spread(ctx context.Context, edited WakeRequest) error
	// Users gives some subjects of a shard that use a named schedule, as Page.
	Users(ctx context.Context, shard int, schedule, cursor string, limit int) ([]Subject, string, error)

	// Follow calls f with the subjects that are written from now on, until the context
	// ends: those with a definition when it or the state is written, those without when
	// they have actions, for any receiver, or are removed, and ScheduleSubject for a
	// named schedule. It may give too many. A nil slice says that some may have been
	// missed: it comes at the start, and after each break of the connection.
	Follow(ctx context.Context, f func(changed []Subject)) error
	// Recent gives the last actions of all shards for people to read, also those
	// without a receiver, the newest first: of many that are committed together, only
	// some.
	Recent(ctx context.Context, limit int) ([]Entry, error)

	// Pending gives the kinds of work that each shard has at an instant.
	Pending(ctx context.Context, at time.Time) ([]Pending, error)
	// Soon gives, for each shard, the instants after one and up to another at which subjects with a definition are due, in order.
	Soon(ctx context.Context, after, until time.Time) ([][]time.Time, error)
	// Depths measures each shard at an instant. It costs more than Pending: it is for
	// occasional reports.
	Depths(ctx context.Context, at time.Time) ([]Depth, error)
	// Notices gives the first notices of a shard, in order.
	Notices(ctx context.Context, shard, limit int) ([]Entry, error)
	// Noticed drops the notices up to a place.
	Noticed(ctx context.Context, shard int, seq string) error

	// Count adds to counters of a day in UTC, by name, and gives where they stand then. They are kept until the end of the next day, at
	// least.
	Count(ctx context.Context, at time.Time, add map[string]int64) (map[string]int64, error)

	// WaitSums gives how many messages wait on each property, in all shards, as Changes said of its visitors.
	WaitSums(ctx context.Context) (map[string]int, error)
	// Waits gives some visitors of a shard for whom messages wait, and how many, as Page.
	Waits(ctx context.Context, shard int, cursor string, limit int) (map[Subject]int, string, error)
	// Recount corrects the numbers of some visitors of a shard that are still as they were read, and adds up WaitSums there anew. It gives of
	// how many properties the sum was wrong.
	Recount(ctx context.Context, shard int, read, right map[Subject]int) (wrong int, err error)

	Lanes
	Beats
}

// Global is a kind of definition that is no subject.
type Global string

// ZonesWoken is the name of the global that has the version and the sum of the time zone rules by which every subject was
// last woken.
const ZonesWoken = "woken"

// The kinds of globals.
const (
	GlobalSchedule     Global = "schedules"
	GlobalDestination  Global = "destinations"
	GlobalKey          Global = "keys"          // of the HTTP API; see edit.Keys
	GlobalDoor         Global = "door"          // one, "keys": whether there were keys once; see edit.Keys.Once
	GlobalFeed         Global = "feeds"         // calendars that are fetched, by CalendarName; see edit.Feeds
	GlobalDropped      Global = "dropped"       // how much was dropped that waited for a destination, by its name; see deliver.Bounds
	GlobalTended       Global = "tended"        // how destinations are tended, by name; see jobs.Tended
	GlobalQuota        Global = "quotas"        // that were set for one property, by its id; see quota.Limits
	GlobalOver         Global = "over"          // what was refused to a property over a quota, by its id; see quota.Over
	GlobalZones        Global = "zones"         // one, ZonesWoken
	GlobalPush         Global = "push"          // one, "vapid": see edit.PushKeys
	GlobalSubscription Global = "subscriptions" // of agents to their notices by Web Push, by agent; see edit.Subscriptions
	GlobalPage         Global = "pages"         // one, "tokens": see edit.PageSecret
	GlobalLink         Global = "links"         // to calendars that others read, and to pages of agents; see edit.Links
)
