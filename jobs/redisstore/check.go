package redisstore

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// Check gives warnings for an operator.
func Check(ctx context.Context, rdb redis.UniversalClient) ([]string, error) { return nil, nil }
