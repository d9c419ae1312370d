package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/store"
)

// demoKey is the name of the publishable key of the sample's page.
const demoKey = "demo-page"

// publishDemo makes that key for the address at which the sample is served now, in place of the one of a run before.
func publishDemo(ctx context.Context, keys edit.Keys, at net.Addr) (string, error) {
	own := boardAt(at)
	origins := []string{own}
	if port, ok := strings.CutPrefix(own, "http://127.0.0.1:"); ok {
		origins = append(origins, "http://localhost:"+port)
	}
	if err := keys.Revoke(ctx, demoKey); err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("making the key of the sample page: %w", err)
	}
	key, err := keys.Add(ctx, edit.Key{Name: demoKey, Properties: []string{"demo"}, Origins: origins})
	if err != nil {
		return "", fmt.Errorf("making the key of the sample page: %w", err)
	}
	return key, nil
}
