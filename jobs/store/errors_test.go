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
