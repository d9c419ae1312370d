package redisstore

import (
	"embed"

	"github.com/redis/go-redis/v9"
)

//go:embed lua/*.lua
var luaFiles embed.FS

// scripts are the atomic steps. Each is safe to repeat: go-redis sends a script
// again when the reply was lost.
type scripts struct {
	claim, forget, commit, edit, wake, strike, setGlobal *redis.Script
	outbox, enter, delivered, setCircuit, lease, beat    *redis.Script
	renew, live                                          *redis.Script
	beginning, begin, setDestination, recount            *redis.Script

	names map[string]string // by their SHA-1
}

// ScriptName is the name of a script by its SHA-1, as EVALSHA and SLOWLOG have it; ok is false where it is none of a Store's.
func (s *Store) ScriptName(sha string) (name string, ok bool) {
	name, ok = s.run.names[sha]
	return name, ok
}

func loadScripts() (scripts, error) {
	s := scripts{names: make(map[string]string)}
	for name, script := range map[string]**redis.Script{
		"claim": &s.claim, "forget": &s.forget, "commit": &s.commit, "edit": &s.edit, "wake": &s.wake, "strike": &s.strike,
		"setglobal": &s.setGlobal,
		"outbox":    &s.outbox, "enter": &s.enter, "delivered": &s.delivered, "setcircuit": &s.setCircuit, "lease": &s.lease, "beat": &s.beat, "live": &s.live, "renew": &s.renew,
		"beginning": &s.beginning, "begin": &s.begin, "setdestination": &s.setDestination, "recount": &s.recount,
	} {
		source, err := luaFiles.ReadFile("lua/" + name + ".lua")
		if err != nil {
			return s, err
		}
		*script = redis.NewScript(string(source))
		s.names[(*script).Hash()] = name
	}
	return s, nil
}
