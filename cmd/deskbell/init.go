package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/deskbell/deskbell/config"
	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/hours/zones"
	"github.com/deskbell/deskbell/domain/table"
)

type initCmd struct {
	File     string   `arg:"" optional:"" default:"deskbell.yaml" help:"The file to write; default: deskbell.yaml."`
	Name     string   `help:"The name of the shop; default: My shop."`
	TimeZone string   `placeholder:"ZONE" help:"Its time zone, such as Europe/Paris; default: that of this machine."`
	Hours    string   `help:"When it is open, such as \"mon-fri 9-18; sat 10-14\" or 24/7; default: mon-fri 9-17."`
	Agents   []string `placeholder:"NAMES" help:"Who answers, such as Léa,Tom; default: nobody is named."`
	Force    bool     `help:"Replace the file where there is one."`
}

func (*initCmd) Help() string {
	return `
Writes the first deskbell.yaml of a shop. It asks four questions: the shop's name, its time zone, its opening hours, and who
answers. With any flag but --force it asks nothing. It replaces no file unless told to.

Examples:

    deskbell init
    deskbell init --name "ACME shop" --time-zone Europe/Paris --hours "mon-fri 9-12, 13-18; sat 10-14" --agents Léa,Tom
    deskbell init --hours 24/7 --force shop.yaml
`
}

func (c *initCmd) Run(ctx context.Context, a *app) error {
	if err := c.mayWrite(); err != nil {
		return err
	}
	if err := c.complete(a); err != nil {
		return err
	}
	text, err := c.text()
	if err != nil {
		return err
	}
	if _, _, err := a.reader(ctx, c.File).Definitions(c.File, text); err != nil {
		return err
	}
	if err := c.write(text); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "Wrote %s: %s, open %s in %s.\n", c.File, table.OneLine(c.Name), c.Hours, c.TimeZone)
	fmt.Fprintf(a.stdout, "Next: deskbell hours %[1]s draws its week, deskbell up runs it, and deskbell apply %[1]s gives it to workers that run.\n", c.File)
	return nil
}

// mayWrite refuses a file that is there.
func (c *initCmd) mayWrite() error {
	_, err := os.Lstat(c.File)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && c.Force:
		return nil
	case err == nil:
		return fmt.Errorf("writing %s: it is there already; name another file, or replace it with --force", c.File)
	}
	return fmt.Errorf("writing %w", err)
}

// question is one of those that are asked where no flag answers them.
type question struct {
	asks, usual string
	answer      *string
	check       func(string) error
}

// complete asks for what no flag says, or takes the usual answers where there are flags.
func (c *initCmd) complete(a *app) error {
	zone, err := a.zone()
	if err != nil {
		return err
	}
	agents := strings.Join(c.Agents, ", ")
	questions := []question{
		{"What is the name of your shop?", "My shop", &c.Name, func(string) error { return nil }},
		{"In which time zone is it?", zone.String(), &c.TimeZone, checkZone},
		{"When is it open? Such as \"mon-fri 9-12, 13-18; sat 10-14\" or 24/7.", "mon-fri 9-17", &c.Hours, checkPreset},
		{"Who answers? Names with commas between them, or nobody.", "nobody", &agents, func(string) error { return nil }},
	}
	asks := c.Name == "" && c.TimeZone == "" && c.Hours == "" && c.Agents == nil
	answers := bufio.NewReader(io.LimitReader(a.stdin, largest))
	for _, q := range questions {
		if asks {
			if err := a.ask(q, answers); err != nil {
				return err
			}
		}
		*q.answer = cmp.Or(*q.answer, q.usual)
		if err := q.check(*q.answer); err != nil {
			return err
		}
	}
	c.Agents = nil
	for name := range strings.SplitSeq(agents, ",") {
		if name = strings.TrimSpace(name); name != "" && name != "nobody" {
			c.Agents = append(c.Agents, name)
		}
	}
	return nil
}

