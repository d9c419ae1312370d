package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// A block is a fenced piece of a README. One of commands (sh, or console: with their output) is marked on the line
// before it: <!-- run --> is run by TestREADMEsShowCommandsThatRun, and <!-- example: WHY --> is not.
type block struct {
	line                 int // of its fence
	language, mark, text string
}

func (b block) isOfCommands() bool { return b.language == "sh" || b.language == "console" }

func blocks(t *testing.T, readme string) (list []block) {
	t.Helper()
	before, in := "", false
	number := 0
	for line := range strings.Lines(read(t, filepath.Join(root, readme))) {
		number++
		language, isFence := strings.CutPrefix(strings.TrimRight(line, "\n"), "```")
		switch {
		case isFence && !in:
			list = append(list, block{line: number, language: language, mark: strings.TrimSpace(before)})
			in = true
		case isFence:
			in = false
		case in:
			list[len(list)-1].text += line
		}
		before = line
	}
	return list
}

// commands are its lines to be typed, comments and all.
func (b block) commands() (list []string) {
	text := strings.ReplaceAll(b.text, "\\\n", " ")
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if b.language == "console" {
			typed, isTyped := strings.CutPrefix(line, "$ ")
			if !isTyped {
				continue
			}
			line = typed
		}
		list = append(list, line)
	}
	return list
}

var (
	runMark     = "<!-- run -->"
	exampleMark = regexp.MustCompile(`^<!-- example: .+ -->$`)
	// indented is a command outside of a block.
	indented = regexp.MustCompile(`^ {4,}(\$ |go |curl |export |[A-Z_]+=\S+ |(\./)?deskbell )`)
)

func TestREADMEsMarkEveryCommand(t *testing.T) {
	t.Parallel()
	for _, name := range readmes(t) {
		for _, b := range blocks(t, name) {
			isMarked := b.mark == runMark || exampleMark.MatchString(b.mark)
			if b.isOfCommands() != isMarked {
				t.Errorf("%s:%d: a block of %s below %q; one of commands is marked by %s or <!-- example: WHY -->", name, b.line, b.language, b.mark, runMark)
			}
		}
		for line := range strings.Lines(fence.ReplaceAllString(read(t, filepath.Join(root, name)), "")) {
			if indented.MatchString(line) {
				t.Errorf("%s: a command outside of a block: %s", name, line)
			}
		}
	}
}

