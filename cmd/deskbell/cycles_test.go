package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A package can be read one file at a time as long as its files do not all refer to each other.
const (
	mostInCircle = 8 // files of a package that all refer to each other, directly or by others
	mostHomes    = 3 // files in which the methods of one type stand, with the file that declares the type
)

// exempt are the packages that may have a larger circle, and the types that may have more homes, each with its reason.
var exempt = map[string]string{
	"jobs/memstore.Store":    "the contract of a store has many methods: a file for each part of it",
	"jobs/redisstore.Store":  "the contract of a store has many methods: a file for each part of it",
	"jobs/storetest":         "a suite of tests: its entry runs the parts, and the parts use what it sets up",
	"jobs/storetest.fixture": "a suite of tests: each part adds the steps that only it takes",
}

// TestFilesOfJobsDoNotGoInCircles measures each package of jobs by the types of Go: comments, fields and tests do not count.
func TestFilesOfJobsDoNotGoInCircles(t *testing.T) {
	t.Parallel()
	needed := make(map[string]bool)
	for _, p := range measureAll(t, "./jobs/...") {
		t.Logf("%s: %d files, the largest circle has %d", p.name, p.files, len(p.circle()))
		for name, problem := range p.problems() {
			if exempt[name] == "" {
				t.Error(problem)
			}
			needed[name] = true
		}
	}
	for name := range exempt {
		if !needed[name] {
			t.Errorf("%s needs no exception any more", name)
		}
	}
}

// measured are the references between the files of a package.
type measured struct {
	name  string // from the root of the module
	files int
	uses  map[string]map[string]bool // file → files that declare the names it uses
	homes map[string][]string        // type → the files of its declaration and its methods
}

// problems are the circles and homes over the limit, by the name of the package or the type.
func (m measured) problems() map[string]string {
	found := make(map[string]string)
	if c := m.circle(); len(c) > mostInCircle {
		found[m.name] = fmt.Sprintf("%s: %d files refer to each other in a circle, more than %d: %s", m.name, len(c), mostInCircle, strings.Join(c, " "))
	}
	for name, homes := range m.homes {
		if name = m.name + "." + name; len(homes) > mostHomes {
			found[name] = fmt.Sprintf("%s stands in %d files, more than %d: %s", name, len(homes), mostHomes, strings.Join(homes, " "))
		}
	}
	return found
}

// circle is the largest set of files that all lead to each other; nil where no two do.
func (m measured) circle() (largest []string) {
	for _, c := range circles(m.uses) {
		if len(c) > len(largest) {
			largest = c
		}
	}
	return largest
}

