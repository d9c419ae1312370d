package store

import "strings"

// Trouble is a reason for which Redis does not do what it is asked, whatever that is: no task and no request is at fault.
type Trouble struct {
	Reason string // a word, as the metrics have it; empty: there is no trouble
	Remedy string // what is wrong and what to do, for people; without secrets and addresses
	Kind   TroubleKind
}

// TroubleKind says what still works, and what mends it.
type TroubleKind int

const (
	// RefusesWrites is of a Redis that answers, and takes no writes.
	RefusesWrites TroubleKind = iota + 1
	// Away is of one that cannot be reached, or cannot answer yet.
	Away
	// UnknownHost is Away, by a name that nobody knows: it may be wrong, or not be known yet.
	UnknownHost
	// WrongSettings is of one that cannot be used as REDIS_URL says: no wait mends it.
	WrongSettings
)

// The reasons for which Redis refuses writes.
const (
	memoryFull  = "memory"
	diskFails   = "disk"
	isReplica   = "replica"
	fewReplicas = "replicas"
)

// WriteRefusals are the reasons of RefusesWrites.
func WriteRefusals() []string { return []string{memoryFull, diskFails, isReplica, fewReplicas} }

// trouble is words of an error, and the trouble that they tell of.
type trouble struct {
	words string
	Trouble
}

// troubles are in the order in which they are looked for.
func troubles() []trouble {
	const (
		clustered = "Redis is a cluster, or a part of one, which has the database 0 alone: write redis-cluster:// in REDIS_URL, without a database"
		credits   = "Redis wants another password or user: correct them in REDIS_URL (redis://user:password@host)"
		breaksOff = "it breaks connections off: is REDIS_URL right, and the server up?"
		silent    = "it does not answer: is it up, and does the network reach it?"
	)
	return []trouble{
		{"OOM command not allowed", Trouble{memoryFull, "its memory is full: give it more (maxmemory), or remove properties that nobody needs and destinations that are down", RefusesWrites}},
		{"MISCONF ", Trouble{diskFails, "it cannot write its data to its disk: look at the disk, and at the log of Redis", RefusesWrites}},
		{"READONLY ", Trouble{isReplica, "it is a replica: point REDIS_URL to the primary, or to the Sentinels", RefusesWrites}},
		{"NOREPLICAS ", Trouble{fewReplicas, "it has too few replicas: bring them back, or lower min-replicas-to-write", RefusesWrites}},

		{"WRONGPASS ", Trouble{"password", credits, WrongSettings}},
		{"NOAUTH ", Trouble{"password", "Redis wants a password: put it into REDIS_URL (redis://:password@host)", WrongSettings}},
		{"without any password configured", Trouble{"password", "Redis has no password, and REDIS_URL names one: take it out there, or set it in Redis", WrongSettings}},
		{"NOPERM ", Trouble{"rights", "the user of REDIS_URL may not do that: give it the rights in Redis (ACL SETUSER), or name another", WrongSettings}},
		{"DB index is out of range", Trouble{"database", "Redis has no database of that number: correct the number at the end of REDIS_URL, or raise databases in Redis", WrongSettings}},
		{"SELECT is not allowed in cluster mode", Trouble{"cluster", clustered, WrongSettings}},
		{"cluster support disabled", Trouble{"cluster", "Redis is no cluster: write redis:// in REDIS_URL", WrongSettings}},

		{"too many open files", Trouble{"files", "this process may have no more files open: raise its limit (ulimit -n, LimitNOFILE)", Away}},
		{"LOADING ", Trouble{"loading", "it reads its data after a start, and answers when it has: wait", Away}},
		{"MASTERDOWN ", Trouble{"primary", "it is a replica that has lost its primary: wait for the failover, or point REDIS_URL to the primary", Away}},
		{"CLUSTERDOWN ", Trouble{"cluster", "a part of the cluster is down: wait for the failover, or look at its nodes", Away}},
		{"TRYAGAIN ", Trouble{"cluster", "the cluster moves data just now: wait", Away}},
		{"max number of clients", Trouble{"clients", "it has as many clients as it takes: raise maxclients, or end some", Away}},
		{"no such host", Trouble{"host", "nobody knows its host: correct the name in REDIS_URL, or wait until the name is known", UnknownHost}},
		{"all sentinels specified in configuration are unreachable", Trouble{"sentinel", "no Sentinel knows it: are they up, and is the name after master= in REDIS_URL right?", Away}},
		{"connection refused", Trouble{"refused", "nothing listens there: is it up, and REDIS_URL right?", Away}},
		{"i/o timeout", Trouble{"silent", silent, Away}},
		{"deadline exceeded", Trouble{"silent", silent, Away}},
		{"connection pool timeout", Trouble{"silent", silent, Away}},
		{"no route to host", Trouble{"silent", silent, Away}},
		{"network is unreachable", Trouble{"silent", silent, Away}},
		{"connection reset", Trouble{"broken", breaksOff, Away}},
		{"broken pipe", Trouble{"broken", breaksOff, Away}},
		{"EOF", Trouble{"broken", breaksOff, Away}},
	}
}

// TroubleOf gives the trouble that an error tells of; the zero value where it tells of another fault. It goes by the text, since asynq
// keeps nothing else of an error.
func TroubleOf(err error) Trouble {
	if err == nil {
		return Trouble{}
	}
	text := err.Error()
	for _, t := range troubles() {
		if strings.Contains(text, t.words) {
			return t.Trouble
		}
	}
	return Trouble{}
}

// WriteRefusal gives the remedy when an error is that of a Redis that answers and refuses writes.
func WriteRefusal(err error) (remedy string, refused bool) {
	t := TroubleOf(err)
	if t.Kind != RefusesWrites {
		return "", false
	}
	return t.Remedy, true
}
