package main

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	gocmp "github.com/google/go-cmp/cmp"
)

// testBundle is a command line's world: its clock, its environment and its input.
type testBundle struct {
	at    string // the clock, RFC 3339; Saturday 21 November 2026, 11:00 in Paris, when empty
	env   map[string]string
	stdin string
}

// result is the outcome of a command line.
type result struct {
	code           int
	stdout, stderr string
}

func (b testBundle) run(t *testing.T, args ...string) result {
	t.Helper()
	at, err := time.Parse(time.RFC3339, cmp.Or(b.at, "2026-11-21T10:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"LANG": "C.UTF-8", "DESKBELL_TIME_ZONE": "UTC", "XDG_RUNTIME_DIR": t.TempDir()} // where no deskbell up runs
	for name, value := range b.env {
		env[name] = value
	}
	var stdout, stderr output // to which a connection that is given up may still log
	a := &app{
		env:   func(name string) string { return env[name] },
		stdin: strings.NewReader(b.stdin), stdout: &stdout, stderr: &stderr,
		now: func() time.Time { return at },
	}
	code := a.run(t.Context(), args)
	return result{code, stdout.String(), stderr.String()}
}

// golden compares with testdata/NAME.golden; UPDATE_GOLDEN=1 writes it instead.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// commandNames are the subcommands that the command line knows.
func commandNames(t *testing.T) (names []string) {
	t.Helper()
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range parser.Model.Children {
		names = append(names, node.Name)
	}
	return names
}

func TestTheEntryPointTakesArgumentsEnvironmentAndStreams(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"version"}, func(string) string { return "" }, strings.NewReader(""), &stdout, &stderr)
	if code != 0 || !strings.HasPrefix(stdout.String(), "deskbell ") || stderr.Len() > 0 {
		t.Errorf("code %d, stdout %q, stderr %q", code, &stdout, &stderr)
	}
}

func TestHelpFitsAScreenAndNamesEverySubcommand(t *testing.T) {
	t.Parallel()
	got := testBundle{}.run(t)
	if got.code != 0 || got.stderr != "" {
		t.Fatalf("code %d, stderr %q", got.code, got.stderr)
	}
	if lines := strings.Count(got.stdout, "\n"); lines > 45 {
		t.Errorf("%d lines are more than a screen", lines)
	}
	for _, name := range commandNames(t) {
		if !strings.Contains(got.stdout, "\n  "+name+" ") {
			t.Errorf("no %q in\n%s", name, got.stdout)
		}
	}
	if asked := (testBundle{}).run(t, "--help"); asked != got {
		t.Errorf("--help differs from no arguments:\n%s", asked.stdout)
	}
}

func TestHelpOfEverySubcommandHasAnExampleOfIt(t *testing.T) {
	t.Parallel()
	for _, name := range commandNames(t) {
		got := testBundle{}.run(t, name, "--help")
		_, examples, _ := strings.Cut(got.stdout, "\nExamples:\n")
		if got.code != 0 || !strings.Contains(examples, "deskbell "+name) {
			t.Errorf("%s: code %d, stderr %q, no example in\n%s", name, got.code, got.stderr, got.stdout)
		}
	}
}

// TestHelpHasTwoForms: "help hours" and "hours --help" print the same, and one of a command that is not there says so.
func TestHelpHasTwoForms(t *testing.T) {
	t.Parallel()
	for _, command := range append(commandNames(t), "", "bench boundaries", "deliveries list") {
		words := strings.Fields(command)
		want := testBundle{}.run(t, append(words, "--help")...)
		if got := (testBundle{}).run(t, append([]string{"--colour=never", "help"}, words...)...); got != want || got.code != 0 {
			t.Errorf("help %s: %+v", command, got)
		}
	}
	got := testBundle{}.run(t, "help", "hourss")
	if got.code != 2 || !strings.Contains(got.stderr, `unexpected argument hourss, did you mean "hours"?`) {
		t.Errorf("%+v", got)
	}
}

func TestVersionHasTwoForms(t *testing.T) {
	t.Parallel()
	if got, want := (testBundle{}).run(t, "--version"), (testBundle{}).run(t, "version"); got != want || got.code != 0 {
		t.Errorf("%+v", got)
	}
}

func TestACommandLineThatIsNotUnderstoodSaysWhereHelpIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want string }{
		{"hourss x", "deskbell: unexpected argument hourss, did you mean \"hours\"?\nRun \"deskbell --help\" to see how it is used.\n"},
		{"hours", "deskbell: expected \"<file> ...\"\nRun \"deskbell hours --help\" to see how it is used.\n"},
		{"hours x --fro now", "deskbell: unknown flag --fro, did you mean one of \"--from\", \"--to\"?\nRun \"deskbell hours --help\" to see how it is used.\n"},
		{"completion tcsh", "deskbell: <shell> must be one of \"bash\",\"zsh\",\"fish\" but got \"tcsh\"\nRun \"deskbell completion --help\" to see how it is used.\n"},
	} {
		got := testBundle{}.run(t, strings.Fields(c.args)...)
		if diff := gocmp.Diff(result{code: 2, stderr: c.want}, got, gocmp.AllowUnexported(result{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.args, diff)
		}
	}
}
