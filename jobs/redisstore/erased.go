package redisstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// MarkErased remembers for some time that a visitor of a property was erased at an instant; without a visitor, that all were. It keeps no
// id, since nothing of the visitor is to be left.
func (s *Store) MarkErased(ctx context.Context, property, visitor string, at time.Time, keep time.Duration) error {
	if err := s.rdb.Set(ctx, erasedKey(property, visitor), at.UnixMilli(), keep).Err(); err != nil {
		return fmt.Errorf("remembering an erasure: %w", err)
	}
	return nil
}

// Erased gives when a visitor of a property, or all of them, were erased last; zero: nothing is remembered.
func (s *Store) Erased(ctx context.Context, property, visitor string) (last time.Time, err error) {
	marks, err := s.rdb.MGet(ctx, erasedKey(property, visitor), erasedKey(property, "")).Result()
	if err != nil {
		return time.Time{}, fmt.Errorf("asking whether a visitor was erased: %w", err)
	}
	for _, m := range marks {
		if m == nil {
			continue
		}
		milli, err := strconv.ParseInt(text(m), 10, 64)
		if err != nil {
			return time.Time{}, fmt.Errorf("asking whether a visitor was erased: %w", err)
		}
		if at := time.UnixMilli(milli); at.After(last) {
			last = at
		}
	}
	return last, nil
}

// erasedKey has a hash, 128 bits of which are enough for all visitors there are.
func erasedKey(property, visitor string) string {
	sum := sha256.Sum256([]byte(property + "/" + visitor))
	return allKey("erased:" + hex.EncodeToString(sum[:16]))
}
