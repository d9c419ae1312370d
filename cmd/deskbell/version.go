package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/deskbell/deskbell/domain/hours/zones"
)

// versionFlag is deskbell --version, which does the work of deskbell version.
type versionFlag bool

// BeforeReset is called by kong where the flag is given, before it asks for a subcommand.
func (versionFlag) BeforeReset(parser *kong.Kong, a *app) error {
	if err := new(versionCmd).Run(a); err != nil {
		return err
	}
	parser.Exit(0)
	return nil
}

type versionCmd struct {
	Verbose bool `short:"v" help:"Also list every library with its version."`
	JSON    bool `name:"json" help:"Print one JSON object."`
}

func (*versionCmd) Help() string {
	return `
Examples:

    deskbell version
    deskbell version -v
    deskbell version --json
`
}

func (c *versionCmd) Run(a *app) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("this program was built without build information; build it with: go build ./cmd/deskbell")
	}
	b := buildOf(info)
	if !c.Verbose {
		b.Dependencies = nil
	}
	if c.JSON {
		return printJSON(a, []build{b})
	}
	b.write(a.stdout)
	return nil
}

// userAgent is "Deskbell/v1.2.0", as receivers of webhooks see it.
func userAgent() string {
	version := programVersion()
	if version == "" {
		return "Deskbell"
	}
	return "Deskbell/" + strings.Trim(version, "()") // "(devel)" would be a comment
}

// programVersion is "v1.2.0", or "(devel)"; empty: it is not known.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return info.Main.Version
}

// revision is the commit of which the program was built; empty: it is not known.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return buildSettings(info)["vcs.revision"]
}

// buildSettings are those by which a program was built.
func buildSettings(info *debug.BuildInfo) map[string]string {
	setting := make(map[string]string, len(info.Settings))
	for _, s := range info.Settings {
		setting[s.Key] = s.Value
	}
	return setting
}

// build is what a program was built of.
type build struct {
	Version      string    `json:"version"`
	Revision     string    `json:"revision,omitempty"` // the commit; empty: it is not known
	Time         string    `json:"time,omitempty"`     // of the commit
	Modified     bool      `json:"modified,omitempty"` // files were other than in that commit
	Go           string    `json:"go"`
	OS           string    `json:"os"`
	Arch         string    `json:"arch"`
	Zones        string    `json:"time_zones"`
	Dependencies []library `json:"dependencies,omitempty"`
}

// library is a module of others.
type library struct {
	Path    string `json:"path"`
	Version string `json:"version"`
}

func buildOf(info *debug.BuildInfo) build {
	setting := buildSettings(info)
	b := build{
		Version: cmp.Or(info.Main.Version, "(devel)"), Revision: setting["vcs.revision"], Time: setting["vcs.time"], Modified: setting["vcs.modified"] == "true",
		Go: info.GoVersion, OS: setting["GOOS"], Arch: setting["GOARCH"], Zones: zones.Version(),
	}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		b.Dependencies = append(b.Dependencies, library{module.Path, module.Version})
	}
	return b
}

// write prints "deskbell v1.2.0 (4f2a9c1e03b7, 2026-11-20T09:00:00Z, modified) go1.26.8 linux/amd64", below it
// "time zones 2026f", and then the dependencies.
func (b build) write(w io.Writer) {
	var source []string
	if b.Revision != "" {
		source = append(source, b.Revision[:min(12, len(b.Revision))])
	}
	if b.Time != "" {
		source = append(source, b.Time)
	}
	if b.Modified {
		source = append(source, "modified")
	}
	line := "deskbell " + b.Version
	if len(source) > 0 {
		line += " (" + strings.Join(source, ", ") + ")"
	}
	fmt.Fprintf(w, "%s %s %s/%s\n", line, b.Go, b.OS, b.Arch)
	fmt.Fprintf(w, "time zones %s\n", b.Zones)
	for _, d := range b.Dependencies {
		fmt.Fprintf(w, "  %s %s\n", d.Path, d.Version)
	}
}
