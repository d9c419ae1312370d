package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "github.com/deskbell/deskbell"
	root   = "../.." // of the module, from here
)

// layers has, for each top folder, the top folders that it may import: cmd → config, jobs, domain; jobs → domain;
// nothing points up. config turns text into the values of domain, and into addresses of Redis by the one package that
// other programs read them by, too.
var layers = map[string][]string{
	"cmd":    {"cmd", "config", "jobs", "domain"},
	"config": {"config", "domain", "jobs/redisurl"},
	"jobs":   {"jobs", "domain"},
	"domain": {"domain"},
}

// domains has, for each package of domain, the others that it and those below it may import. A package that is not
// here fails the test: say here which of the three kinds it is.
var domains = func() map[string][]string {
	below := []string{"table", "wire"}
	leaves := append([]string{"hours", "event", "action"}, below...)
	return map[string][]string{
		"table": nil, // the form of all tables and faults
		"wire":  nil, // the JSON of what is written and read most
		"trace": nil, // the context that an event brings, and its actions have
		"hours": below, "event": append([]string{"trace"}, below...), "action": {"wire", "trace"},
		"widget": leaves, "agent": leaves, "trigger": leaves, // they decide, and do not know each other
		"visit": append([]string{"trigger"}, leaves...),
		"chat":  append([]string{"trigger"}, leaves...),
		// Reads the definitions of all of them, and decides nothing: so none of them may import it.
		"definition": append([]string{"widget", "agent", "trigger", "visit", "chat"}, leaves...),
	}
}()

// command is the folder of package main.
const command = "cmd/deskbell"

// besideMain has, for each package below that of the command, the others that it may import. A package that is not here
// fails the test. Tests import what they need.
var besideMain = map[string][]string{
	"signals": nil, "draw": nil,
	"reach":     nil, // folders, sockets and ports
	"kept":      {"reach"},
	"bench":     nil,     // runs web in a process of its own
	"web":       nil,     // the guards
	"web/api":   {"web"}, // these four do not know each other
	"web/board": {"web"},
	"web/page":  {"web"},

	"web/agentpage": {"web"},
	"web/hook":      {"web"},
}

// belowJobs has, for each package by its first folder below jobs, the others that it may import; package jobs is ".". A package
// that is not here fails the test. Tests import what they need.
var belowJobs = map[string][]string{
	".":           {"clock", "deliver", "edit", "engine", "enqueue", "erase", "ical", "nudge", "outage", "quota", "simulate", "store", "view"},
	"client":      {"enqueue", "layout", "outage", "redisurl", "store"}, // see TestWhatASenderLinks
	"enqueue":     {"layout", "nudge", "store"},
	"layout":      {"store"},
	"redisurl":    nil,
	"clock":       nil,
	"nudge":       nil,
	"outage":      nil,
	"simulate":    {"edit", "engine", "store"},
	"view":        {"engine", "quota", "store"},
	"quota":       {"store"},
	"edit":        {"engine", "store"},
	"deliver":     {"engine", "store"},
	"engine":      {"phrase", "store"},
	"erase":       {"clock", "engine", "store"},
	"store":       nil,
	"memstore":    {"store"},
	"redisstore":  {"layout", "store"},
	"destination": {"deliver"},
	"adapter":     nil,             // tables of chat products; package main joins them
	"ical":        {"destination"}, // it fetches calendars through the guard of webhooks
	"phrase":      nil,
	"embedded":    nil,
	"bench":       {"engine", "store"}, // the plain design, on the engine's decisions
	"monitor":     {"."},
}

// machinery has, for libraries that run the work, the folders and files that may import them. Tests may look into queues.
var machinery = map[string][]string{
	"github.com/hibiken/":                  {"jobs", "jobs/bench", "jobs/monitor", "jobs/enqueue/enqueue.go"},
	"github.com/robfig/cron/":              {"jobs"},
	"github.com/prometheus/client_golang/": {"jobs", "cmd/deskbell", "cmd/deskbell/web"},
	"github.com/alicebob/miniredis/":       {"jobs/embedded"},
	"github.com/nicholas-fedor/shoutrrr/":  {"jobs/destination/shout"},
	"github.com/SherClockHolmes/":          {"jobs/destination/push"},
	"github.com/coreos/go-systemd/":        {"cmd/deskbell"},
	"github.com/teambition/rrule-go":       {"jobs/ical"},
	"github.com/standard-webhooks/":        {"jobs/destination/webhook"},
}

