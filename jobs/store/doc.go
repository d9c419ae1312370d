// Package store is the contract between the code that decides and the stores: subjects with their records, the changes that
// decisions make to them, the outboxes of actions, and the lanes from these to destinations.
//
// A store writes the state of a subject, its next due time and its actions in one step, and only if the record is still the one
// that was decided on. All else follows from that. A worker that dies has committed all of a change or nothing. Of two workers
// that decide on one subject, one loses its change and decides anew. A commit that is repeated, since its reply was lost, is lost
// as well.
//
// Packages memstore and redisstore implement Store; package storetest holds both to it.
package store
