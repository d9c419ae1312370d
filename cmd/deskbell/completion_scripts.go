package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// bashScript follows the words so far down to the subcommand, then offers its flags and arguments. Nothing to offer means file
// names.
func bashScript(w io.Writer, root *kong.Node) {
	var paths []string
	var values, words strings.Builder
	bashFlagValues(&values, root)
	for _, node := range below(root) {
		paths = append(paths, quote(" "+pathOf(node)))
		bashFlagValues(&values, node)
		bashWords(&words, quote(" "+pathOf(node)), node)
	}
	bashWords(&words, "", root)
	fmt.Fprintf(w, `_deskbell() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= words= flags= word
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case "$command $word" in
		%s) command="$command $word" ;;
		esac
	done
	case $command:$prev in
%s%s	esac
	[[ $cur == -* ]] && words=$flags
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o bashdefault -o default -F _deskbell deskbell
`, strings.Join(paths, "|"), values.String(), words.String())
}

func bashFlagValues(w io.Writer, node *kong.Node) {
	for _, flag := range node.Flags {
		if values := flagValues(flag); values != nil {
			fmt.Fprintf(w, "\t*:--%s) words=%q ;;\n", flag.Name, strings.Join(values, " "))
		}
	}
}

func bashWords(w io.Writer, command string, node *kong.Node) {
	words, _ := argumentValues(node)
	for _, child := range node.Children {
		words = append(words, child.Name)
	}
	var flags []string
	for _, flag := range flagsOf(node) {
		for _, name := range spellings(flag) {
			flags = append(flags, "--"+name)
		}
	}
	fmt.Fprintf(w, "\t%s:*) words=%q flags=%q ;;\n", command, strings.Join(words, " "), strings.Join(flags, " "))
}

func zshScript(w io.Writer, root *kong.Node) {
	fmt.Fprint(w, "#compdef deskbell\n_deskbell() {\n\tlocal state\n\tlocal -a commands\n")
	zshCommand(w, root, "\t")
	fmt.Fprint(w, "}\ncompdef _deskbell deskbell\n")
}

// zshCommand completes the words of one command, and of those below it.
func zshCommand(w io.Writer, node *kong.Node, indent string) {
	if len(node.Children) == 0 {
		fmt.Fprint(w, indent, "_arguments")
		zshFlags(w, node)
		if values, many := argumentValues(node); values != nil {
			place := "1"
			if many {
				place = "*"
			}
			fmt.Fprintf(w, " '%s:value:(%s)'\n", place, strings.Join(values, " "))
		} else {
			fmt.Fprint(w, " '*:file:_files'\n")
		}
		return
	}
	fmt.Fprint(w, indent, "commands=(")
	for _, child := range node.Children {
		fmt.Fprint(w, " ", quote(child.Name+":"+child.Help))
	}
	fmt.Fprint(w, " )\n", indent, "_arguments -C")
	zshFlags(w, node)
	fmt.Fprintf(w, " '1:command:->command' '*::argument:->argument'\n%[1]scase $state in\n%[1]scommand) _describe command commands ;;\n%[1]sargument)\n%[1]s\tcase $words[1] in\n", indent)
	for _, child := range node.Children {
		fmt.Fprintf(w, "%s\t%s)\n", indent, child.Name)
		zshCommand(w, child, indent+"\t\t")
		fmt.Fprint(w, indent, "\t\t;;\n")
	}
	fmt.Fprintf(w, "%[1]s\tesac ;;\n%[1]sesac\n", indent)
}

func zshFlags(w io.Writer, node *kong.Node) {
	escape := strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`)
	for _, flag := range flagsOf(node) {
		for _, name := range spellings(flag) {
			spec := "--" + name
			if takesValue(flag) {
				spec += "="
			}
			spec += "[" + escape.Replace(flag.Help) + "]"
			if values := flagValues(flag); values != nil {
				spec += ":value:(" + strings.Join(values, " ") + ")"
			} else if takesValue(flag) {
				spec += ":value:"
			}
			fmt.Fprint(w, " ", quote(spec))
		}
	}
}

func fishScript(w io.Writer, root *kong.Node) {
	for _, flag := range flagsOf(root) {
		fishFlag(w, "", flag)
	}
	for _, command := range below(root) {
		fmt.Fprintf(w, "complete -c deskbell -f -n %s -a %s -d %s\n", quote(fishAt(command.Parent)), command.Name, quote(command.Help))
		given := "-n " + quote(fishAt(command)) + " "
		if values, _ := argumentValues(command); values != nil {
			fmt.Fprintf(w, "complete -c deskbell -f %s-a '%s'\n", given, strings.Join(values, " "))
		}
		for _, flag := range command.Flags {
			fishFlag(w, given, flag)
		}
	}
}

// fishAt holds while the next word is one for this command, and not for one below it.
func fishAt(node *kong.Node) string {
	var conditions []string
	for at := node; at.Parent != nil; at = at.Parent {
		conditions = append(conditions, "__fish_seen_subcommand_from "+at.Name)
	}
	if node.Parent == nil {
		return "__fish_use_subcommand"
	}
	for _, child := range node.Children {
		conditions = append(conditions, "not __fish_seen_subcommand_from "+child.Name)
	}
	return strings.Join(conditions, "; and ")
}

func fishFlag(w io.Writer, given string, flag *kong.Flag) {
	for _, name := range spellings(flag) {
		fishSpelling(w, given, name, flag)
	}
}

func fishSpelling(w io.Writer, given, name string, flag *kong.Flag) {
	line := "complete -c deskbell " + given + "-l " + name
	if flag.Short != 0 {
		line += " -s " + string(flag.Short)
	}
	if values := flagValues(flag); values != nil {
		line += " -x -a " + quote(strings.Join(values, " "))
	} else if takesValue(flag) {
		line += " -r"
	}
	fmt.Fprintln(w, line, "-d", quote(flag.Help))
}
