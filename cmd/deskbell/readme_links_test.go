package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readmes are the READMEs of the project, from the root. Those of others, in testdata and in folders that git ignores, do
// not count.
func readmes(t *testing.T) (names []string) {
	t.Helper()
	ignored := ignoredFolders(t)
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		name = filepath.ToSlash(name)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "axe" || slices.Contains(ignored, name)):
			return filepath.SkipDir
		case entry.Name() == "README.md":
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// ignoredFolders are the folders that .gitignore names by their path from the root: go generate leaves its sources there.
func ignoredFolders(t *testing.T) (folders []string) {
	t.Helper()
	for line := range strings.Lines(read(t, filepath.Join(root, ".gitignore"))) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "/") && strings.HasSuffix(line, "/") {
			folders = append(folders, strings.Trim(line, "/"))
		}
	}
	if !slices.Contains(folders, "dist") {
		t.Fatalf(".gitignore has only the folders %q", folders)
	}
	return folders
}

func TestREADMEIsShort(t *testing.T) {
	t.Parallel()
	if n := len(read(t, filepath.Join(root, "README.md"))); n > 10_000 {
		t.Errorf("%d bytes: move some of it beside what it describes", n)
	}
	if list := readmes(t); !slices.Equal(list, []string{
		"README.md", operatingREADME, cookbookREADME, "cmd/deskbell/web/README.md", "cmd/deskbell/web/page/README.md", "cmd/deskbell/web/page/npm/README.md", definitionsREADME, jobsREADME, "jobs/client/README.md", "jobs/destination/chatwoot/README.md",
	}) {
		t.Errorf("there are %q", list)
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fence   = regexp.MustCompile("(?ms)^```.*?\n```$")
)

func TestREADMEsLinkToWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, name := range readmes(t) {
		text := fence.ReplaceAllString(read(t, filepath.Join(root, name)), "")
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(found[1], "://") {
				continue
			}
			target, anchor, _ := strings.Cut(found[1], "#")
			file := filepath.Join(root, filepath.Dir(name), target)
			if target == "" {
				file = filepath.Join(root, name)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s links to %s: %v", name, found[1], err)
			} else if anchor != "" && !slices.Contains(anchors(read(t, file)), anchor) {
				t.Errorf("%s links to %s: the file has no such heading", name, found[1])
			}
		}
	}
}

// anchors are those that GitHub gives to the headings of a text.
func anchors(text string) (list []string) {
	other := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	for _, found := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		list = append(list, strings.ReplaceAll(other.ReplaceAllString(strings.ToLower(found[1]), ""), " ", "-"))
	}
	return list
}

func TestREADMEsNameTestsAndScriptsThatThereAre(t *testing.T) {
	t.Parallel()
	tests := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	var names []string
	for _, s := range sources(t) {
		for _, found := range tests.FindAllStringSubmatch(read(t, filepath.Join(root, s.name)), -1) {
			names = append(names, found[1])
		}
	}
	for _, name := range readmes(t) {
		text := read(t, filepath.Join(root, name))
		for _, test := range regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(text, -1) {
			if !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, test) }) {
				t.Errorf("%s names %s, which is not there", name, test)
			}
		}
		for _, script := range regexp.MustCompile(`\.ci/\w+`).FindAllString(text, -1) {
			if _, err := os.Stat(filepath.Join(root, script)); err != nil {
				t.Errorf("%s names %s: %v", name, script, err)
			}
		}
	}
}

// The Go code of a README stands in an example that runs. The line … leaves some out, and comments are the README's.
func TestREADMEsShowGoThatRuns(t *testing.T) {
	t.Parallel()
	var examples []string
	for _, s := range sources(t) {
		if strings.HasSuffix(s.name, "/example_test.go") {
			examples = append(examples, read(t, filepath.Join(root, s.name)))
		}
	}
	comment := regexp.MustCompile(` // .*$`)
	shown := 0
	for _, name := range readmes(t) {
		for _, b := range blocks(t, name) {
			if b.language != "go" {
				continue
			}
			shown++
			missing := ""
			if !slices.ContainsFunc(examples, func(example string) bool {
				for line := range strings.Lines(b.text) {
					line = strings.TrimSpace(comment.ReplaceAllString(strings.TrimRight(line, "\n"), ""))
					if line != "…" && !strings.Contains(example, "\t"+line) {
						missing = line
						return false
					}
				}
				return true
			}) {
				t.Errorf("%s:%d: no example_test.go has all of this, not %q", name, b.line, missing)
			}
		}
	}
	if shown == 0 {
		t.Error("no Go is shown")
	}
}
