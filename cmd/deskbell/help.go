package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"
)

type helpCmd struct {
	Command []string `arg:"" optional:"" help:"The subcommand, such as hours; an overview without it."`
}

func (*helpCmd) Help() string {
	return `
It is the same help that a subcommand gives with --help.

Examples:

    deskbell help
    deskbell help hours
    deskbell help bench boundaries
`
}

// Run parses the command line that asks the subcommand itself. Where help was printed, dispatch leaves out the error of what that lacks.
func (c *helpCmd) Run(parser *kong.Kong) error {
	if _, err := parser.Parse(append(slices.Clone(c.Command), "--help")); err != nil {
		return misparsed(err)
	}
	return nil
}

// choices implements chooser.
func (*helpCmd) choices() (names []string) {
	parser, err := kong.New(&commands{})
	if err != nil {
		return nil // then no command line can be parsed
	}
	for _, node := range parser.Model.Children {
		names = append(names, node.Name)
	}
	return names
}

// printHelp prints the help of a subcommand as kong does, and an overview of them that fits a screen.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if ctx.Selected() != nil {
		return kong.DefaultHelpPrinter(options, ctx)
	}
	fmt.Fprintf(ctx.Stdout, "%s\nUsage: %s <command> [flags]\n", ctx.Model.Help, ctx.Model.Name)
	table, group := tabwriter.NewWriter(ctx.Stdout, 0, 0, 4, ' ', 0), ""
	for _, node := range ctx.Model.Children {
		if node.Group.Title != group {
			group = node.Group.Title
			fmt.Fprintf(table, "\n%s\n", group)
		}
		fmt.Fprintf(table, "  %s\t%s\n", node.Name, node.Help)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	var flags []string
	for _, flag := range ctx.Model.Flags {
		flags = append(flags, "--"+flag.Name)
	}
	_, err := fmt.Fprintf(ctx.Stdout, "\nFlags: %s. \"%s help <command>\" shows more of a command.\n", strings.Join(flags, ", "), ctx.Model.Name)
	return err
}
