package redisstore

import (
	"github.com/deskbell/deskbell/jobs/layout"
	"github.com/deskbell/deskbell/jobs/store"
)

// Every key of Deskbell in Redis. The part in braces is the hash tag: all keys of
// a shard are in one slot of a Redis Cluster, so that one script can change them
// together. (asynq's keys begin with "asynq:". The sets deskbell:{N}:accepted, notes of tasks with events that are not
// taken in yet, are written by package enqueue, and read by package jobs. deskbell:{N}:writable is asked to be replaced by checks
// of health, and is never there. In the place of deskbell:{N}:heard:PERIOD, earlier versions kept a sorted set deskbell:{N}:heard.)
//
//	deskbell:meta               hash    shards, partitions: fixed at the first start; time_zone: of the worker that started last
//	deskbell:{N}:def            hash    subject → definition, JSON
//	deskbell:{N}:state          hash    subject → "REV STATE"; "REV! STATE" when woken
//	deskbell:{N}:due            zset    subject → Unix time at which to decide again
//	deskbell:{N}:dues           string  how often due was written: who has read it may know by this that it is still the same
//	deskbell:{N}:chatting       zset    "PROPERTY/VISITOR", all of score 0: visitors who have a chat going, or a timer that counts hours
//	deskbell:{N}:waits          zset    "PROPERTY/VISITOR" → how many messages wait for the visitor
//	deskbell:{N}:waiting        hash    property → the sum of these
//	deskbell:{N}:heard:PERIOD   set     hashes, each of a subject and the id of an event, that were seen in a period of half a day
//	deskbell:{N}:out            stream  actions: a = CloudEvents JSON, to = destinations, or for = shares of them, t = when it was committed in ms
//	deskbell:{N}:recent         stream  the last actions, for people to look at: a = CloudEvents JSON
//	deskbell:{N}:notices        stream  notices for agents' own services and subscriptions: a = CloudEvents JSON, push: for subscriptions alone
//	deskbell:{N}:cursor         hash    destination → last entry of out that it has had
//	deskbell:{N}:begun          hash    destination → number of its last beginning here
//	deskbell:{N}:aside:DEST     hash    place in out → an action that the destination refused: JSON, a line end, the action
//	deskbell:{N}:wake           zset    subject elsewhere → the last request to wake it
//	deskbell:{N}:wishes         string  number of requests there ever were: none is taken for another
//	deskbell:{N}:serves:SUBJECT set     subjects that are to be woken with SUBJECT
//	deskbell:{N}:uses:SCHEDULE  set     subjects of this shard that use a named schedule
//	deskbell:{N}:lease:WORK     string  who does WORK (sweep, or a destination) now
//	deskbell:{N}:runs           hash    WORK → the last run that had its lease: what an earlier one brings is lost
//	deskbell:{all}:schedules    hash    name → definition, JSON
//	deskbell:{all}:destinations hash    name → definition, JSON
//	deskbell:{all}:begun        hash    destination → number of its last beginning: when it was defined, and not when it was edited
//	deskbell:{all}:keys         hash    name → a key of the HTTP API, JSON; its secret only as a hash
//	deskbell:{all}:door         hash    "keys" → closed: there were keys once; open: there were, and none is needed now
//	deskbell:{all}:links        hash    "KIND/ID" → a link to a calendar, "page/AGENT/…" → one to an agent's page, JSON; their secrets only as hashes
//	deskbell:{all}:push         hash    "vapid" → the server's keys of Web Push, JSON; the private one is a secret
//	deskbell:{all}:pages        hash    "tokens" → the secret that signs the tokens of visitors, 32 bytes
//	deskbell:{all}:erased:HASH  string  when a visitor was erased, or all of a property, in Unix ms; Redis drops it when no token of theirs is good any more
//	deskbell:{all}:subscriptions hash   agent → their subscriptions to notices by Web Push, JSON; secrets
//	deskbell:{all}:circuits     hash    destination → its circuit, JSON; none: it has not failed lately
//	deskbell:{all}:dropped      hash    destination → how many actions were dropped that waited for it, JSON
//	deskbell:{all}:tended       hash    destination of a chat product → since when its events are known, and which hours it shows, JSON
//	deskbell:{all}:quotas       hash    property → quotas that an operator has set for it, JSON
//	deskbell:{all}:over         hash    property → what was refused to it over a quota, JSON
//	deskbell:{all}:used:DAY     hash    name → how much of a quota was used on a day in UTC
//	deskbell:{all}:probe:DEST   string  who tries a destination whose circuit is open
//	deskbell:{all}:retries      zset    "N:DEST" → Unix time in ms at which to try again what is aside
//	deskbell:{all}:edited       zset    schedule → the last edit, not yet spread
//	deskbell:{all}:zones        hash    "woken" → the version of the time zone rules by which every subject was last woken
//	deskbell:{all}:beats        hash    process → until when its sign of life counts, in Unix ms, and what it is, JSON
//	deskbell:{all}:edits        string  number of edits of schedules there ever were
//
// On the channel deskbell:changed, each script that writes states or definitions
// publishes their names: subjects, or schedule/NAME, one a line.

// changedChannel is the channel for the names of written subjects.
const changedChannel = "deskbell:changed"

func allKey(name string) string { return "deskbell:{all}:" + name }

// shardKeys are the keys of one shard.
type shardKeys struct{ def, state, due, heardBefore, chatting, out, recent, notices, cursor, begun, wake, wishes, waits, waiting, dues, prefix string }

func keysOf(shard int) shardKeys {
	p := layout.Key(shard, "")
	return shardKeys{p + "def", p + "state", p + "due", p + "heard", p + "chatting", p + "out", p + "recent", p + "notices", p + "cursor", p + "begun", p + "wake", p + "wishes", p + "waits", p + "waiting", p + "dues", p}
}

func (k shardKeys) serves(s store.Subject) string { return k.prefix + "serves:" + string(s) }
func (k shardKeys) uses(schedule string) string   { return k.prefix + "uses:" + schedule }
func (k shardKeys) aside(dest string) string      { return k.prefix + "aside:" + dest }
func (k shardKeys) lease(work string) string      { return k.prefix + "lease:" + work }
func (k shardKeys) runs() string                  { return k.prefix + "runs" }
