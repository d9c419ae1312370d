package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/redistest"
)

// olderVariable names a program: deskbell of an older version.
const olderVariable = "DESKBELL_OLDER"

// olderProgram is that program. A test that has none skips as with redistest.Program.
func olderProgram(t *testing.T) string {
	t.Helper()
	if program := os.Getenv(olderVariable); program != "" {
		return program
	}
	end := t.Skipf
	if os.Getenv("CI") == "true" {
		end = t.Fatalf
	}
	end("needs %[1]s: .ci/older FILE; export %[1]s=FILE", olderVariable) // .ci/tests counts these lines
	return ""
}

// TestOldAndNewOnOneRedis lets a worker of an older version and one of this version work on one Redis: the older one first,
// then both, then this one alone, and the other way round, as when somebody goes back. A third Redis is for this version
// alone. All three get the same definitions and events at the same instants, and in the end they have to hold the same.
//
// An older worker knows no clock but the real one. So boundaries are set around the next full minute, in UTC and by daily
// windows, which are the same on each day and may go over midnight. A machine that is too busy for that, or stands still for a while,
// has three times as long, and then five times.
//
//nolint:tparallel // each try comes after the one before
func TestOldAndNewOnOneRedis(t *testing.T) {
	older := olderProgram(t)
	t.Parallel()
	for _, stretch := range []int{1, 3, 5} {
		late := ""
		t.Run(fmt.Sprint("stretched by ", stretch), func(t *testing.T) { late = oldAndNew(t, older, stretch) })
		if late == "" || t.Failed() {
			return
		}
		t.Log(late)
	}
	t.Error("the machine is too busy to show anything")
}

