package config

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/domain/visit"
	"github.com/deskbell/deskbell/jobs/redisurl"
)

// setting is a variable and how it gets into an Env.
type setting struct {
	Variable
	read   func(env *Env, value string) (problem string)
	secret bool
}

func (s setting) show(value string) string {
	if s.secret {
		return redisurl.Redact(value)
	}
	return value
}

// TimeZoneVariable is the one that also tools without a Redis read.
const TimeZoneVariable = "DESKBELL_TIME_ZONE"

func settings() []setting {
	partitions := whole("DESKBELL_PARTITIONS", "1", 1, 4096, func(e *Env) *int { return &e.Partitions },
		"Queues over which the shards are spread, at most one a shard; more than 1 is for Redis Cluster. Fixed at first start.")
	partitions.read = upToShards(partitions.read)
	return []setting{
		{secret: true, read: readRedis, Variable: Variable{
			Name: "REDIS_URL", Default: "none: `up` starts an embedded Redis, all else uses that of the `up` that runs here",
			Allowed: "redis://, rediss:// (TLS), unix:///path, redis-sentinel://host:port,host:port/db?master=NAME or " +
				"redis-cluster://host:port,host:port, with user:password@ before the host; rediss- for TLS",
			Doc: "The Redis that keeps everything. Redis 7.0 or newer, with `maxmemory-policy noeviction`.",
		}},
		{read: readPath(func(e *Env) *string { return &e.Definitions }), Variable: Variable{
			Name: "DESKBELL_DEFINITIONS", Default: "deskbell.yaml", Allowed: "a path",
			Doc: "The file of schedules, properties, agents and destinations that `up` takes. `worker` is given one by `--definitions`.",
		}},
		{read: readPath(func(e *Env) *string { return &e.Zoneinfo }), Variable: Variable{
			Name: ZoneinfoVariable, Default: "the built-in one, see `deskbell version`", Allowed: "a directory such as /usr/share/zoneinfo",
			Doc: "The time zone database. It is read wholly at the start. " +
				"Give every worker the same: those with an older version than others decide nothing meanwhile.",
		}},
		{read: readZone, Variable: Variable{
			Name: TimeZoneVariable, Default: "the machine's", Allowed: "an IANA name such as Europe/Paris or UTC",
			Doc: "The zone of schedules that name none and whose property or agent names none. " +
				"Give every process the same, or they disagree about hours.",
		}},
		whole("DESKBELL_SHARDS", "64", 1, 4096, func(e *Env) *int { return &e.Shards },
			"Parts into which properties and agents are divided. Fixed at first start: Redis keeps it, and a later value is not heeded."),
		partitions,
		whole("DESKBELL_CONCURRENCY", "twice the number of CPUs", 1, 10_000, func(e *Env) *int { return &e.Concurrency },
			"Sweeps that one worker runs at once. Each needs a Redis connection."),
		whole("DESKBELL_SWEEP_BATCH", "500", 1, 2000, func(e *Env) *int { return &e.SweepBatch },
			"Properties and agents that one sweep commits in one script, as far as they fit into 4 MB. Larger is faster and blocks Redis for longer."),
		{read: readStop, Variable: Variable{
			Name: "DESKBELL_STOP_TIMEOUT", Default: "20s", Allowed: "1s to 10m",
			Doc: "How long a stopping process waits for its running jobs. Give the supervisor more than this before it kills: " +
				"what is cut off is run again only a minute or two later.",
		}},
		{read: readKeep, Variable: Variable{
			Name: "DESKBELL_KEEP_VISITORS", Default: "7d", Allowed: "1h to 30d",
			Doc: "How long visitors are remembered after their last sign of life of whom neither a name nor a chat is known; others are for 30 days. " +
				"Who comes back later is new: `once_per_visitor` speaks to them again. `worker` and `up` heed it; give every one the same.",
		}},
		whole("DESKBELL_WAITING_ACTIONS", "1000000", 1, 1_000_000_000, func(e *Env) *int { return &e.Waiting },
			"Actions that may wait for one destination. When more do, the oldest are dropped and counted, until a twentieth is free: "+
				"states first, then messages. `worker` and `up` heed it; give every one the same."),
		whole("DESKBELL_WAITING_MB", "512", 1, 1_000_000, func(e *Env) *int { return &e.WaitingMB },
			"The same of the megabytes of Redis that they take."),
		whole("DESKBELL_WAITING_ALL_MB", "1024", 1, 1_000_000, func(e *Env) *int { return &e.WaitingAllMB },
			"The same of what waits for all destinations together."),
		{read: readPrefixes, Variable: Variable{
			Name: "DESKBELL_ALLOW_PRIVATE", Default: "none", Allowed: "networks such as 10.1.0.0/16,127.0.0.1/32",
			Doc: "Private networks that notices and webhooks may reach. All others that are not public are refused, " +
				"because whoever writes a definition could reach into the workers' own network. " +
				"`up` also reaches its own machine, where a definition names it as `localhost`, `127.0.0.1` or `::1`, while it listens on loopback.",
		}},
		{read: readListen(func(e *Env) *string { return &e.Listen }), Variable: Variable{
			Name: "DESKBELL_LISTEN", Default: "127.0.0.1:8080", Allowed: "host:port, or :port for every address of the machine",
			Doc: "Where `web` and `up` listen. Beyond 127.0.0.1 a key is needed: `deskbell keys add`. TLS is a reverse proxy's affair.",
		}},
		whole("PORT", "none", 1, 65535, func(e *Env) *int { return &e.Port },
			"What platforms with a Procfile set: `web` then listens on this port of every address, unless DESKBELL_LISTEN is set."),
		{read: readPath(func(e *Env) *string { return &e.StateDir }), Variable: Variable{
			Name: "DESKBELL_STATE_DIR", Default: "none", Allowed: "a directory",
			Doc: "Where `web`, `up` and `keys` keep that there were keys once. Without it, a Redis that loses everything loses that, too: " +
				"after its next start, `web` would let this machine in without a key.",
		}},
		whole("DESKBELL_KEY_RATE", "2000", 1, 1_000_000, func(e *Env) *int { return &e.KeyRate },
			"Requests a second that each key may make of one `web` or `up`, unless it was added with `--rate`; without keys, this machine. "+
				"As many may come at once. More get 429 with `Retry-After`."),
		whole("DESKBELL_KEY_EDITS", "6000", 1, 1_000_000, func(e *Env) *int { return &e.KeyEdits },
			"Edits a minute (`PUT`, `PATCH` and `DELETE` of anything) that each key may make of one `web` or `up`; without keys, this machine. As many may come at once. More get 429 with `Retry-After`."),
		whole("DESKBELL_ADDRESS_STREAMS", "1000", 1, 1_000_000, func(e *Env) *int { return &e.AddressStreams },
			"Streams of widgets and visits that one address may have open at each `web` or `up`; of IPv6, a /64. More get 429. Addresses of this machine and of private networks, where a proxy stands, have no bound."),
		whole("DESKBELL_EVENT_RATE", "2000", 1, 1_000_000, func(e *Env) *int { return &e.EventRate },
			"Events a second of one property that each `web` or `up` takes by HTTP, each of 4 KB; those of ten seconds may come at once. More get 429."),
		whole("DESKBELL_KEY_EVENT_RATE", "10000", 1, 1_000_000, func(e *Env) *int { return &e.KeyEventRate },
			"The same of one key."),
		whole("DESKBELL_NEW_VISITORS", "100000", 1, 1_000_000_000, func(e *Env) *int { return &e.NewVisitors },
			"Visitors and chats of one property that may become known by HTTP on one day in UTC. Events of more get 429; those who are known go on."),
		whole("DESKBELL_WAITING_MESSAGES", "100000", 10, 1_000_000_000, func(e *Env) *int { return &e.Messages },
			"Messages of triggers and of the rescue ladder that may wait for their time on one property. More are held back, reason `quota`."),
		{read: readListen(func(e *Env) *string { return &e.WorkerListen }), Variable: Variable{
			Name: "DESKBELL_WORKER_LISTEN", Default: "none", Allowed: "host:port, such as 127.0.0.1:9090",
			Doc: "Where a worker answers `/metrics`, `/healthz` and `/readyz`; its flag `--listen` beats it. " +
				"Several workers on one machine need a port each. Beyond loopback it needs `DESKBELL_METRICS_KEY`.",
		}},
		{secret: true, read: readKey, Variable: Variable{
			Name: "DESKBELL_METRICS_KEY", Default: "none", Allowed: "at least 20 characters, none of them a space",
			Doc: "The bearer token that a worker's `/metrics` asks for. `/healthz` and `/readyz` ask for none: they say nothing but how it is.",
		}},
		word("LOG_LEVEL", "info", []string{"error", "warn", "info", "debug", "trace"}, func(e *Env) *string { return &e.LogLevel },
			"The least that is logged."),
		word("LOG_FORMAT", "auto", []string{"auto", "text", "json"}, func(e *Env) *string { return &e.LogFormat },
			"How it is logged. `auto` is text on a terminal and JSON elsewhere."),
	}
}

