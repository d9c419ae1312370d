package memstore_test

import (
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs"
	"github.com/deskbell/deskbell/jobs/memstore"
	"github.com/deskbell/deskbell/jobs/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(testing.TB) jobs.Store { return memstore.New(5, time.Now) })
}

func TestModel(t *testing.T) {
	t.Parallel()
	storetest.RunModel(t, func(testing.TB) jobs.Store { return memstore.New(2, time.Now) })
}