// oldAndNew says what came too late to show anything; empty: nothing did.
func oldAndNew(t *testing.T, older string, stretch int) (late string) {
	t.Helper()
	calm := newSide(t, "this version alone", "", "")
	up, back := newSide(t, "an upgrade", older, ""), newSide(t, "a way back", "", older)
	sides := sides{calm, up, back}
	for _, s := range sides {
		s.worker(s.first)
	}
	const settled, ahead = 8, 52 // seconds: on a busy machine, definitions and overrides take a while
	now := time.Now().UTC().Truncate(time.Second)
	p := plan{stretch: stretch}
	p.begin, p.minute = now.Add(p.span(settled)), now.Add(p.span(ahead)+time.Minute).Truncate(time.Minute)

	sides.all(func(s *side) *proc {
		return s.command(s.first, "apply", s.file("deskbell.yaml", p.definitions(s.receiver.URL, 6*time.Hour)))
	})
	for _, s := range sides {
		s.awaitQuiet(time.Now)
	}
	for i, at := range drills {
		err := sides.try(func(s *side) *proc {
			return s.command(s.first, "close", fmt.Sprint("drill-", i), "--until", p.at(at).Format(time.RFC3339))
		})
		if late := time.Since(p.at(at)); late > 0 { // an end that has passed is refused
			return fmt.Sprintf("an override was made %s after its end", late)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	pause(time.Until(p.begin))
	for _, s := range sides {
		s.receiver.refuse(p.at(mended))
	}
	sides.all(func(s *side) *proc { return s.command(s.first, "send", s.file("first.jsonl", p.atFirst())) })
	if late := sides.takenIn(p.at(drills[0])); late != "" {
		return late
	}

	p.wait(both)
	if late := sides[1:].somethingWaits(p.at(-1)); late != "" {
		return late
	}
	for _, s := range sides[1:] {
		s.worker(s.second)
	}
	p.wait(both + 3)
	sides.all(func(s *side) *proc { return s.command(s.second, "send", s.file("both.jsonl", p.whileBoth())) })
	if late := sides.takenIn(p.at(-1)); late != "" {
		return late
	}
	// The first events come again, from the other version: each counts once.
	sides.all(func(s *side) *proc { return s.command(s.second, "send", s.file("first.jsonl", p.atFirst())) })
	sides.all(func(s *side) *proc {
		return s.command(s.second, "apply", s.file("deskbell.yaml", p.definitions(s.receiver.URL, 7*time.Hour)))
	})
	sides.all(func(s *side) *proc { return s.command(s.first, "status") })
	sides.all(func(s *side) *proc { return s.command(s.second, "deliveries", "list") }) // it reads the actions that the other version set aside

	p.wait(second)
	if late := sides[1:].somethingWaits(p.at(mended)); late != "" {
		return late
	}
	sides[1:].all(func(s *side) *proc { return s.workers[0].terminate() })
	p.wait(second + 1)
	sides.all(func(s *side) *proc { return s.command(s.first, "send", s.file("last.jsonl", p.afterwards())) })
	if late := sides.takenIn(p.at(second + 14)); late != "" {
		return late
	}
	sides.all(func(s *side) *proc { return s.command(s.first, "send", s.file("both.jsonl", p.whileBoth())) })

	p.wait(end)
	for _, s := range sides {
		s.awaitDelivered()
	}
	sides.all(func(s *side) *proc { return s.workers[len(s.workers)-1].terminate() })
	for _, s := range sides {
		s.check()
		if late := cmp.Or(s.timersLate(p), s.goesOn(p)); late != "" {
			return late
		}
	}
	want := calm.known()
	t.Logf("%d actions, %d of them caused by something else than an edit", len(calm.entries()), len(want))
	for _, s := range sides[1:] {
		if diff := gocmp.Diff(calm.settled(p.at(drills[0])), s.settled(p.at(drills[0]))); diff != "" {
			t.Errorf("%s: states differ (-this version alone +%[1]s):\n%s", s.name, head(diff))
		}
		if diff := gocmp.Diff(want, s.known()); diff != "" {
			t.Errorf("%s: actions differ (-this version alone +%[1]s):\n%s", s.name, head(diff))
		}
		if diff := gocmp.Diff(calm.receiver.told(), s.receiver.told()); diff != "" {
			t.Errorf("%s: notices differ (-this version alone +%[1]s):\n%s", s.name, head(diff))
		}
	}
	return ""
}

// When things happen, in seconds from the full minute, times the stretch of the plan. In between is time enough for a busy machine. Actions that receivers
// refuse in the first part come again after pauses that double. The third try comes when the receivers are mended.
const (
	both   = -20 // the second version starts
	second = 6   // the first one stops
	mended = 12  // the receivers refuse nothing any more
	end    = 28  // nothing more falls due
)

// A message of which the first version starts the timer, and the second one ends it.
const (
	lastTimer = 16 // the next beat, which finds every message whose timer was lost, comes at 20, and at 60 for 48
	nextBeat  = 20
	goodBye   = "Good bye"
)

// drills are when overrides end, one in each of the three parts.
var drills = []int{-27, 3, 13}

// plan makes the definitions and events that all sides get.
type plan struct {
	begin  time.Time // of the first events
	minute time.Time // a full minute: schedules flip

	stretch int // how many times longer than usual all takes
}

func (p plan) at(seconds int) time.Time { return p.minute.Add(p.span(seconds)) }

func (p plan) span(seconds int) time.Duration {
	return time.Duration(seconds*p.stretch) * time.Second
}

func (p plan) wait(seconds int) { pause(time.Until(p.at(seconds))) }

// delay ends at an instant, when it begins with the first events.
func (p plan) delay(seconds int) string { return p.at(seconds).Sub(p.begin).String() }

// hours are a window of each day.
func (p plan) hours(from, to time.Duration) map[string]any {
	clock := func(d time.Duration) string { return p.minute.Add(d).Format("15:04") }
	return map[string]any{"time_zone": "UTC", "weekly": map[string]any{"daily": clock(from) + "-" + clock(to)}}
}

// Shorter than the types that they stand for: definitions and events as people write them.
type (
	object = map[string]any
	list   = []any
)

// definitions have something of all that a record, an entry or a task can hold. The schedule "late", which an edit changes,
// has not opened yet.
func (p plan) definitions(receiver string, late time.Duration) []byte {
	opens, closes := p.hours(0, 6*time.Hour), p.hours(-6*time.Hour, 0)
	service := "generic://" + strings.TrimPrefix(receiver, "http://") + "/notices?disabletls=yes"
	properties := object{
		"staffed": object{"agents": list{"early"}, "triggers": list{}},
		"parts":   object{"triggers": list{}, "departments": object{"sales": object{"schedule": opens}, "help": object{"schedule": closes}}},
		"soon": object{"schedule": p.hours(-6*time.Hour, 5*time.Minute), "agents": list{"always"}, "triggers": list{},
			"closing_soon": object{"before": "5m", "message": "We close at {{closes_at}}"}},
		"later": object{"schedule": "late", "triggers": list{}},
		"greets": object{"triggers": list{
			object{"name": "First", "type": "site", "delay": p.delay(-25), "expiry": "1h", "message": "Hello"},
			object{"name": "Both", "type": "site", "delay": p.delay(-1), "expiry": "1h", "message": "Still here?"},
			object{"name": "Second", "type": "site", "delay": p.delay(lastTimer), "expiry": "1h", "message": goodBye},
			object{"name": "Steps", "type": "advanced", "on": "visitor.arrived", "expiry": "1h", "actions": list{
				object{"send_message": "One"}, object{"wait": p.delay(1)}, object{"add_note": "two"}, object{"wait": p.span(16).String()}, object{"add_tag": "three"},
			}},
		}},
		"rescues": object{"agents": list{"always"}, "triggers": list{}, "rescue": list{
			object{"after": p.delay(-24), "send_message": "We are nearly with you"},
			object{"after": p.delay(2), "notify": object{"text": "Somebody waits"}},
			object{"after": p.delay(22), "actions": list{object{"send_message": "Leave us your address"}, object{"show_form": "offline_form"}}},
			object{"after": p.delay(27), "send_message": "Nobody is there"},
		}},
	}
	for i := range 3 {
		properties[fmt.Sprint("drill-", i)] = object{"schedule": "24/7", "triggers": list{}}
		properties[fmt.Sprint("opens-", i)] = object{"schedule": opens, "agents": list{"late"}, "triggers": list{},
			"auto_replies": object{"outside": "We are back {{next_open}}", "form": "Thank you"}}
		properties[fmt.Sprint("closes-", i)] = object{"schedule": closes, "triggers": list{}, "widget": object{"waiting_at_close": "message"},
			"auto_replies": object{"outside": "We are back {{next_open}}"}}
	}
	notify := func(kinds ...any) object { return object{"on": kinds} }
	told := notify("hours_started", "hours_ended", "closing_soon", "digest_opened")
	told["via"] = list{service}
	body, err := json.Marshal(object{
		"schedules":  object{"late": p.hours(3*time.Hour, 3*time.Hour+late)},
		"properties": properties,
		"agents": object{
			"early":  object{"schedule": closes, "notify": notify("hours_started", "hours_ended")},
			"late":   object{"schedule": opens, "notify": told},
			"always": object{"notify": told},
		},
		"destinations": object{
			"out":    object{"type": "redis_stream", "max_len": 1_000_000},
			"one":    object{"type": "webhook", "url": receiver + "/one", "secret_env": "CRM_SECRET"},
			"batch":  object{"type": "webhook", "url": receiver + "/batch", "secret_env": "CRM_SECRET", "batch": true},
			"paused": object{"type": "webhook", "url": receiver + "/paused", "secret_env": "CRM_SECRET"},
		},
	})
	if err != nil {
		panic(err)
	}
	return body
}

// some are so many visitors and chats: a third is answered while both versions run, a third after that, and a third never.
const some = 6

// atFirst are the first events: visitors arrive, ask and send forms.
func (p plan) atFirst() []byte {
	e := events{at: p.begin.Add(-lag)}
	for i := range some {
		e.add("visitor.arrived", object{"property": "greets", "visitor": fmt.Sprint("g", i), "visit": fmt.Sprint("s", i)})
		e.add("chat.requested", object{"property": "rescues", "visitor": fmt.Sprint("r", i), "chat": fmt.Sprint("c", i), "text": "Hello?"})
	}
	for i := range 3 {
		e.add("chat.requested", object{"property": fmt.Sprint("opens-", i), "visitor": "v", "chat": "o1", "text": "Anybody?"})
		e.add("chat.requested", object{"property": fmt.Sprint("closes-", i), "visitor": "v", "chat": "w1", "text": "Quickly"})
		e.add("form.submitted", object{"property": fmt.Sprint("opens-", i), "visitor": "w", "form": object{"kind": "offline"}})
		e.add("chat.requested", object{"property": "soon", "visitor": fmt.Sprint("v", i), "chat": fmt.Sprint("n", i), "text": "Hi"})
	}
	return e.lines
}

// whileBoth are those of the time in which both versions run: some are answered, others come.
func (p plan) whileBoth() []byte {
	e := events{at: p.at(both + 3).Add(-lag)}
	for i := range some / 3 {
		e.add("chat.message", object{"property": "rescues", "chat": fmt.Sprint("c", i), "from": "agent", "agent": "always", "text": "Yes?"})
	}
	for i := range 3 {
		e.add("form.submitted", object{"property": fmt.Sprint("opens-", i), "visitor": "x", "form": object{"kind": "offline"}})
		e.add("visitor.left", object{"property": "greets", "visitor": fmt.Sprint("g", i), "visit": fmt.Sprint("s", i)})
	}
	return e.lines
}

// afterwards are those after the first version has ended.
func (p plan) afterwards() []byte {
	e := events{at: p.at(second + 1).Add(-lag)}
	for i := range some / 3 {
		chat := fmt.Sprint("c", some-1-i)
		e.add("chat.message", object{"property": "rescues", "chat": chat, "from": "agent", "agent": "always", "text": "At last"})
		e.add("chat.ended", object{"property": "rescues", "chat": chat})
	}
	for i := range 3 {
		e.add("chat.requested", object{"property": fmt.Sprint("closes-", i), "visitor": "y", "chat": "w2", "text": "Closed?"})
	}
	return e.lines
}

// lag is how long before they are sent the first events of a file happened: an event may not say that it is still to come.
const lag = 100 * time.Millisecond

// events are JSON, one a line, each with an id of its own and a millisecond after the one before.
type events struct {
	at    time.Time
	lines []byte
}

func (e *events) add(kind string, data object) {
	e.at = e.at.Add(time.Millisecond)
	line, err := json.Marshal(object{"id": fmt.Sprint("e", e.at.UnixMilli()), "type": kind, "time": e.at, "data": data})
	if err != nil {
		panic(err)
	}
	e.lines = append(append(e.lines, line...), '\n')
}

// side is one Redis, the versions that work on it one after the other, and a receiver of its actions.
type side struct {
	*stage
	name          string
	first, second string // programs; empty: this version
	receiver      *refusing
	dir           string
	workers       []*proc
}

type sides []*side

func newSide(t *testing.T, name, first, second string) *side {
	t.Helper()
	return &side{stage: openStage(t, redistest.Start(t)), name: name, first: first, second: second, receiver: newRefusing(t), dir: t.TempDir()}
}

// command starts a program of a version.
func (s *side) command(program string, args ...string) *proc {
	s.t.Helper()
	env := []string{
		"REDIS_URL=" + s.redis.URL(), "DESKBELL_CONCURRENCY=2", "DESKBELL_TIME_ZONE=UTC", "DESKBELL_ALLOW_PRIVATE=127.0.0.1/32", crmSecret,
		"LOG_LEVEL=info", "LOG_FORMAT=json",
	}
	if program == "" {
		return start(s.t, 0, env, args...)
	}
	return startProgram(s.t, program, env, args...)
}

func (s *side) worker(program string) { s.workers = append(s.workers, s.command(program, "worker")) }

// file writes a file, the same for each version.
func (s *side) file(name string, body []byte) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// all runs something on each side at the same time.
func (all sides) all(command func(*side) *proc) {
	all[0].t.Helper()
	if err := all.try(command); err != nil {
		all[0].t.Fatal(err)
	}
}

// try does so, and says on which sides it failed.
func (all sides) try(command func(*side) *proc) (failed error) {
	var running []*proc
	for _, s := range all {
		s.t.Helper()
		running = append(running, command(s))
	}
	for i, p := range running {
		if err := p.cmd.Wait(); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %v: %w\n%s", all[i].name, p.cmd.Args[1:], err, p.out))
		}
	}
	return failed
}

// takenIn waits until no event waits. It must be so before the next message falls due: an event that comes later may have
// another result on each side. It says how late that was.
func (all sides) takenIn(before time.Time) (late string) {
	for _, s := range all {
		s.t.Helper()
		redistest.Wait(s.t, "all events are taken in", func() bool {
			info, err := s.inspector().GetQueueInfo("deskbell-event")
			return err == nil && info.Size == 0
		})
		if late := time.Since(before); late > 0 {
			return fmt.Sprintf("%s: events were taken in %s too late", s.name, late)
		}
	}
	return ""
}

func (s *side) inspector() *asynq.Inspector { return asynq.NewInspectorFromRedisClient(s.rdb) }

// count adds up the sizes of keys.
func (s *side) count(pattern string, size func(key string) int64) (sum int64) {
	s.t.Helper()
	keys, err := s.rdb.Keys(s.t.Context(), pattern).Result()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, key := range keys {
		sum += size(key)
	}
	return sum
}

// waiting counts actions in the outbox, actions set aside, and destinations that fail.
func (s *side) waiting() (outbox, aside, circuits int64) {
	s.t.Helper()
	ctx := s.t.Context()
	outbox = s.count("deskbell:{*}:out", func(key string) int64 { return s.rdb.XLen(ctx, key).Val() })
	aside = s.count("deskbell:{*}:aside:*", func(key string) int64 { return s.rdb.HLen(ctx, key).Val() })
	return outbox, aside, s.rdb.HLen(ctx, "deskbell:{all}:circuits").Val()
}

// somethingWaits holds that there is something of each kind in Redis for the next version to take over. It looks at all before an
// instant, or says how late that was.
func (all sides) somethingWaits(before time.Time) (late string) {
	waits := make([]bool, len(all))
	for i, s := range all {
		s.t.Helper()
		waits[i] = s.somethingWaits()
	}
	if late := time.Since(before); late > 0 {
		return fmt.Sprintf("what waits was looked at %s too late", late)
	}
	for i, s := range all {
		if !waits[i] {
			s.t.Errorf("%s: nothing is left for the other version to do", s.name)
		}
	}
	return ""
}

func (s *side) somethingWaits() bool {
	s.t.Helper()
	outbox, aside, circuits := s.waiting()
	due := s.count("deskbell:{*}:due", func(key string) int64 { return s.rdb.ZCard(s.t.Context(), key).Val() })
	timers, err := s.inspector().GetQueueInfo("deskbell-timer")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Logf("%s: %d actions wait, %d are set aside, %d receivers pause, %d subjects are due some time, %d timers run",
		s.name, outbox, aside, circuits, due, timers.Scheduled)
	return outbox > 0 && aside > 0 && circuits > 0 && due > 0 && timers.Scheduled > 0
}

// awaitDelivered waits until nothing is left to do.
func (s *side) awaitDelivered() {
	s.t.Helper()
	s.awaitQuiet(time.Now)
	redistest.Wait(s.t, s.name+": all is delivered", func() bool {
		outbox, aside, circuits := s.waiting()
		return outbox == 0 && aside == 0 && circuits == 0
	})
}

// sent is an action as it was delivered.
type sent struct {
	ID   string
	Type string
	Time time.Time
	Data object
	body object
}

func readSent(body []byte) (a sent, err error) {
	if err = json.Unmarshal(body, &a); err == nil {
		err = json.Unmarshal(body, &a.body)
	}
	return a, err
}

// about is the subject within which actions have an order.
func (a sent) about() string {
	if a.Type == "digest.opened" || a.Data["kind"] == "digest_opened" {
		return fmt.Sprint("digest/", a.Data["property"]) // a record of its own, which may be in another shard
	}
	if a.Data["visitor"] == nil && a.Data["property"] != nil {
		return fmt.Sprint(a.Data["property"])
	}
	return fmt.Sprint(a.Data["property"], "/", cmp.Or[any](a.Data["visitor"], a.Data["agent"]))
}

// entries are the actions of the stream, in its order.
func (s *side) entries() (all []sent) {
	s.t.Helper()
	entries, err := s.rdb.XRange(s.t.Context(), definition.DefaultStream, "-", "+").Result()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range entries {
		a, err := readSent([]byte(fmt.Sprint(e.Values["action"])))
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

// decidedAt are the values of a state that differ between two runs: versions, and the instants at which a worker got to something.
var decidedAt = regexp.MustCompile(` version$|^digest/\S+ after$|^chat/\S+ until$|^visitor/.* (told (outside|during)|told \d+ time|(fired .*|proactive) at)$`)

// newer are values of a state that the older version does not write: what each chat's text was, what Deskbell did to a
// visitor or a chat, how many notes they got, the pages of tabs, a chat's visits, what events say of agents, the mode that a widget
// shows next, which facts are unverified, and the note of an override and who set it.
var newer = regexp.MustCompile(`^visitor/.* (texts|tagged|notes|tabs|sent|requested_in|spoken_in|held|unverified)( |$)|^agent/\S+ (presence|lowered|lowered_by|passed|held)( |$)|^property/.* (next_mode|note|by)$`)

// settled are the states, value by value, without those that differ between two runs or versions. Before an instant, only edits
// change states: their times differ, too.
func (s *side) settled(before time.Time) map[string]any {
	s.t.Helper()
	values := make(map[string]any)
	for subject, state := range s.states() {
		flatten(values, subject, state)
	}
	maps.DeleteFunc(values, func(path string, value any) bool {
		if strings.HasSuffix(path, " since") {
			since, err := time.Parse(time.RFC3339, fmt.Sprint(value))
			return err == nil && since.Before(before)
		}
		return decidedAt.MatchString(path) || newer.MatchString(path)
	})
	return values
}

// flatten gives each value the path of keys that leads to it.
func flatten(values map[string]any, path string, value any) {
	switch v := value.(type) {
	case object:
		for key, inner := range v {
			flatten(values, path+" "+key, inner)
		}
	case list:
		for i, inner := range v {
			flatten(values, fmt.Sprint(path, " ", i), inner)
		}
	default:
		values[path] = v
	}
}

// known are the actions that must be the same on each side, by id. Those of edits are not: their ids have the instant of the
// edit. When an action was decided, and which version its state has, may differ. The older version names no properties of an agent, and no
// mode that comes next.
func (s *side) known() map[string]object {
	s.t.Helper()
	all := make(map[string]object)
	for _, a := range s.entries() {
		if cause, _ := a.Data["cause"].(object); cause["edit"] != nil {
			continue
		}
		delete(a.body, "time")
		if data, ok := a.body["data"].(object); ok {
			delete(data, "version")
			delete(data, "properties")
			delete(data, "next_mode")
			if ticket, ok := data["ticket"].(map[string]any); ok && ticket["form"] == "offline" { // its name before
				ticket["form"] = "offline_form"
			}
		}
		all[a.ID] = a.body
	}
	return all
}

// check looks at one side alone: each action stands once in the stream, the receivers got all of them in their order, no task
// is archived, and no log has an error.
func (s *side) check() {
	s.t.Helper()
	ids, order := make(map[string]bool), make(map[string][]string)
	for _, a := range s.entries() {
		if ids[a.ID] {
			s.t.Errorf("%s: %s stands in the stream twice", s.name, a.ID)
		}
		ids[a.ID] = true
		order[a.about()] = append(order[a.about()], a.ID)
	}
	s.receiver.check(s.t, s.name, order)
	queues, err := s.inspector().Queues()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, queue := range queues {
		info, err := s.inspector().GetQueueInfo(queue)
		if err != nil {
			s.t.Fatal(err)
		}
		if info.Archived > 0 {
			s.t.Errorf("%s: %d tasks of queue %s are archived", s.name, info.Archived, queue)
		}
	}
	for i, w := range s.workers {
		s.checkLog(i, w)
	}
}

// timersLate wants one such message, at least, to be decided on before the beat: on a busy machine, some may be as late. It says
// how late that was.
func (s *side) timersLate(p plan) string {
	s.t.Helper()
	least := time.Hour
	for _, a := range s.entries() {
		if a.Data["text"] == goodBye {
			least = min(least, a.Time.Sub(p.at(lastTimer).Add(-lag)))
		}
	}
	if least < 0 {
		s.t.Errorf("%s: a message came %s too early", s.name, -least)
	}
	if least < p.span(nextBeat-lastTimer) {
		return ""
	}
	return fmt.Sprintf("%s: messages whose timer the other version had started were %s late at best: as if there were no timer", s.name, least)
}

// stepDue are the instants of timers in a state.
var stepDue = regexp.MustCompile(`^visitor/.* timers \d+ due$`)

// goesOn names a step that is due after the end, since the one before it came late.
func (s *side) goesOn(p plan) string {
	s.t.Helper()
	values := make(map[string]any)
	for subject, state := range s.states() {
		flatten(values, subject, state)
	}
	for path, value := range values {
		due, err := time.Parse(time.RFC3339, fmt.Sprint(value))
		if stepDue.MatchString(path) && err == nil && due.After(p.at(end)) {
			return fmt.Sprintf("%s: %s is %s, %s after the end", s.name, path, due, due.Sub(p.at(end)))
		}
	}
	return ""
}

// checkLog wants work done, and no error.
func (s *side) checkLog(i int, w *proc) {
	s.t.Helper()
	done := make(map[string]int)
	for line := range strings.Lines(w.out.String()) {
		var l struct{ Level, Msg, Kind string }
		if err := json.Unmarshal([]byte(line), &l); err != nil || slices.Contains([]string{"error", "fatal", "panic"}, l.Level) ||
			strings.Contains(l.Msg, "job dropped") {
			s.t.Errorf("%s: worker %d says: %s", s.name, i+1, line)
		}
		if l.Msg == "job done" {
			done[l.Kind]++
		}
	}
	s.t.Logf("%s: worker %d did %v", s.name, i+1, done)
	for _, kind := range []string{"boundary:sweep", "event:take", "visitor:wake", "outbox:deliver"} { // both do some of each
		if done[kind] == 0 {
			s.t.Errorf("%s: worker %d did nothing of %s", s.name, i+1, kind)
		}
	}
}

// refusing takes webhooks and notices. Until it is mended it refuses the actions of some subjects, and asks on one path to be
// left alone.
type refusing struct {
	*httptest.Server
	mu      sync.Mutex
	until   time.Time
	ids     map[string]map[string]bool // by path
	order   map[string]map[string][]string
	refused map[string]int
	repeats int
	notices []string
	wrong   []string
}

func newRefusing(t *testing.T) *refusing {
	r := &refusing{ids: make(map[string]map[string]bool), order: make(map[string]map[string][]string), refused: make(map[string]int)}
	for _, path := range []string{"/one", "/batch", "/paused"} {
		r.ids[path], r.order[path] = make(map[string]bool), make(map[string][]string)
	}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *refusing) refuse(until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until = until
}

// refuses names the subjects: a property that flips in the first part, one that flips in the second, and a visitor.
func refuses(a sent) bool {
	return slices.Contains([]string{"drill-0", "opens-0", "rescues/r5"}, a.about())
}

// ServeHTTP implements http.Handler.
func (r *refusing) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	path := req.URL.Path
	if r.ids[path] == nil {
		_, text, _ := strings.Cut("\n\n"+string(body), "\n\n") // the title goes
		if _, untitled, ok := strings.Cut(text, "\n\n"); ok {
			text = untitled // an older version sent none
		}
		r.notices = append(r.notices, text)
		return
	}
	bodies := []json.RawMessage{body}
	if path == "/batch" {
		err = json.Unmarshal(body, &bodies)
	}
	var actions []sent
	for _, b := range bodies {
		a, fault := readSent(b)
		err = cmp.Or(err, fault)
		actions = append(actions, a)
	}
	if err != nil {
		r.wrong = append(r.wrong, fmt.Sprintf("%s: %s", err, body))
	}
	if left := time.Until(r.until); left > 0 {
		switch {
		case path == "/paused":
			w.Header().Set("Retry-After", fmt.Sprint(int(left.Seconds())+1))
			w.WriteHeader(http.StatusServiceUnavailable)
			r.refused[path]++
			return
		case slices.ContainsFunc(actions, refuses):
			w.WriteHeader(http.StatusInternalServerError)
			r.refused[path]++
			return
		}
	}
	for _, a := range actions {
		if r.ids[path][a.ID] {
			r.repeats++
			continue
		}
		r.ids[path][a.ID] = true
		r.order[path][a.about()] = append(r.order[path][a.about()], a.ID)
	}
}

// told are the notices that came.
func (r *refusing) told() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(slices.Values(r.notices))
}

// check compares the actions that came with those of the stream, subject by subject.
func (r *refusing) check(t *testing.T, name string, order map[string][]string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for path := range r.ids {
		if diff := gocmp.Diff(order, r.order[path]); diff != "" {
			t.Errorf("%s: what came at %s is not what the stream has, or in another order (-stream +receiver):\n%s", name, path, head(diff))
		}
		if r.refused[path] == 0 {
			t.Errorf("%s: nothing was refused at %s: it shows nothing", name, path)
		}
	}
	if len(r.wrong) > 0 {
		t.Errorf("%s: %d requests are wrong, such as %s", name, len(r.wrong), r.wrong[0])
	}
	t.Logf("%s: refused %v, %d repeats, %d notices", name, r.refused, r.repeats, len(r.notices))
}