func readRedis(env *Env, value string) string {
	options, err := redisurl.Parse(value)
	if err != nil {
		return err.Error()
	}
	env.Redis, env.RedisName = options, redisurl.Redact(value)
	return ""
}

func readPath(to func(*Env) *string) func(*Env, string) string {
	return func(env *Env, value string) string {
		*to(env) = value
		return ""
	}
}

func readZone(env *Env, value string) string {
	zone, err := zones.Load(value)
	if refused := (*zones.NameError)(nil); errors.As(err, &refused) {
		hint, general := strings.CutPrefix(refused.Allowed, zones.Example)
		if !general {
			hint = ": write " + hint
		}
		return refused.Problem + hint
	}
	env.TimeZone = zone
	return ""
}

func readStop(env *Env, value string) string {
	d, err := time.ParseDuration(value)
	switch {
	case err != nil:
		return "is not a duration"
	case d < time.Second || d > 10*time.Minute:
		return "is out of range"
	}
	env.StopTimeout = d
	return ""
}

func readKeep(env *Env, value string) string {
	d, err := hours.ParseDuration(value)
	switch {
	case err != nil:
		return "is not a duration"
	case time.Duration(d) < time.Hour || time.Duration(d) > visit.KeptNamed:
		return "is out of range"
	}
	env.KeepVisitors = time.Duration(d)
	return ""
}

