// Package outage tells errors of a Redis that is away from all others, and makes clients that find their way when a master dies.
//
// go-redis does that by itself for a single Redis and for a Sentinel. Of a cluster, it reads once a minute which node has which slots, and
// whenever a node names another one. A node that has died names none: so commands go to it for up to a minute after a replica was elected.
// Open lets a client read the cluster once a second, and at once when a node does not answer.
//
//	a command fails ──► the state of the cluster is read ──► up to eight tries within two seconds or so: for callers who wait
//	                                                    └──► tries until the context ends: of whoever is Patient
//
// A worker's jobs are patient. Else each would fail, and asynq would have it wait longer after each failure, beyond the election.
package outage
