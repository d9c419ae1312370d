package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"github.com/deskbell/deskbell/jobs/redistest"
)

func TestSchemaIsJSONAndAlwaysTheSame(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t, "schema")
	var schema map[string]any
	if err := json.Unmarshal([]byte(got.stdout), &schema); err != nil {
		t.Fatal(err)
	}
	if schema["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("$schema is %v", schema["$schema"])
	}
	if again := (testBundle{}).run(t, "schema"); again != got {
		t.Error("a second time it differs")
	}
}

func TestVersionNamesTheSource(t *testing.T) {
	t.Parallel()
	info := &debug.BuildInfo{
		GoVersion: "go1.26.8",
		Main:      debug.Module{Version: "v1.2.0"},
		Deps: []*debug.Module{
			{Path: "github.com/alecthomas/kong", Version: "v1.17.0"},
			{Path: "example.com/old", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/new", Version: "v1.0.1"}},
		},
		Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "4f2a9c1e03b7d5a6e8f0"}, {Key: "vcs.time", Value: "2026-11-20T09:00:00Z"},
			{Key: "vcs.modified", Value: "true"}, {Key: "GOOS", Value: "linux"}, {Key: "GOARCH", Value: "arm64"},
		},
	}
	var got bytes.Buffer
	b := buildOf(info)
	b.write(&got)
	want := `deskbell v1.2.0 (4f2a9c1e03b7, 2026-11-20T09:00:00Z, modified) go1.26.8 linux/arm64
time zones ` + zones.Version() + `
  github.com/alecthomas/kong v1.17.0
  example.com/new v1.0.1
`
	if got.String() != want {
		t.Errorf("got:\n%s", &got)
	}
	got.Reset()
	b = buildOf(&debug.BuildInfo{GoVersion: "go1.26.8", Settings: info.Settings[3:]})
	b.write(&got)
	if want := "deskbell (devel) go1.26.8 linux/arm64\ntime zones " + zones.Version() + "\n"; got.String() != want {
		t.Errorf("without version control: %s", &got)
	}
}

func TestCompletionKnowsEverySubcommand(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			script := testBundle{}.run(t, "completion", shell).stdout
			for _, name := range append(commandNames(t), "schedule", "json", "always") {
				if !strings.Contains(script, name) {
					t.Errorf("%q is missing", name)
				}
			}
			check := exec.Command(redistest.Program(t, shell), "-n")
			check.Stdin = strings.NewReader(script)
			if out, err := check.CombinedOutput(); err != nil {
				t.Errorf("%s does not take it: %v\n%s", shell, err, out)
			}
		})
	}
}

func TestBashCompletes(t *testing.T) {
	t.Parallel()
	bash := redistest.Program(t, "bash")
	script := testBundle{}.run(t, "completion", "bash").stdout
	for _, c := range []struct{ words, want string }{ // the last word is being typed; _ is an empty one
		{"hou", "hours"},
		{"hours --s", "--schedule"},
		{"help hol", "holidays"},
		{"send --type chat.re", "chat.requested"},
		{"--vers", "--version"},
		{"hours _", ""}, // file names
		{"--colour _", "auto always never"},
		{"--colour never comp", "completion"},
		{"completion _", "bash zsh fish"},
		{"bench _", "agents boundaries events faults intake latency neighbours readers soak triggers"},
		{"bench b", "boundaries"},
		{"bench boundaries --prop", "--properties"},
		{"bench latency m", "message"},
		{"bench latency delayed s", "stop schedule"},
		{"hours bench _", ""}, // a file of that name
		{"deliveries _", "list replay test pause resume"},
		{"deliveries list --des", "--destination"},
		{"keys change ci --read", "--read-only"},
		{"keys change ci --no-", "--no-read-only"},
	} {
		words := strings.ReplaceAll(c.words, "_", "''")
		try := exec.Command(bash, "-c", script+"\nCOMP_WORDS=(deskbell "+words+"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _deskbell; echo \"${COMPREPLY[*]}\"")
		out, err := try.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != c.want {
			t.Errorf("%s: got %q (%v), want %q", c.words, got, err, c.want)
		}
	}
}