// ask asks until the answer is one.
func (a *app) ask(q question, answers *bufio.Reader) error {
	for {
		fmt.Fprintf(a.stdout, "%s [%s] ", q.asks, q.usual)
		line, err := answers.ReadString('\n')
		*q.answer = strings.TrimSpace(line)
		if err != nil && *q.answer == "" {
			fmt.Fprintln(a.stdout)
			return usagef("nobody answers: give flags, such as deskbell init --name \"ACME shop\"; the others have usual answers")
		}
		wrong := q.check(cmp.Or(*q.answer, q.usual))
		if wrong == nil || err != nil {
			return wrong
		}
		fmt.Fprintf(a.stdout, "%v\n", wrong)
	}
}

func checkZone(name string) error {
	if _, err := zones.Load(name); err != nil {
		return usagef("the time zone %v", err)
	}
	return nil
}

func checkPreset(text string) error {
	if _, err := hours.Parse(text); err != nil {
		return usagef("the hours: %v", err)
	}
	return nil
}

// firstShop and firstAgent are definitions, in the order in which people read them.
type (
	firstShop struct {
		Name        string            `json:"name"`
		TimeZone    string            `json:"time_zone"`
		Schedule    string            `json:"schedule"`
		Agents      []string          `json:"agents,omitempty"`
		AutoReplies map[string]string `json:"auto_replies"`
		Rescue      []firstRescue     `json:"rescue"`
	}
	firstRescue struct {
		After       string `json:"after"`
		SendMessage string `json:"send_message,omitempty"`
		ShowForm    string `json:"show_form,omitempty"`
	}
	firstAgent struct {
		Name     string `json:"name"`
		TimeZone string `json:"time_zone"`
		Schedule string `json:"schedule"`
	}
)

// text is the file.
func (c *initCmd) text() ([]byte, error) {
	ids := make(map[string]bool)
	shop := firstShop{
		Name: c.Name, TimeZone: c.TimeZone, Schedule: c.Hours,
		AutoReplies: map[string]string{"outside": "We are closed, and have your message. Back {{next_open|soon}}."},
		Rescue: []firstRescue{
			{After: "30s", SendMessage: "Thanks for waiting, we are nearly with you."},
			{After: "5m", ShowForm: "offline_form"},
		},
	}
	agents, properties := config.Section{Key: "agents"}, config.Section{Key: "properties"}
	for i, name := range c.Agents {
		id := idOf(name, "agent", int64(i+1), ids)
		shop.Agents = append(shop.Agents, id)
		if err := add(&agents, id, firstAgent{name, c.TimeZone, c.Hours}); err != nil {
			return nil, err
		}
	}
	if err := add(&properties, idOf(c.Name, "shop", 1, make(map[string]bool)), shop); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("# The hours of a chat widget and of who answers there; config/README.md of Deskbell has all that may be said.\n")
	b.WriteString("# deskbell validate checks it, and deskbell schema prints its schema for editors.\n")
	err := config.Write(&b, []config.Section{properties, agents})
	return b.Bytes(), err
}

// write writes the whole file or none, beside others who may do the same.
func (c *initCmd) write(text []byte) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if c.Force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(c.File, flags, 0o600) // addresses of notices, which are secrets, may come into it
	if err != nil {
		return fmt.Errorf("writing %w", err)
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// idOf makes an id of a name, which nothing else of that kind has: "Léa Martin" is lea-martin. One without letters, or of a second of that
// name, has a number.
func idOf(name, noun string, n int64, taken map[string]bool) string {
	const most = 40
	var words []string
	for word := range strings.FieldsFuncSeq(norm.NFD.String(name), func(r rune) bool { return r < '\u0300' && letter(r) == '_' }) {
		word = strings.Map(func(r rune) rune {
			if letter(r) == '_' { // an accent, or a letter of another script
				return -1
			}
			return r
		}, word)
		if word != "" {
			words = append(words, strings.ToLower(word))
		}
	}
	id := strings.Join(words, "-")
	if id = id[:min(len(id), most)]; id == "" || taken[id] {
		id = fmt.Sprintf("%s-%d", cmp.Or(id, noun), n)
	}
	taken[id] = true
	return id
}