func readPrefixes(env *Env, value string) string {
	var list []netip.Prefix
	for text := range strings.SplitSeq(value, ",") {
		p, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return "holds " + strconv.Quote(strings.TrimSpace(text)) + ", which is not a network"
		}
		list = append(list, p)
	}
	env.AllowPrivate = list
	return ""
}

func readListen(to func(*Env) *string) func(*Env, string) string {
	return func(env *Env, value string) string {
		if _, err := ParseListen(value); err != nil {
			return err.Error()
		}
		*to(env) = value
		return ""
	}
}

func readKey(env *Env, value string) string {
	switch {
	case len(value) < 20:
		return "is too short to be a secret"
	case strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "holds characters that a header cannot carry"
	}
	env.MetricsKey = value
	return ""
}

func whole(name, byDefault string, least, most int, to func(*Env) *int, doc string) setting {
	read := func(env *Env, value string) string {
		n, err := strconv.Atoi(value)
		switch {
		case err != nil:
			return "is not a whole number"
		case n < least || n > most:
			return "is out of range"
		}
		*to(env) = n
		return ""
	}
	return setting{read: read, Variable: Variable{Name: name, Default: byDefault, Allowed: fmt.Sprintf("%d to %d", least, most), Doc: doc}}
}

// upToShards reads after the shards were read.
func upToShards(read func(*Env, string) string) func(*Env, string) string {
	return func(env *Env, value string) string {
		problem := read(env, value)
		if problem == "" && env.Partitions > env.Shards {
			return fmt.Sprintf("is more than the %d shards", env.Shards)
		}
		return problem
	}
}

func word(name, byDefault string, words []string, to func(*Env) *string, doc string) setting {
	read := func(env *Env, value string) string {
		if !slices.Contains(words, strings.ToLower(value)) {
			return "is not one of them"
		}
		*to(env) = strings.ToLower(value)
		return ""
	}
	return setting{read: read, Variable: Variable{Name: name, Default: byDefault, Allowed: strings.Join(words, ", "), Doc: doc}}
}