// measureAll reads packages of this module. Their imports are read from the export data of the compiler.
func measureAll(t *testing.T, pattern string) (all []measured) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles", pattern)
	list.Dir = root
	var stderr bytes.Buffer
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("listing %s: %v\n%s", pattern, err, &stderr)
	}
	type listed struct {
		ImportPath, Dir, Export string
		GoFiles                 []string
	}
	exports := make(map[string]string)
	var ours []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if strings.HasPrefix(p.ImportPath+"/", module+"/jobs/") {
			ours = append(ours, p)
		}
	}
	for _, p := range ours {
		fset := token.NewFileSet()
		var files []*ast.File
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		compiled := importer.ForCompiler(fset, "gc", func(imported string) (io.ReadCloser, error) { return os.Open(exports[imported]) })
		m, err := measureFiles(p.ImportPath, fset, files, compiled)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

// measure looks up which files declare the package-level objects and methods that a file names.
func measureFiles(importPath string, fset *token.FileSet, files []*ast.File, imports types.Importer) (measured, error) {
	m := measured{
		name: strings.TrimPrefix(importPath, module+"/"), files: len(files),
		uses: make(map[string]map[string]bool), homes: make(map[string][]string),
	}
	info := &types.Info{Uses: make(map[*ast.Ident]types.Object), Defs: make(map[*ast.Ident]types.Object)}
	p, err := (&types.Config{Importer: imports}).Check(importPath, fset, files, info)
	if err != nil {
		return m, fmt.Errorf("checking %s: %w", importPath, err)
	}
	file := func(pos token.Pos) string { return path.Base(filepath.ToSlash(fset.Position(pos).Filename)) }
	for name, object := range info.Uses {
		from, to := file(name.Pos()), file(object.Pos())
		if object.Pkg() != p || from == to || object.Parent() != p.Scope() && methodOf(object) == nil {
			continue
		}
		if m.uses[from] == nil {
			m.uses[from] = make(map[string]bool)
		}
		m.uses[from][to] = true
	}
	for _, object := range info.Defs {
		named := methodOf(object)
		if named == nil || types.IsInterface(named) {
			continue
		}
		homes := m.homes[named.Obj().Name()]
		for _, home := range []string{file(named.Obj().Pos()), file(object.Pos())} {
			if !slices.Contains(homes, home) {
				homes = append(homes, home)
			}
		}
		slices.Sort(homes)
		m.homes[named.Obj().Name()] = homes
	}
	return m, nil
}

// methodOf is the type that has an object as a method; nil: none has.
func methodOf(object types.Object) *types.Named {
	method, ok := object.(*types.Func)
	if !ok || method.Signature().Recv() == nil {
		return nil
	}
	of := method.Signature().Recv().Type()
	if pointer, ok := of.(*types.Pointer); ok {
		of = pointer.Elem()
	}
	named, _ := of.(*types.Named)
	return named
}

// circles are the strongly connected components of a graph that have more than one node, by Tarjan's algorithm.
func circles(edges map[string]map[string]bool) (found [][]string) {
	index, low, open := make(map[string]int), make(map[string]int), make(map[string]bool)
	var stack []string
	var visit func(string)
	visit = func(node string) {
		index[node] = len(index) + 1
		low[node], open[node] = index[node], true
		stack = append(stack, node)
		for next := range edges[node] {
			if index[next] == 0 {
				visit(next)
				low[node] = min(low[node], low[next])
			} else if open[next] {
				low[node] = min(low[node], index[next])
			}
		}
		if low[node] != index[node] {
			return
		}
		at := slices.Index(stack, node)
		circle := slices.Clone(stack[at:])
		stack = stack[:at]
		for _, n := range circle {
			open[n] = false
		}
		if len(circle) > 1 {
			slices.Sort(circle)
			found = append(found, circle)
		}
	}
	for _, node := range slices.Sorted(maps.Keys(edges)) {
		if index[node] == 0 {
			visit(node)
		}
	}
	return found
}

func TestCirclesAreFound(t *testing.T) {
	t.Parallel()
	edges := make(map[string]map[string]bool)
	for _, e := range strings.Fields("a>b b>c c>a c>d d>e e>d f>a f>g g>h") {
		from, to, _ := strings.Cut(e, ">")
		if edges[from] == nil {
			edges[from] = make(map[string]bool)
		}
		edges[from][to] = true
	}
	if got, want := fmt.Sprint(circles(edges)), "[[d e] [a b c]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestCirclesAreMeasured holds which uses are references: a call, a type, a constant and a method, but not a field, nor
// another thing of the same name.
func TestCirclesAreMeasured(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	var files []*ast.File
	for name, text := range map[string]string{
		"call.go":   `func call() { kind{}.method() }`,
		"kind.go":   `type kind struct{ field int }`,
		"method.go": `func (kind) method() { _ = constant }`,
		"value.go":  `const constant = 1; var _ = call`,
		"leaf.go":   `type other struct{ of kind }; func (o other) f() int { method := o.of.field; return method }`,
		"list.go":   `type list[T any] []T; func (l *list[T]) first() T { return (*l)[0] }`,
		"second.go": `func (l list[T]) last() T { return l[len(l)-1] }; var _ = list[int]{}.last()`,
		"face.go":   `type face interface{ method() }`,
	} {
		f, err := parser.ParseFile(fset, name, "package p\n"+text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	m, err := measureFiles(module+"/jobs/p", fset, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%s %d %s", m.name, m.files, m.circle()), "jobs/p 8 [call.go method.go value.go]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if problems := m.problems(); len(problems) > 0 {
		t.Errorf("found %v", problems)
	}
	if got, want := fmt.Sprint(m.homes), "map[kind:[kind.go method.go] list:[list.go second.go] other:[leaf.go]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWhatIsTooMuchIsSaid(t *testing.T) {
	t.Parallel()
	m := measured{name: "jobs/p", uses: make(map[string]map[string]bool), homes: map[string][]string{"T": {"0", "1", "2"}, "U": {"0", "1", "2", "3"}}}
	for i := range mostInCircle + 1 {
		m.uses[fmt.Sprint(i)] = map[string]bool{fmt.Sprint((i + 1) % (mostInCircle + 1)): true}
	}
	want := map[string]string{
		"jobs/p":   "jobs/p: 9 files refer to each other in a circle, more than 8: 0 1 2 3 4 5 6 7 8",
		"jobs/p.U": "jobs/p.U stands in 4 files, more than 3: 0 1 2 3",
	}
	if got := m.problems(); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	delete(m.uses, "8")
	if got := m.problems()["jobs/p"]; got != "" {
		t.Errorf("got %s", got)
	}
}
