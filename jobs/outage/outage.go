package outage

import (
	"errors"
	"io"
	"net"

	"github.com/redis/go-redis/v9"
)

// IsAway tells errors of a Redis that cannot be reached, or is not ready yet, from all others.
func IsAway(err error) bool {
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, redis.ErrPoolTimeout) {
		return true
	}
	for _, prefix := range []string{
		"LOADING ", "READONLY ", "MASTERDOWN ", "CLUSTERDOWN ", "TRYAGAIN ", "NOREPLICAS ", "ERR max number of clients",
		"MOVED ", "ASK ", // of a cluster whose nodes do not agree yet
	} {
		if redis.HasErrorPrefix(err, prefix) {
			return true
		}
	}
	return false
}
