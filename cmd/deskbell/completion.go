package main

import (
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"Which shell: bash, zsh or fish."`
}

func (*completionCmd) Help() string {
	return `
Prints a script that makes the shell complete subcommands, flags, their values and file names.

Examples:

    source <(deskbell completion bash)      # in ~/.bashrc
    source <(deskbell completion zsh)       # in ~/.zshrc, below compinit
    deskbell completion fish | source       # in ~/.config/fish/config.fish
`
}

// Run writes the script from the model that parses the command line, so that it knows every subcommand and flag.
// jotaen/kong-completion would ask the program again at each press of the key, and read the process's environment.
func (c *completionCmd) Run(a *app, parser *kong.Kong) error {
	script := map[string]func(io.Writer, *kong.Node){"bash": bashScript, "zsh": zshScript, "fish": fishScript}
	script[c.Shell](a.stdout, parser.Model.Node)
	return nil
}

// below are all subcommands, at any depth, each after the one that it belongs to.
func below(node *kong.Node) (all []*kong.Node) {
	for _, child := range node.Children {
		all = append(append(all, child), below(child)...)
	}
	return all
}

// pathOf is how a subcommand is written: "bench boundaries".
func pathOf(node *kong.Node) string {
	if node.Parent == nil || node.Parent.Parent == nil {
		return node.Name
	}
	return pathOf(node.Parent) + " " + node.Name
}

// flagsOf are those that a node understands: its own, and the ones of all subcommands.
func flagsOf(node *kong.Node) (all []*kong.Flag) {
	for _, level := range node.AllFlags(true) {
		all = append(all, level...)
	}
	return all
}

// spellings are the names by which a flag is set, and unset where that can be written.
func spellings(flag *kong.Flag) []string {
	if flag.Tag != nil && flag.Tag.Negatable != "" {
		return []string{flag.Name, "no-" + flag.Name}
	}
	return []string{flag.Name}
}

func takesValue(flag *kong.Flag) bool { return !flag.IsBool() && !flag.IsCounter() }

// A chooser is a subcommand whose arguments may be some words, or the value of a flag that may be one of them. What refuses others says
// which was probably meant.
type chooser interface{ choices() []string }

// flagValues are the words that a flag's value may be; nil when any will do.
func flagValues(flag *kong.Flag) []string {
	if c, ok := flag.Target.Addr().Interface().(chooser); ok {
		return c.choices()
	}
	if flag.Enum != "" {
		return flag.EnumSlice()
	}
	return nil
}

// argumentValues are the words that a subcommand's argument may be; nil when any will do. many says that it takes several of them.
func argumentValues(node *kong.Node) (values []string, many bool) {
	if len(node.Positional) == 0 {
		return nil, false
	}
	first := node.Positional[0]
	if c, ok := node.Target.Addr().Interface().(chooser); ok {
		return c.choices(), first.IsCumulative()
	}
	if first.Enum == "" {
		return nil, false
	}
	return first.EnumSlice(), first.IsCumulative()
}

// quote makes one word of text for bash, zsh and fish alike.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
