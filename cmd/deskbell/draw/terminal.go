// Package draw writes for people: the hours of a schedule as bars, the actions of a simulation as a timeline, and a
// visitor's view as a sheet. It draws in the colours and signs that the terminal can show.
package draw

import (
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// Terminal says, by flag and environment, how a drawing may look.
type Terminal struct {
	Env  func(string) string
	When string // to use colour: always, never, or anything else: see Colour
}

// Style is how a drawing looks.
type Style struct {
	ink
	utf8    bool
	columns int
}

// StyleOf is the style of drawings that are written to w.
func (t Terminal) StyleOf(w io.Writer) Style {
	return Style{ink: ink(t.Colour(w)), utf8: t.utf8(), columns: t.width(w)}
}

// text replaces the signs that the terminal cannot show.
func (s Style) text(text string) string {
	if s.utf8 {
		return text
	}
	return plain(text)
}

// Colour reports whether to write to w in colour: When, else NO_COLOR (https://no-color.org), else whether w
// is a terminal that knows colours.
func (t Terminal) Colour(w io.Writer) bool {
	switch {
	case t.When == "always":
		return true
	case t.When == "never", t.Env("NO_COLOR") != "", t.Env("TERM") == "dumb":
		return false
	}
	return IsTerminal(w)
}

// IsTerminal reports whether w is a terminal, and no file or pipe.
func IsTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// width is how many columns w has: the terminal's, else COLUMNS, else 80.
func (t Terminal) width(w io.Writer) int {
	if file, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	if columns, err := strconv.Atoi(t.Env("COLUMNS")); err == nil && columns > 0 {
		return columns
	}
	return 80
}

// utf8 reports whether the locale writes UTF-8; as in POSIX, LC_ALL beats LC_CTYPE beats LANG.
func (t Terminal) utf8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := t.Env(name); locale != "" {
			locale = strings.ToLower(locale)
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return false
}

// ink paints text by ANSI codes, or leaves it as it is.
type ink bool

// Codes of colours, for Paint.
const (
	bold   = "1"
	dim    = "2"
	Green  = "32"
	Yellow = "33"
	Red    = "1;31"
)

// Paint puts text into the colour of a code.
func (in ink) Paint(code, text string) string {
	if !in || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