// impure lists packages that domain has no use for: it does no I/O, and has no clock, logger or context.
var impure = []string{"context", "database/sql", "log", "net", "os", "os/exec", "syscall", "testing"}

// A source is one Go file.
type source struct {
	name    string            // from the root, with slashes
	imports map[string]string // from the name that the file uses to the path
	file    *ast.File
	fset    *token.FileSet
}

func (s source) dir() string    { return path.Dir(s.name) }
func (s source) layer() string  { top, _, _ := strings.Cut(s.name, "/"); return top }
func (s source) isTest() bool   { return strings.HasSuffix(s.name, "_test.go") }
func (s source) domain() string { return domainOf(s.dir()) }

// forTests says whether only tests use it: it is one, or it is in a package for tests, named as httptest is.
func (s source) forTests() bool { return s.isTest() || strings.HasSuffix(s.dir(), "test") }

func (s source) at(pos token.Pos) string {
	return s.name + ":" + strconv.Itoa(s.fset.Position(pos).Line)
}

// domainOf is "hours" for domain/hours and the packages below it, and "" outside of domain.
func domainOf(dir string) string {
	below, ok := strings.CutPrefix(dir, "domain/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(below, "/")
	return name
}

// sources reads every Go file, for whichever system it is built.
func sources(t *testing.T) (list []source) {
	t.Helper()
	for _, top := range slices.Sorted(maps.Keys(layers)) {
		err := filepath.WalkDir(filepath.Join(root, top), func(file string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && entry.Name() == "testdata":
				return filepath.SkipDir
			case entry.IsDir() || filepath.Ext(file) != ".go":
				return nil
			}
			name, err := filepath.Rel(root, file)
			if err != nil {
				return err
			}
			s, err := parseSource(filepath.ToSlash(name), file, nil)
			list = append(list, s)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// parseSource reads a file, or src in its place.
func parseSource(name, file string, src any) (source, error) {
	s := source{name: name, imports: map[string]string{}, fset: token.NewFileSet()}
	var err error
	if s.file, err = parser.ParseFile(s.fset, file, src, parser.SkipObjectResolution); err != nil {
		return s, err
	}
	for _, spec := range s.file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return s, err
		}
		local := path.Base(imported)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		s.imports[importKey(s.imports, local)] = imported
	}
	return s, nil
}

// importKey keeps apart the imports that have no name of their own: several of _, or of v2.
func importKey(taken map[string]string, local string) string {
	for _, ok := taken[local]; ok; _, ok = taken[local] {
		local += "'"
	}
	return local
}

// misdirected is the fault of an import, or "".
func (s source) misdirected(imported string) string {
	ours, isOurs := strings.CutPrefix(imported, module+"/")
	if isOurs {
		return s.misdirectedWithin(ours)
	}
	first, _, _ := strings.Cut(imported, "/")
	thirdParty := strings.Contains(first, ".")
	switch {
	case s.mayNotRun(imported):
		return "it is for others to know " + imported
	case s.layer() != "domain" || s.forTests():
		return ""
	case thirdParty:
		return "the domain takes nothing from others"
	case imported == "net/url" || imported == "net/netip": // they read texts
		return ""
	case slices.Contains(impure, imported) || strings.HasPrefix(imported, "net/") || strings.HasPrefix(imported, "log/"):
		return "the domain is pure"
	}
	return ""
}

// mayNotRun tells whether a package of the machinery is imported where it may not be.
func (s source) mayNotRun(imported string) bool {
	for prefix, places := range machinery {
		if strings.HasPrefix(imported, prefix) {
			return !s.forTests() && !slices.Contains(places, s.dir()) && !slices.Contains(places, s.name)
		}
	}
	return false
}

// misdirectedBelowJobs is the fault of an import of one package of jobs by another.
func (s source) misdirectedBelowJobs(ours string) string {
	part := func(dir string) string {
		below, _ := strings.CutPrefix(strings.TrimPrefix(dir, "jobs"), "/")
		first, _, _ := strings.Cut(below, "/")
		return cmp.Or(first, ".")
	}
	from, to := part(s.dir()), part(ours)
	allowed, known := belowJobs[from]
	switch {
	case s.layer() != "jobs" || s.forTests():
		return ""
	case !known:
		return "arrows_test.go does not say what kind of package " + s.dir() + " is"
	case ours == "jobs" || strings.HasPrefix(ours, "jobs/"):
		if from != to && !slices.Contains(allowed, to) {
			return fmt.Sprintf("of jobs, %s may import %v", from, allowed)
		}
	}
	return ""
}

// misdirectedBesideMain is the fault of an import of one package below that of the command by another.
func (s source) misdirectedBesideMain(ours string) string {
	from, below := strings.CutPrefix(s.dir(), command+"/")
	to, ofThem := strings.CutPrefix(ours, command+"/")
	allowed, known := besideMain[from]
	switch {
	case !below || s.forTests():
		return ""
	case !known:
		return "arrows_test.go does not say what kind of package " + s.dir() + " is"
	case ofThem && !slices.Contains(allowed, to):
		return fmt.Sprintf("beside the command, %s may import %v", from, allowed)
	}
	return ""
}

// ofAdapters are the packages of the domain that an adapter may import.
var ofAdapters = []string{"domain/event", "domain/action"}

// misdirectedWithin is the fault of an import of a package of ours.
func (s source) misdirectedWithin(ours string) string {
	top, _, _ := strings.Cut(ours, "/")
	from, to := s.domain(), domainOf(ours)
	allowed, known := domains[from]
	switch {
	case !slices.Contains(layers[s.layer()], top) && !slices.Contains(layers[s.layer()], ours):
		return cmp.Or(map[bool]string{true: "the domain knows nothing above it"}[s.layer() == "domain"], "it points up")
	case strings.HasSuffix(ours, "test") && !s.forTests():
		return "that package is for tests"
	case s.layer() == "cmd":
		return s.misdirectedBesideMain(ours)
	case s.layer() == "jobs" && top == "jobs":
		return s.misdirectedBelowJobs(ours)
	case strings.HasPrefix(s.name, "jobs/adapter/") && !slices.Contains(ofAdapters, ours) && !s.forTests():
		return fmt.Sprintf("an adapter may import %v", ofAdapters)
	case from == "" || from == to:
		return ""
	case !known:
		return "arrows_test.go does not say what kind of package domain/" + from + " is"
	case !slices.Contains(allowed, to):
		return fmt.Sprintf("of the domain, %s may import %v", from, allowed)
	}
	return ""
}

// worldly lists where the file names the clock, the environment or a global logger. A function of time that is only
// named, and not called, is a clock too.
func (s source) worldly() (found []string) {
	forbidden := map[string][]string{
		"time": {"Now", "Since", "Until"},
		"os":   {"Getenv", "LookupEnv", "Environ", "ExpandEnv"},
		"github.com/sirupsen/logrus": {
			"Trace", "Debug", "Info", "Print", "Warn", "Warning", "Error", "Fatal", "Panic",
			"WithField", "WithFields", "WithError", "WithTime", "WithContext", "StandardLogger",
		},
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if of, ok := selector.X.(*ast.Ident); ok {
			name := selector.Sel.Name
			base := strings.TrimSuffix(strings.TrimSuffix(name, "ln"), "f")
			if words := forbidden[s.imports[of.Name]]; slices.Contains(words, name) || slices.Contains(words, base) {
				found = append(found, fmt.Sprintf("%s: %s.%s", s.at(selector.Pos()), of.Name, name))
			}
		}
		return true
	})
	return found
}

// foreignZones lists where the file takes time zones from the machine or from Go, and not from domain/hours/zones.
func (s source) foreignZones() (found []string) {
	const home = "domain/hours/zones"
	for _, imported := range s.imports {
		if imported == "time/tzdata" {
			found = append(found, s.name+": time/tzdata")
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		of, ok := selector.X.(*ast.Ident)
		if !ok || s.imports[of.Name] != "time" {
			return true
		}
		name := selector.Sel.Name
		reads := name == "LoadLocationFromTZData" && s.dir() != home && !strings.HasPrefix(s.name, "config/machine")
		if name == "LoadLocation" || name == "Local" || reads {
			found = append(found, s.at(selector.Pos())+": time."+name)
		}
		return true
	})
	return found
}

func TestZonesAreOurOwn(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, found := range s.foreignZones() {
			t.Errorf("%s: take zones from domain/hours/zones, which are the same on every machine", found)
		}
	}
	for body, want := range map[string]int{
		`import "time"; var z, _ = time.LoadLocation("UTC")`: 1,
		`import "time"; var z = time.Local`:                  1,
		`import _ "time/tzdata"`:                             1,
		`import "time"; var z = time.LoadLocationFromTZData`: 1,
		`import clock "time"; var z = clock.LoadLocation`:    1,
		`import "time"; var z = time.UTC`:                    0,
	} {
		s, err := parseSource("jobs/x_test.go", "x.go", "package x; "+body)
		if err != nil {
			t.Fatal(err)
		}
		if found := s.foreignZones(); len(found) != want {
			t.Errorf("%s: found %v", body, found)
		}
	}
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, imported := range s.imports {
			if problem := s.misdirected(imported); problem != "" {
				t.Errorf("%s imports %s: %s", s.name, imported, problem)
			}
		}
	}
}

