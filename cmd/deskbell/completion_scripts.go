package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// bashScript looks for the subcommand among the words so far, then offers what it takes. Nothing to offer means file
// names.
func bashScript(w io.Writer, root *kong.Node) {
	var names []string
	var values, words strings.Builder
	for _, command := range root.Children {
		names = append(names, command.Name)
		bashWords(&words, command.Name, argumentValues(command), flagsOf(command))
	}
	bashWords(&words, "*", names, flagsOf(root))
	for _, node := range slices.Concat(root.Children, []*kong.Node{root}) {
		for _, flag := range node.Flags {
			if flag.Enum != "" {
				fmt.Fprintf(&values, "\t*:--%s) words=%q ;;\n", flag.Name, strings.Join(flag.EnumSlice(), " "))
			}
		}
	}
	fmt.Fprintf(w, `_deskbell() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= words= flags= word
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		%s) command=$word; break ;;
		esac
	done
	case $command:$prev in
%s%s	esac
	[[ $cur == -* ]] && words=$flags
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o bashdefault -o default -F _deskbell deskbell
`, strings.Join(names, "|"), values.String(), words.String())
}

func bashWords(w io.Writer, command string, words []string, flags []*kong.Flag) {
	var names []string
	for _, flag := range flags {
		names = append(names, "--"+flag.Name)
	}
	fmt.Fprintf(w, "\t%s:*) words=%q flags=%q ;;\n", command, strings.Join(words, " "), strings.Join(names, " "))
}

func zshScript(w io.Writer, root *kong.Node) {
	fmt.Fprint(w, "#compdef deskbell\n_deskbell() {\n\tlocal state\n\tlocal -a commands\n\tcommands=(\n")
	for _, command := range root.Children {
		fmt.Fprintf(w, "\t\t%s\n", quote(command.Name+":"+command.Help))
	}
	fmt.Fprint(w, "\t)\n\t_arguments -C")
	zshFlags(w, root)
	fmt.Fprint(w, " '1:command:->command' '*::argument:->argument'\n\tcase $state in\n")
	fmt.Fprint(w, "\tcommand) _describe command commands ;;\n\targument)\n\t\tcase $words[1] in\n")
	for _, command := range root.Children {
		fmt.Fprintf(w, "\t\t%s) _arguments", command.Name)
		zshFlags(w, command)
		if values := argumentValues(command); values != nil {
			fmt.Fprintf(w, " '1:value:(%s)' ;;\n", strings.Join(values, " "))
		} else {
			fmt.Fprint(w, " '*:file:_files' ;;\n")
		}
	}
	fmt.Fprint(w, "\t\tesac ;;\n\tesac\n}\ncompdef _deskbell deskbell\n")
}

func zshFlags(w io.Writer, node *kong.Node) {
	escape := strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`)
	for _, flag := range flagsOf(node) {
		spec := "--" + flag.Name
		if takesValue(flag) {
			spec += "="
		}
		spec += "[" + escape.Replace(flag.Help) + "]"
		if flag.Enum != "" {
			spec += ":value:(" + strings.Join(flag.EnumSlice(), " ") + ")"
		} else if takesValue(flag) {
			spec += ":value:"
		}
		fmt.Fprint(w, " ", quote(spec))
	}
}

func fishScript(w io.Writer, root *kong.Node) {
	for _, flag := range flagsOf(root) {
		fishFlag(w, "", flag)
	}
	for _, command := range root.Children {
		fmt.Fprintf(w, "complete -c deskbell -f -n __fish_use_subcommand -a %s -d %s\n", command.Name, quote(command.Help))
		given := "-n '__fish_seen_subcommand_from " + command.Name + "' "
		if values := argumentValues(command); values != nil {
			fmt.Fprintf(w, "complete -c deskbell -f %s-a '%s'\n", given, strings.Join(values, " "))
		}
		for _, flag := range flagsOf(command) {
			if !slices.Contains(flagsOf(root), flag) {
				fishFlag(w, given, flag)
			}
		}
	}
}

func fishFlag(w io.Writer, given string, flag *kong.Flag) {
	line := "complete -c deskbell " + given + "-l " + flag.Name
	if flag.Short != 0 {
		line += " -s " + string(flag.Short)
	}
	if flag.Enum != "" {
		line += " -x -a " + quote(strings.Join(flag.EnumSlice(), " "))
	} else if takesValue(flag) {
		line += " -r"
	}
	fmt.Fprintln(w, line, "-d", quote(flag.Help))
}
