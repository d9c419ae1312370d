// Package deliver brings actions from the outboxes to the destinations. It keeps the order of each subject, repeats failed calls,
// and gives an action up after twelve hours.
//
// Its one path is a lane, from the outbox of one shard to one destination: acquire the lease, call the destination, note the result,
// give the lease back (lane.go). aside.go has the refused actions, breaker.go the circuits of failing destinations, giveup.go the
// actions that are given up.
//
// A Deliverer (deliverer.go) runs lanes; receivers.go asks for the lanes that have work, and slots.go bounds how many run at once.
// delivery.go and delivery_error.go have the interface of a destination; destinations.go reports the status of each.
package deliver