// Also an example, and a command in a sentence, is a command line of deskbell.
func TestREADMEsShowCommandLinesThatAreUnderstood(t *testing.T) {
	t.Parallel()
	redistest.Program(t, "bash") // which splits them
	ours := regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*(?:\./deskbell|deskbell|go run \./cmd/deskbell) (.+)$`)
	quoted := regexp.MustCompile("`(deskbell [^`]+)`")
	count := 0
	for _, name := range readmes(t) {
		var lines []string
		for _, b := range blocks(t, name) {
			if b.isOfCommands() {
				lines = append(lines, b.commands()...)
			}
		}
		for _, found := range quoted.FindAllStringSubmatch(fence.ReplaceAllString(read(t, filepath.Join(root, name)), ""), -1) {
			if !strings.Contains(found[1], "…") {
				lines = append(lines, strings.Join(strings.Fields(found[1]), " "))
			}
		}
		for _, line := range lines {
			found := ours.FindStringSubmatch(line)
			if found == nil {
				continue
			}
			count++
			if err := understood(found[1]); err != nil && !needsMore(found[1]) {
				t.Errorf("%s: %s: %v", name, line, err)
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d command lines", count)
	}
}

// needsMore tells whether only a command is named, and not how it is used.
func needsMore(args string) bool { return !strings.Contains(args, " ") }

// understood parses the words after deskbell on a command line.
func understood(args string) error {
	words, err := exec.Command("bash", "-c", "printf '%s\\n' "+args).Output()
	if err != nil {
		return err
	}
	parser, err := kong.New(&commands{}, kong.Name("deskbell"), kong.Exit(func(int) {}))
	if err != nil {
		return err
	}
	_, err = parser.Parse(strings.Split(strings.TrimRight(string(words), "\n"), "\n"))
	return err
}

func TestACommandLineOfAREADMEMayBeWrong(t *testing.T) {
	t.Parallel()
	redistest.Program(t, "bash") // which splits them
	for args, ok := range map[string]bool{
		"close acme --for 30m   # for lunch": true, "close acme --for-long 30m": false, "shut acme": false, `send --type chat.requested --data '{"a": 1}'`: true,
	} {
		if err := understood(args); (err == nil) != ok {
			t.Errorf("%s: %v", args, err)
		}
	}
}

// TestREADMEsShowCommandsThatRun runs the marked blocks of each README in their order, by bash, in a folder with a
// deskbell.yaml, beside a Redis and deskbell web, on Monday 23 November 2026 at noon. The addresses of the README become
// theirs. A command has to succeed; the lines that a console shows below it stand in its output, in that order.
func TestREADMEsShowCommandsThatRun(t *testing.T) {
	t.Parallel()
	for _, name := range readmes(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newFollower(t)
			ran := 0
			for _, b := range blocks(t, name) {
				if b.mark == runMark {
					ran++
					r.follow(name, b)
				}
			}
			if ran == 0 {
				t.Error("nothing is run")
			}
		})
	}
}

// follower carries out a README.
type follower struct {
	*testing.T
	dir string
	env []string
	fit *strings.Replacer
}

func newFollower(t *testing.T) *follower {
	t.Helper()
	redistest.Program(t, "curl")
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	server := redistest.Start(t)
	listen := fmt.Sprintf("127.0.0.1:%d", redistest.FreePort(t))
	r := &follower{T: t, dir: t.TempDir(), fit: strings.NewReplacer("redis://127.0.0.1:6379/0", server.URL(), "127.0.0.1:8080", listen)}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	realGo, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	r.write("deskbell.yaml", read(t, "testdata/readme.yaml"))
	r.write("events.jsonl", read(t, "testdata/greet.jsonl"))
	r.write("bin/deskbell", "#!/bin/sh\nexec '"+self+"' \"$@\"\n")
	// go works on the source, and puts the programs that it builds here.
	r.write("bin/go", fmt.Sprintf("#!/bin/bash\nargs=(\"${@:2}\")\nexec '%s' \"$1\" -C '%s' \"${args[@]/#deskbell/$PWD/deskbell}\"\n", realGo, top))
	r.write("bin/curl", "#!/bin/sh\nPATH=${PATH#*:}\nexec curl --fail-with-body -sS \"$@\"\n")
	if err := os.Symlink(filepath.Join(top, "cmd"), filepath.Join(r.dir, "cmd")); err != nil {
		t.Fatal(err)
	}
	offset := time.Until(noon)
	r.env = append(os.Environ(), "REDIS_URL="+server.URL(), "LANG=C.UTF-8", "DESKBELL_TIME_ZONE=UTC", "LOG_LEVEL=", "DESKBELL_LISTEN=",
		"PATH="+filepath.Join(r.dir, "bin")+":"+os.Getenv("PATH"), "GOBIN="+filepath.Join(r.dir, "gobin"), clockVariable+"="+offset.String())
	r.do("deskbell apply deskbell.yaml")
	web := start(t, offset, []string{"REDIS_URL=" + server.URL(), "LOG_FORMAT=text", "DESKBELL_TIME_ZONE=UTC"}, "web", "--listen", listen)
	web.says("web started")
	return r
}

func (r *follower) write(name, text string) {
	r.Helper()
	file := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
		r.Fatal(err)
	}
}

// do runs a script, and gives its output.
func (r *follower) do(script string) string {
	r.Helper()
	var out, errs bytes.Buffer
	shell := exec.CommandContext(r.Context(), "bash", "-eu", "-c", r.fit.Replace(script))
	shell.Dir, shell.Env, shell.Stdout, shell.Stderr = r.dir, r.env, &out, &errs
	if err := shell.Run(); err != nil {
		r.Errorf("%v\n%s\nprints:\n%s%s", err, script, &out, &errs)
	}
	return out.String()
}

func (r *follower) follow(readme string, b block) {
	r.Helper()
	if b.language == "sh" {
		r.do(strings.Join(b.commands(), "\n"))
		return
	}
	var printed []string
	for line := range strings.Lines(b.text) {
		line = strings.TrimRight(line, "\n")
		if command, isTyped := strings.CutPrefix(line, "$ "); isTyped {
			printed = strings.Split(r.do(command), "\n")
			continue
		}
		at := slices.IndexFunc(printed, func(p string) bool { return strings.TrimRight(p, " ") == line })
		if at < 0 {
			r.Errorf("%s:%d: the command does not print, after what is above it: %s", readme, b.line, line)
			return
		}
		printed = printed[at+1:]
	}
}

// TestREADMEShowsWhatUpSays: the log has the machine's own time, and so other times than the README.
func TestREADMEShowsWhatUpSays(t *testing.T) {
	t.Parallel()
	const command = "$ go run ./cmd/deskbell up\n"
	var lines []string
	for _, b := range blocks(t, "README.md") {
		if below, ok := strings.CutPrefix(b.text, command); ok {
			lines = strings.Split(strings.TrimSpace(below), "\n")
		}
	}
	if len(lines) != 5 {
		t.Fatalf("below %q there are %q", command, lines)
	}
	offset := toNextMinute() + time.Date(2026, 11, 21, 13, 33, 0, 0, time.UTC).Sub(mondayAtNine)
	p := start(t, offset, []string{"DESKBELL_TIME_ZONE=UTC", "REDIS_URL=", "DESKBELL_DEFINITIONS=", "LOG_LEVEL=", "LOG_FORMAT="}, "up")
	for _, line := range lines {
		at, text, _ := strings.Cut(line, "  ")
		if _, err := time.Parse(time.TimeOnly, at); err != nil {
			t.Error(err)
		}
		p.says("  " + text + "\n")
	}
	p.stop()
}
