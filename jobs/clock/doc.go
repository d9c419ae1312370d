// Package clock keeps the times of a process in step with the clock of Redis, which all processes share.
//
// A worker five minutes ahead flips what is not due yet, and a web process ten minutes behind stamps events that count as late.
// Nobody would see why. So each process compares the machine's clock with that of Redis, and goes by the latter:
//
//	samples ──► Estimate ──► offset ──► Clock.Now, the corrected time ──► due times, revisions, decisions
//	   ▲                        │
//	   │                        └──► Report: right, off (warned about), wrong (nothing is decided), unknown
//	beats, which go to Redis anyway; five in a row at the start, after a leap, and when one contradicts the others
//
// Half of a round trip is how far a sample may be from the truth, so slow answers count less, and an offset is corrected only where
// the samples prove it: a machine whose clock is right keeps its own time, however slow Redis is.
//
// Between two beats the clock is watched with the monotonic one, which nobody sets. A leap between the two is not believed: the
// corrected time goes on as before, nothing is decided, and the next beat comes at once.
//
// A Redis within the process has the machine's clock, and is compared with all the same: so a leap is noticed there, too.
//
// asynq goes by the machine's own clock. So tasks and retries are put off by a delay plus the offset, come early by the largest offset at
// which a worker still decides, and wait in the handler for the corrected instant. A worker whose clock is wrong stops its servers,
// since asynq there would run again what others still work on.
package clock
