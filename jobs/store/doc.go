// Package store is the contract between what decides and what keeps: subjects with their records, the changes that decisions make
// of them, the outboxes that actions leave by, and the lanes that lead from these to destinations.
//
// A store writes the state of a subject, its next due time and its actions in one step, and only on the record that was decided on.
// All else follows from that: a worker that dies has committed all of a change or nothing, and of two that decide on one subject,
// one is lost and decides anew. A commit that is repeated, since its reply was lost, is lost as well.
//
// Packages memstore and redisstore implement Store; package storetest holds both to it.
package store
