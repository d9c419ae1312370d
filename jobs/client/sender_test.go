package client_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/client"
	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestASenderGathersEventsAndLosesNone(t *testing.T) {
	t.Parallel()
	desk, rdb, _ := dialled(t)
	failed := func(_ []event.Event, err error) { t.Error(err) }
	s := client.NewSender(desk, client.SenderConfig{Delay: time.Hour, Size: 7, Failed: failed})
	for i := range 25 {
		if err := s.Send(t.Context(), arrived(fmt.Sprint("v", i))); err != nil {
			t.Fatal(err)
		}
	}
	var refused *client.RefusedError
	if err := s.Send(t.Context(), event.New("visitor.flown", event.Data{})); !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
	s.Close()
	sent := tasks(t, rdb)
	if sent < 4 || sent > 8 { // four batches, each of up to one task a partition
		t.Errorf("%d tasks", sent)
	}
	if err := s.Send(t.Context(), arrived("late")); !errors.Is(err, client.ErrSenderClosed) {
		t.Errorf("got %v", err)
	}
	s = client.NewSender(desk, client.SenderConfig{Failed: failed})
	defer s.Close()
	if err := s.Send(t.Context(), arrived("alone")); err != nil {
		t.Fatal(err)
	}
	redistest.Wait(t, "it is sent in a while", func() bool { return tasks(t, rdb) == sent+1 })
}
