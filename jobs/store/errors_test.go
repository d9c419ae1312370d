package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/jobs/store"
)

func TestWriteRefusal(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"OOM command not allowed when used memory > 'maxmemory'.":                                                           "maxmemory",
		"UNKNOWN: redis eval error: OOM command not allowed when used memory > 'maxmemory'. script: 0f, on @user_script:1.": "maxmemory",
		"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.":                  "disk",
		"MISCONF Errors writing to the AOF file: No space left on device":                                                   "disk",
		"READONLY You can't write against a read only replica.":                                                             "primary",
		"NOREPLICAS Not enough good replicas to write.":                                                                     "replicas",
		"LOADING Redis is loading the dataset in memory":                                                                    "",
		"WRONGTYPE Operation against a key holding the wrong kind of value":                                                 "",
	} {
		remedy, refused := store.WriteRefusal(fmt.Errorf("writing property/acme: %w", errors.New(said)))
		if refused != (want != "") || !strings.Contains(remedy, want) {
			t.Errorf("%s: %q, %t", said, remedy, refused)
		}
	}
	if _, refused := store.WriteRefusal(nil); refused {
		t.Error("no error is a refusal")
	}
}

func TestTroubleOf(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]store.Trouble{
		"OOM command not allowed when used memory > 'maxmemory'.":                          {Reason: "memory", Kind: store.RefusesWrites},
		"UNKNOWN: redis eval error: MISCONF Errors writing to the AOF file: No space left": {Reason: "disk", Kind: store.RefusesWrites},
		"READONLY You can't write against a read only replica.":                            {Reason: "replica", Kind: store.RefusesWrites},
		"NOREPLICAS Not enough good replicas to write.":                                    {Reason: "replicas", Kind: store.RefusesWrites},
		"LOADING Redis is loading the dataset in memory":                                   {Reason: "loading", Kind: store.Away},
		"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.": {Reason: "primary", Kind: store.Away},
		"CLUSTERDOWN Hash slot not served":                                                 {Reason: "cluster", Kind: store.Away},
		"ERR max number of clients reached":                                                {Reason: "clients", Kind: store.Away},
		"dial tcp 127.0.0.1:6379: connect: connection refused":                             {Reason: "refused", Kind: store.Away},
		"read tcp 127.0.0.1:40442->127.0.0.1:6379: i/o timeout":                            {Reason: "silent", Kind: store.Away},
		"dial tcp: lookup redsi on 127.0.0.53:53: no such host":                            {Reason: "host", Kind: store.UnknownHost},
		"dial tcp 127.0.0.1:6379: socket: too many open files":                             {Reason: "files", Kind: store.Away},
		"WRONGPASS invalid username-password pair or user is disabled.":                    {Reason: "password", Kind: store.WrongSettings},
		"NOAUTH Authentication required.":                                                  {Reason: "password", Kind: store.WrongSettings},
		"NOPERM User lea has no permissions to run the 'eval' command":                     {Reason: "rights", Kind: store.WrongSettings},
		"ERR DB index is out of range":                                                     {Reason: "database", Kind: store.WrongSettings},
		"ERR SELECT is not allowed in cluster mode":                                        {Reason: "cluster", Kind: store.WrongSettings},
		"ERR This instance has cluster support disabled":                                   {Reason: "cluster", Kind: store.WrongSettings},
		"WRONGTYPE Operation against a key holding the wrong kind of value":                {},
		`finding property "acme": not defined`:                                             {},
	} {
		got := store.TroubleOf(fmt.Errorf("writing property/acme: %w", errors.New(said)))
		if (got.Remedy == "") != (want.Kind == 0) {
			t.Errorf("%s: no remedy: %+v", said, got)
		}
		if got.Remedy = ""; got != want {
			t.Errorf("%s: %+v, want %+v", said, got, want)
		}
	}
	if got := store.TroubleOf(nil); got.Kind != 0 {
		t.Errorf("no error is %+v", got)
	}
}
