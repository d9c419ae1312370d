package config_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/config"
)

var update = flag.Bool("update", false, "write what was drawn to testdata/*.golden")

// Each file of test data is named by its fault, and its drawing stands beside it.
func TestBusted(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/busted_*.*ml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := config.ReadDefinitions("deskbell.yaml", src)
		var fault *config.FileError
		if !errors.As(err, &fault) || d != nil {
			t.Errorf("%s: got %v, %v", file, d, err)
			continue
		}
		var drawn bytes.Buffer
		fault.Format(&drawn, false)
		if strings.Contains(drawn.String()+err.Error(), "hunter2") {
			t.Errorf("%s shows a secret", file)
		}
		golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".golden"
		if *update {
			if err := os.WriteFile(golden, drawn.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if drawn.String() != string(want) {
			t.Errorf("%s\n got\n%s\nwant\n%s", file, &drawn, want)
		}
	}
}

// Format does not draw a value without a fault of its own; the messages alone are one line each.
func TestFileError(t *testing.T) {
	t.Parallel()
	_, err := config.ReadDefinitions("deskbell.yaml", []byte("agents:\n  lea: {naem: Léa}\n  tom: 7\n"))
	want := "deskbell.yaml:2:9: \"naem\" is not a key of an agent; allowed: name, time_zone, schedule, leave, cover, notify, online_when, online_outside_hours, auto_offline_after, idle, receive_when_slow, image, capacity, at_shift_end (did you mean \"name\"?)\n" +
		"deskbell.yaml:3:8: tom is not a map; allowed: the keys name, time_zone, schedule, leave, cover, notify, online_when, online_outside_hours, auto_offline_after, idle, receive_when_slow, image, capacity, at_shift_end"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	var fault *config.FileError
	if !errors.As(err, &fault) || len(fault.Faults) != 2 || fault.Faults[0].Path != "/agents/lea/naem" || fault.Faults[1].Column != 8 {
		t.Errorf("%+v", fault)
	}
	var drawn bytes.Buffer
	fault.Format(&drawn, true)
	if !strings.HasPrefix(drawn.String(), "\x1b[1mdeskbell.yaml:2:9:\x1b[0m \"naem\"") || !strings.Contains(drawn.String(), "\n            \x1b[31m^\x1b[0m\n") {
		t.Errorf("%q", &drawn)
	}
}

// A line of a thousand characters is cut to the part around the fault, and cannot do anything to a terminal.
func TestFormatCutsLongLines(t *testing.T) {
	t.Parallel()
	long := `{"properties": {"a": {"widget": {"message": "` + strings.Repeat("x", 150) + "\u0085" + strings.Repeat("y", 40) + `"}}}, "agents": {"b": {"nam": 1}, "c": {"name": "` + strings.Repeat("z", 150) + `"}}}`
	_, err := config.ReadDefinitions("d", []byte(long))
	var fault *config.FileError
	if !errors.As(err, &fault) {
		t.Fatal(err)
	}
	var drawn bytes.Buffer
	fault.Format(&drawn, false)
	lines := strings.Split(drawn.String(), "\n")
	if len(lines) != 4 || len([]rune(lines[1])) != 124 || !strings.HasPrefix(lines[1][strings.Index(lines[2], "^"):], `"nam"`) || strings.Contains(drawn.String(), "\u0085") {
		t.Errorf("%q", lines)
	}
}
