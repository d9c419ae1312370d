package config

import (
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deskbell/deskbell/domain/visit"
)

// Env is the checked environment. Variables documents each field: its unit, default and consequence.
type Env struct {
	Redis          *redis.UniversalOptions // nil where REDIS_URL is not set
	RedisName      string                  // REDIS_URL without its secrets, for logs
	Definitions    string                  // a path
	Zoneinfo       string                  // the directory of the time zone database; empty: the built-in one. See UseZoneinfo
	TimeZone       *time.Location          // that of the machine, unless a variable names one
	Warning        string                  // about the machine's time zone, where it is taken; empty: there is none
	Shards         int
	Partitions     int // at most Shards
	Concurrency    int
	SweepBatch     int
	StopTimeout    time.Duration
	KeepVisitors   time.Duration  // without a name and a chat
	Waiting        int            // actions that may wait for one destination
	WaitingMB      int            // megabytes of them
	WaitingAllMB   int            // megabytes of what waits for all destinations
	AllowPrivate   []netip.Prefix // networks that outbound calls may reach though they are not public
	Listen         string         // host:port; empty: not set
	Port           int            // 0: not set
	StateDir       string         // a directory of this machine for what outlives Redis; empty: none
	KeyRate        int            // requests a second of a key; 0: not set
	EventRate      int            // events a second of a property
	KeyEventRate   int            // events a second of a key
	AddressStreams int            // public streams of one address
	Messages       int            // that wait on a property
	KeyEdits       int            // edits a minute of a key
	NewVisitors    int            // visitors and chats a day of a property that nothing was known of
	WorkerListen   string         // host:port of a worker's metrics and health; empty: none
	MetricsKey     string         // secret; asked for by metrics; empty: they are for loopback only
	LogLevel       string         // error, warn, info, debug, trace
	LogFormat      string         // auto, text, json
}

// Variable documents one environment variable.
type Variable struct {
	Name    string
	Allowed string
	Default string // for people
	Doc     string
}

// Variables is every variable, in the order of the README.
func Variables() []Variable {
	var list []Variable
	for _, s := range settings() {
		list = append(list, s.Variable)
	}
	return list
}

// EnvFault is one fault of the environment.
type EnvFault struct {
	Variable
	Value   string // without its secrets
	Problem string
}

// EnvError is every fault of the environment, in the order of Variables.
type EnvError []EnvFault

// Error writes one fault per line.
func (e EnvError) Error() string {
	lines := make([]string, len(e))
	for i, f := range e {
		lines[i] = fmt.Sprintf("%s=%q %s; allowed: %s", f.Name, f.Value, f.Problem, f.Allowed)
	}
	return strings.Join(lines, "\n")
}

// FromEnv reads the environment. A variable that is empty counts as not set. The error is an EnvError.
func FromEnv(getenv func(string) string) (Env, error) {
	env := Env{
		Definitions: "deskbell.yaml",
		Shards:      64,
		Partitions:  1,
		Concurrency: 2 * runtime.GOMAXPROCS(0), // which knows the CPU limit of a container
		SweepBatch:  500,
		StopTimeout: 20 * time.Second,

		EventRate:      2000,
		KeyEventRate:   10_000,
		NewVisitors:    100_000,
		KeyEdits:       6000,
		AddressStreams: 1000,
		Messages:       100_000,
		KeepVisitors:   visit.KeptUnnamed,
		Waiting:        1_000_000,
		WaitingMB:      512,
		WaitingAllMB:   1024,

		LogLevel:  "info",
		LogFormat: "auto",
	}
	var faults EnvError
	for _, s := range settings() {
		value := strings.TrimSpace(getenv(s.Name))
		if value == "" {
			continue
		}
		if problem := s.read(&env, value); problem != "" {
			faults = append(faults, EnvFault{s.Variable, s.show(value), problem})
		}
	}
	if len(faults) > 0 {
		return Env{}, faults
	}
	if env.TimeZone == nil {
		env.TimeZone, env.Warning = machine{"/", getenv}.zone()
	}
	return env, nil
}
