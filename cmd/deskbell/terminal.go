package main

import (
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// colour reports whether w is to be written in colour: --colour, else NO_COLOR (https://no-color.org), else whether w
// is a terminal that knows colours.
func (a *app) colour(w io.Writer) bool {
	switch {
	case a.colourWhen == "always":
		return true
	case a.colourWhen == "never", a.env("NO_COLOR") != "", a.env("TERM") == "dumb":
		return false
	}
	return isTerminal(w)
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// width is the columns of standard output: the terminal's, else COLUMNS, else 80.
func (a *app) width() int {
	if file, ok := a.stdout.(*os.File); ok {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	if columns, err := strconv.Atoi(a.env("COLUMNS")); err == nil && columns > 0 {
		return columns
	}
	return 80
}

// utf8 reports whether the locale writes UTF-8; as in POSIX, LC_ALL beats LC_CTYPE beats LANG.
func (a *app) utf8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := a.env(name); locale != "" {
			locale = strings.ToLower(locale)
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return false
}

// ink paints text by ANSI codes, or leaves it as it is.
type ink bool

const (
	bold   = "1"
	dim    = "2"
	green  = "32"
	yellow = "33"
	red    = "1;31"
)

func (in ink) paint(code, text string) string {
	if !in || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
