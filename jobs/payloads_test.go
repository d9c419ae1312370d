package jobs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/jobs/enqueue"
)

// allArgs are the arguments of every job, by kind. A kind that is added to the
// worker is added here, with a payload in testdata/payloads.
func allArgs() map[string]reflect.Type {
	all := make(map[string]reflect.Type)
	for _, args := range []Args{SweepArgs{}, SpreadArgs{}, ReconcileArgs{}, DeliverArgs{}, TrimArgs{}, CalendarArgs{}, TendArgs{}, ReplayArgs{}, PingArgs{}, NotifyArgs{}, enqueue.EventsArgs{}, WakeArgs{}} {
		all[args.Kind()] = reflect.TypeOf(args)
	}
	return all
}

// TestPayloadsStillDecode checks that tasks of older workers in Redis still decode:
// files here are added to, and never changed.
func TestPayloadsStillDecode(t *testing.T) {
	t.Parallel()
	args := allArgs()
	for _, j := range Jobs() {
		kind := j.Kind
		files, err := filepath.Glob(filepath.Join("testdata", "payloads", strings.ReplaceAll(kind, ":", "-")+"*.v*.json"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 0 {
			t.Errorf("testdata/payloads has no file for %s", kind)
		}
		typ, ok := args[kind]
		if !ok {
			t.Errorf("%s is handled and not in this test's list", kind)
			continue
		}
		delete(args, kind)
		for _, file := range files {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			into := reflect.New(typ)
			if err := json.Unmarshal(body, into.Interface()); err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			again, err := json.Marshal(into.Interface())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(body)), string(again)); diff != "" {
				t.Errorf("%s is written otherwise now (-then +now):\n%s", file, diff)
			}
		}
	}
	for kind := range args {
		t.Errorf("%s is handled by nobody any more: old tasks would stay", kind)
	}
}