func TestEveryPackageOfTheDomainHasItsArrows(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.dir() == "domain" && len(s.file.Decls) == 0 {
			continue // documentation alone
		}
		if _, known := domains[s.domain()]; s.layer() == "domain" && !known {
			t.Errorf("%s: arrows_test.go does not say what kind of package this is", s.name)
		}
	}
}

// clockOfSenders is where the time comes into programs that are not of this module.
const clockOfSenders = "jobs/client/clock.go"

func TestJobsAndDomainAreToldTheTimeAndTheEnvironment(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.forTests() || s.layer() != "domain" && s.layer() != "jobs" || s.name == clockOfSenders {
			continue
		}
		for _, found := range s.worldly() {
			t.Error(found)
		}
	}
}

// TestArrowsCatch breaks each rule once: a rule that nothing can break holds nothing.
func TestArrowsCatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, imported, want string }{
		{"cmd/deskbell/up.go", module + "/jobs", ""},
		{"cmd/deskbell/up.go", "github.com/hibiken/asynq", "it is for others to know github.com/hibiken/asynq"},
		{"cmd/deskbell/storm_test.go", "github.com/hibiken/asynq", ""}, // it looks into queues
		{"cmd/deskbell/web.go", module + "/cmd/deskbell/web/page", ""},
		{"cmd/deskbell/web.go", module + "/cmd/deskbell/web/webtest", "that package is for tests"},
		{"cmd/deskbell/web/access.go", module + "/cmd/deskbell/web/api", "beside the command, web may import []"},
		{"cmd/deskbell/web/access.go", module + "/jobs", ""},
		{"cmd/deskbell/web/access_test.go", module + "/cmd/deskbell/web/webtest", ""},
		{"cmd/deskbell/web/api/api.go", module + "/cmd/deskbell/web", ""},
		{"cmd/deskbell/web/api/api.go", module + "/cmd/deskbell/web/page", "beside the command, web/api may import [web]"},
		{"cmd/deskbell/web/board/hub.go", module + "/cmd/deskbell/web/page", "beside the command, web/board may import [web]"},
		{"cmd/deskbell/web/page/visit.go", module + "/cmd/deskbell/web/board", "beside the command, web/page may import [web]"},
		{"cmd/deskbell/web/page/visit_test.go", module + "/cmd/deskbell/web/api", ""},
		{"cmd/deskbell/bench/readers.go", module + "/cmd/deskbell/draw", "beside the command, bench may import []"},
		{"cmd/deskbell/draw/hours.go", module + "/cmd/deskbell/web", "beside the command, draw may import []"},
		{"cmd/deskbell/novel/novel.go", module + "/jobs", "arrows_test.go does not say what kind of package cmd/deskbell/novel is"},
		{"config/env.go", module + "/domain/hours", ""},
		{"config/env.go", module + "/jobs", "it points up"},
		{"config/env.go", module + "/jobs/redisurl", ""},
		{"config/env.go", "github.com/hibiken/asynq", "it is for others to know github.com/hibiken/asynq"},
		{"jobs/tick.go", "github.com/hibiken/asynq", ""},
		{"jobs/tick.go", module + "/config", "it points up"},
		{"jobs/tick.go", "github.com/robfig/cron/v3", ""},
		{"jobs/engine/engine.go", "github.com/hibiken/asynq", "it is for others to know github.com/hibiken/asynq"},
		{"jobs/enqueue/enqueue.go", "github.com/hibiken/asynq", ""},
		{"jobs/client/client.go", "github.com/hibiken/asynq", "it is for others to know github.com/hibiken/asynq"},
		{"jobs/view/live.go", "github.com/robfig/cron/v3", "it is for others to know github.com/robfig/cron/v3"},
		{"jobs/deliver/lane.go", "github.com/prometheus/client_golang/prometheus", "it is for others to know github.com/prometheus/client_golang/prometheus"},
		{"jobs/redisstore/store.go", "github.com/alicebob/miniredis/v2", "it is for others to know github.com/alicebob/miniredis/v2"},
		{"jobs/tick.go", "github.com/nicholas-fedor/shoutrrr/pkg/types", "it is for others to know github.com/nicholas-fedor/shoutrrr/pkg/types"},
		{"jobs/tick.go", "github.com/standard-webhooks/standard-webhooks/libraries/go", "it is for others to know github.com/standard-webhooks/standard-webhooks/libraries/go"},
		{"jobs/tick.go", module + "/jobs/engine", ""},
		{"jobs/tick.go", module + "/jobs/redisstore", "of jobs, . may import [clock deliver edit engine enqueue erase ical nudge outage quota simulate store view]"},
		{"jobs/client/client.go", module + "/jobs/engine", "of jobs, client may import [enqueue layout outage redisurl store]"},
		{"jobs/simulate/simulate.go", module + "/jobs/edit", ""},
		{"jobs/simulate/simulate.go", module + "/jobs", "of jobs, simulate may import [edit engine store]"},
		{"jobs/view/live.go", module + "/jobs/edit", "of jobs, view may import [engine quota store]"},
		{"jobs/edit/apply.go", module + "/jobs/view", "of jobs, edit may import [engine store]"},
		{"jobs/deliver/lane.go", module + "/jobs/edit", "of jobs, deliver may import [engine store]"},
		{"jobs/engine/engine.go", module + "/jobs/deliver", "of jobs, engine may import [phrase store]"},
		{"jobs/store/store.go", module + "/jobs/engine", "of jobs, store may import []"},
		{"jobs/memstore/store.go", module + "/jobs/engine", "of jobs, memstore may import [store]"},
		{"jobs/redisstore/store.go", module + "/jobs", "of jobs, redisstore may import [layout store]"},
		{"jobs/destination/webhook/webhook.go", module + "/jobs/destination/guard", ""},
		{"jobs/destination/webhook/webhook.go", module + "/jobs/store", "of jobs, destination may import [deliver]"},
		{"jobs/adapter/chatwoot/table.go", module + "/jobs/adapter", ""},
		{"jobs/adapter/chatwoot/table.go", module + "/jobs/store", "of jobs, adapter may import []"},
		{"jobs/adapter/chatwoot/table.go", module + "/domain/event", ""},
		{"jobs/adapter/chatwoot/table.go", module + "/domain/hours", "an adapter may import [domain/event domain/action]"},
		{"jobs/adapter/adapter.go", module + "/domain/definition", "an adapter may import [domain/event domain/action]"},
		{"jobs/destination/webhook/webhook.go", module + "/jobs/adapter", "of jobs, destination may import [deliver]"},
		{"jobs/phrase/phrase.go", module + "/jobs/store", "of jobs, phrase may import []"},
		{"jobs/embedded/embedded.go", module + "/jobs/store", "of jobs, embedded may import []"},
		{"jobs/bench/bench.go", module + "/jobs", "of jobs, bench may import [engine store]"},
		{"jobs/monitor/monitor.go", module + "/jobs", ""},
		{"jobs/monitor/monitor.go", module + "/jobs/engine", "of jobs, monitor may import [.]"},
		{"jobs/novel/novel.go", module + "/jobs/store", "arrows_test.go does not say what kind of package jobs/novel is"},
		{"jobs/redisstore/store.go", module + "/jobs/redistest", "that package is for tests"},
		{"jobs/redisstore/store_test.go", module + "/jobs/redistest", ""},
		{"jobs/tick_test.go", module + "/cmd/deskbell", "it points up"},
		{"domain/hours/date.go", "github.com/rickar/cal/v2/fr", "the domain takes nothing from others"},
		{"domain/hours/date.go", "github.com/google/uuid", "the domain takes nothing from others"},
		{"domain/hours/date_test.go", "pgregory.net/rapid", ""},
		{"domain/hours/date.go", "github.com/hibiken/asynq", "it is for others to know github.com/hibiken/asynq"},
		{"domain/hours/date.go", "os", "the domain is pure"},
		{"domain/hours/date.go", "net/http", "the domain is pure"},
		{"domain/hours/date.go", "log/slog", "the domain is pure"},
		{"domain/hours/date.go", "net/url", ""},
		{"domain/hours/date.go", "net/netip", ""},
		{"domain/hours/date.go", module + "/domain/action", "of the domain, hours may import [table wire]"},
		{"domain/hours/date.go", module + "/jobs", "the domain knows nothing above it"},
		{"domain/hours/date.go", module + "/domain/table", ""},
		{"domain/table/fault.go", module + "/domain/hours", "of the domain, table may import []"},
		{"domain/event/parse.go", module + "/domain/table", ""},
		{"domain/event/parse.go", module + "/domain/hours", "of the domain, event may import [trace table wire]"},
		{"domain/event/parse.go", module + "/domain/action", "of the domain, event may import [trace table wire]"},
		{"domain/widget/decide.go", module + "/domain/hours", ""},
		{"domain/widget/decide.go", module + "/domain/agent", "of the domain, widget may import [hours event action table wire]"},
		{"domain/widget/decide.go", module + "/domain/definition", "of the domain, widget may import [hours event action table wire]"},
		{"domain/chat/chat.go", module + "/domain/trigger", ""},
		{"domain/chat/chat.go", module + "/domain/visit", "of the domain, chat may import [trigger hours event action table wire]"},
		{"domain/visit/visit.go", module + "/domain/trigger", ""},
		{"domain/novel/novel.go", module + "/domain/hours", "arrows_test.go does not say what kind of package domain/novel is"},
	} {
		if got := (source{name: c.file}).misdirected(c.imported); got != c.want {
			t.Errorf("%s imports %s: %q, want %q", c.file, c.imported, got, c.want)
		}
	}
}

