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
	Verbose bool `short:"v" help:"Also list every dependency with its version."`
}

func (*versionCmd) Help() string {
	return `
Examples:

    deskbell version
    deskbell version -v
`
}

func (c *versionCmd) Run(a *app) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("this program was built without build information; build it with: go build ./cmd/deskbell")
	}
	writeVersion(a.stdout, info, c.Verbose)
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

// writeVersion prints "deskbell v1.2.0 (4f2a9c1e03b7, 2026-11-20T09:00:00Z, modified) go1.26.8 linux/amd64", and below it
// "time zones 2026f".
func writeVersion(w io.Writer, info *debug.BuildInfo, verbose bool) {
	setting := buildSettings(info)
	var source []string
	if revision := setting["vcs.revision"]; revision != "" {
		source = append(source, revision[:min(12, len(revision))])
	}
	if at := setting["vcs.time"]; at != "" {
		source = append(source, at)
	}
	if setting["vcs.modified"] == "true" {
		source = append(source, "modified")
	}
	line := "deskbell " + cmp.Or(info.Main.Version, "(devel)")
	if len(source) > 0 {
		line += " (" + strings.Join(source, ", ") + ")"
	}
	fmt.Fprintf(w, "%s %s %s/%s\n", line, info.GoVersion, setting["GOOS"], setting["GOARCH"])
	fmt.Fprintf(w, "time zones %s\n", zones.Version())
	if !verbose {
		return
	}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		fmt.Fprintf(w, "  %s %s\n", module.Path, module.Version)
	}
}
