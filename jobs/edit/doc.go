// Package edit writes definitions, overrides and keys of the HTTP API.
//
// Its one path is check, write, ask: check the references of a definition, write it if the stored one is still the one that was read,
// and ask a worker for the sweeps that follow from it. It decides nothing itself.
//
// Editor (editor.go) gets, puts, lists and deletes definitions (definitions.go), applies whole sets of them (apply.go) and sets
// overrides (override.go). It also tells whether properties and agents are defined (known.go). references.go finds names that lead nowhere
// and users of a definition; write.go is the conditional write. A Writer (writer.go) puts for the holder of a key, who may name
// less (may_name.go). Keys (keys.go) needs no Editor, and keeps that there were some once (keys_once.go).
package edit