func TestTheClockIsFoundUnderAnyName(t *testing.T) {
	t.Parallel()
	const src = `package x
import (
	clock "time"
	"os"
	log "github.com/sirupsen/logrus"
)
type now struct{ time func() clock.Time }
func (n now) f(os2 interface{ Getenv() }) {
	_ = n.time() // given
	os2.Getenv() // not the environment
	_ = clock.Now
	_ = os.Getenv("A")
	log.Infof("b")
	_ = log.Fields{}
}`
	s, err := parseSource("jobs/x.go", "x.go", src)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"jobs/x.go:11: clock.Now", "jobs/x.go:12: os.Getenv", "jobs/x.go:13: log.Infof"}
	if got := s.worldly(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheTopLevelHoldsNothingElse(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	built, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil {
		t.Fatal(err)
	}
	allowed := []string{"cmd", "config", "domain", "jobs", "go.mod", "go.sum", "Procfile", "README.md", "LICENSE", "NOTICE", "CHANGELOG.md"}
	for _, entry := range entries {
		name := entry.Name()
		ignored := slices.ContainsFunc(strings.Fields(string(built)), func(pattern string) bool {
			ok, _ := path.Match(strings.Trim(pattern, "/"), name)
			return ok
		})
		if !ignored && !slices.Contains(allowed, name) && !strings.HasPrefix(name, ".") {
			t.Errorf("%s stands at the top level, where only %v and dotfiles may", name, allowed)
		}
	}
}
