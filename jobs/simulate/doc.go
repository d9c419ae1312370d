// Package simulate runs Deskbell on a clock of its own, over a store in memory, to try definitions and events out.
//
// Its one path is define, take in events, settle, advance: Settle does all work that is due where the clock stands, and Advance moves
// the clock on from one due time to the next (simulate.go). parked.go counts events whose chat has no visitor yet.
package simulate
