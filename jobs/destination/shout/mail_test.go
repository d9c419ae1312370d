package shout_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/jobs/deliver"
	"github.com/deskbell/deskbell/jobs/destination/guard"
	"github.com/deskbell/deskbell/jobs/destination/guard/guardtest"
	"github.com/deskbell/deskbell/jobs/destination/shout"
)

// mailServer answers one client. Its steps are the commands by their first word, "banner", and "." for a mail.
type mailServer struct {
	at     string              // host and port
	had    []string            // the commands; a mail is one
	secure bool                // it offers STARTTLS, and speaks it
	cert   tls.Certificate     // of example.com and 127.0.0.1
	refuse string              // a step that is refused
	stuck  string              // a step at which it says nothing more, and calls hold
	hold   func()              // may be nil
	flood  func(net.Conn) bool // says at each step whether it took over
	gone   chan struct{}       // closed when the client's connection is
}

func (m *mailServer) start(t *testing.T, implicit bool) *mailServer {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS() // for its certificate
	m.cert = server.TLS.Certificates[0]
	server.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	m.at, m.gone = listener.Addr().String(), make(chan struct{})
	go func() {
		defer close(m.gone)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		if implicit && m.stuck != "tls" {
			conn = tls.Server(conn, m.tls())
		}
		m.serve(conn)
		_, _ = io.Copy(io.Discard, conn) // until it is gone
	}()
	return m
}

func (m *mailServer) tls() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{m.cert}, MinVersion: tls.VersionTLS12}
}

// url is that of a service, with more parameters.
func (m *mailServer) url(more string) string {
	return "smtp://" + m.at + "/?from=bell@example.com&to=lea@example.com,tom+on+call@example.com&skiptlsverify=yes" + more
}

// step tells whether the server goes on to answer a step.
func (m *mailServer) step(conn net.Conn, name string) bool {
	if name == m.stuck {
		if m.hold != nil {
			m.hold()
		}
		return false
	}
	if m.flood != nil && m.flood(conn) {
		return false
	}
	if name == m.refuse {
		fmt.Fprintf(conn, "550 no, %s\r\n", secret)
		return false
	}
	return true
}

func (m *mailServer) serve(conn net.Conn) {
	if m.stuck == "tls" {
		m.step(conn, "tls")
		return
	}
	if !m.step(conn, "banner") {
		return
	}
	fmt.Fprint(conn, "220 mail.example ESMTP\r\n")
	answers := map[string]string{"EHLO": "250-mail.example\r\n250 AUTH PLAIN CRAM-MD5", "DATA": "354 go on", "QUIT": "221 bye", "AUTH": "235 welcome"}
	if m.secure {
		answers["EHLO"] += "\r\n250 STARTTLS"
		answers["EHLO"] = "250-mail.example\r\n250-AUTH PLAIN CRAM-MD5\r\n250 STARTTLS"
	}
	for in := bufio.NewReader(conn); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSuffix(line, "\r\n")
		m.had = append(m.had, line)
		word, _, _ := strings.Cut(line, " ")
		if !m.step(conn, word) {
			return
		}
		if word == "STARTTLS" {
			fmt.Fprint(conn, "220 go on\r\n")
			conn = tls.Server(conn, m.tls())
			in = bufio.NewReader(conn)
			answers["EHLO"] = "250-mail.example\r\n250 AUTH PLAIN"
			continue
		}
		answer := answers[word]
		if answer == "" {
			answer = "250 ok"
		}
		fmt.Fprint(conn, answer+"\r\n")
		if word != "DATA" {
			continue
		}
		content := ""
		for !strings.HasSuffix(content, "\r\n.\r\n") {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			content += line
		}
		m.had = append(m.had, strings.TrimSuffix(content, ".\r\n"))
		if !m.step(conn, ".") {
			return
		}
		fmt.Fprint(conn, "250 queued\r\n")
	}
}

func at(s string) func() time.Time {
	return func() time.Time {
		t, _ := time.Parse(time.RFC3339, s)
		return t
	}
}

func TestMail(t *testing.T) {
	t.Parallel()
	const title, text = "Léa, a chat of acme waits", "Léa, it is nine.\n.\n" + "A line that is much longer than the 78 characters of which mails would like to have their lines at most, by far."
	for _, c := range []struct {
		name, more       string
		secure, implicit bool
		commands         string // without those of the mail itself
	}{
		{"in the open", "", false, false, "EHLO localhost"},
		{"encrypted when it is offered", "", true, false, "EHLO localhost, STARTTLS, EHLO localhost"},
		{"encrypted from the start", "&encryption=ImplicitTLS", false, true, "EHLO localhost"},
		{"not encrypted when that is not wanted", "&starttls=no", true, false, "EHLO localhost"},
		{"with a password", "&auth=plain", true, false, "EHLO localhost, STARTTLS, EHLO localhost, AUTH PLAIN AHUAaHVudGVyMg=="},
		{"with the client's name", "&clienthost=bell.example", false, false, "EHLO bell.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := (&mailServer{secure: c.secure}).start(t, c.implicit)
			url := m.url(c.more)
			if strings.Contains(c.more, "auth") {
				url = strings.Replace(url, "smtp://", "smtp://u:"+secret+"@", 1)
			}
			n := shout.Notifier{Guard: allowed(), Now: at("2026-11-23T09:00:00Z")}
			if err := n.Notify(t.Context(), url, title, text); err != nil {
				t.Fatal(err)
			}
			<-m.gone
			data := slices.Index(m.had, "DATA")
			if data < 3 || m.had[len(m.had)-1] != "QUIT" {
				t.Fatalf("%q", m.had)
			}
			commands := append(strings.Split(c.commands, ", "), "MAIL FROM:<bell@example.com>", "RCPT TO:<lea@example.com>", "RCPT TO:<tom+on+call@example.com>", "DATA")
			if got := m.had[:data+1]; !slices.Equal(got, commands) {
				t.Errorf("\n got %q\nwant %q", got, commands)
			}
			checkMail(t, m.had[data+1], title, text)
		})
	}
}

// checkMail reads a mail by the rules.
func checkMail(t *testing.T, content, title, text string) {
	t.Helper()
	for line := range strings.SplitSeq(content, "\r\n") {
		if len(line) > 78 || strings.ContainsFunc(line, func(r rune) bool { return r > '~' || r < ' ' }) {
			t.Errorf("a line is not as mails have them: %q", line)
		}
	}
	read, err := mail.ReadMessage(strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
	if err != nil || subject != title {
		t.Errorf("its subject is %q, %v", subject, err)
	}
	for name, want := range map[string]string{
		"From": "<bell@example.com>", "To": "lea@example.com, tom+on+call@example.com", "Date": "Mon, 23 Nov 2026 09:00:00 +0000",
		"Content-Type": "text/plain; charset=utf-8", "Mime-Version": "1.0", "Auto-Submitted": "auto-generated",
	} {
		if got := read.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if id := read.Header.Get("Message-Id"); !strings.HasSuffix(id, "@example.com>") || len(id) < 30 {
		t.Errorf("its id is %q", id)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(read.Body))
	if got := strings.ReplaceAll(string(body), "\r\n", "\n"); err != nil || strings.TrimSuffix(strings.ReplaceAll(got, "\n..\n", "\n.\n"), "\n") != text {
		t.Errorf("it reads %q, %v", got, err)
	}
}

// A password goes over an encrypted connection, and over none else.
func TestNoPasswordGoesInTheOpen(t *testing.T) {
	for _, auth := range []string{"plain", "oauth2"} {
		guardtest.Resolve(t, func(int) [4]byte { return [4]byte{127, 0, 0, 1} })
		m := (&mailServer{}).start(t, false)
		url := strings.Replace(m.url("&auth="+auth), "smtp://127.0.0.1", "smtp://u:"+secret+"@mail.example", 1)
		err := shout.Notifier{Guard: allowed()}.Notify(t.Context(), url, "title", "text")
		if err == nil || !strings.Contains(err.Error(), "it offers no encryption") {
			t.Errorf("%s: %v", auth, err)
		}
		<-m.gone
		if all := strings.Join(m.had, "\n"); strings.Contains(all, "AUTH") {
			t.Errorf("%s: it had %s", auth, all)
		}
	}
	m := (&mailServer{}).start(t, false)
	if err := (shout.Notifier{Guard: allowed()}).Notify(t.Context(), m.url("&requirestarttls=yes"), "title", "text"); err == nil || !strings.Contains(err.Error(), "it offers no encryption") {
		t.Error(err)
	}
	<-m.gone
}

// TestAMailServerThatHoldsOn lets the time be up at each step. The connection is closed there and then, and the error says whether
// the mail may be on its way.
func TestAMailServerThatHoldsOn(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]error{
		"tls": nil, "banner": nil, "EHLO": nil, "STARTTLS": nil, "AUTH": nil, "MAIL": nil, "RCPT": nil, "DATA": nil, ".": deliver.ErrNoAnswer, "QUIT": errSent,
	} {
		for name, end := range map[string]error{"its time": context.DeadlineExceeded, "a stop": context.Canceled} {
			t.Run(step+", ended by "+name, func(t *testing.T) {
				t.Parallel()
				up := make(chan struct{})
				ctx := ending{t.Context(), up, end}
				m := &mailServer{secure: true, stuck: step, hold: func() { close(up) }}
				m.start(t, step == "tls")
				more := "&auth=plain"
				if step == "tls" {
					more += "&encryption=ImplicitTLS"
				}
				url := strings.Replace(m.url(more), "smtp://", "smtp://u:"+secret+"@", 1)
				err := shout.Notifier{Guard: allowed(), Timeout: time.Hour}.Notify(ctx, url, "title", "text")
				<-m.gone
				switch {
				case want == errSent:
					if err != nil {
						t.Error(err)
					}
				case err == nil || strings.Contains(err.Error(), secret):
					t.Error(err)
				case errors.Is(end, context.Canceled):
					if !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
				case errors.Is(err, deliver.ErrNoAnswer) != (want != nil) || !strings.Contains(err.Error(), "in time"):
					t.Error(err)
				}
			})
		}
	}
}

var errSent = errors.New("none: the mail was sent")

// ending is a context that ends as a test says, when it says so.
type ending struct {
	context.Context
	up chan struct{}
	by error
}

func (e ending) Done() <-chan struct{} { return e.up }

func (e ending) Err() error {
	select {
	case <-e.up:
		return e.by
	default:
		return nil
	}
}

// TestAMailServerWithoutAnEnd floods at each step, on one line and on many. No time-out could end that: the bytes do.
func TestAMailServerWithoutAnEnd(t *testing.T) { //nolint:paralleltest // it measures
	for what, part := range map[string]string{"a line": strings.Repeat("x", 1<<16), "lines": strings.Repeat("220-welcome\r\n250-x\r\n", 1<<12)} {
		for at := range 6 {
			var err error
			took := allocated(func() {
				n := 0
				m := &mailServer{flood: func(conn net.Conn) bool {
					if n++; n <= at {
						return false
					}
					endlessly(conn, []byte(part))
					return true
				}}
				m.start(t, false)
				err = shout.Notifier{Guard: allowed(), Timeout: time.Hour}.Notify(t.Context(), m.url(""), "title", "text")
				<-m.gone
			})
			if took > mostMemory || err == nil {
				t.Errorf("%s at step %d: %d bytes, %v", what, at, took, err)
			}
			t.Logf("%s at step %d: %d KB, %v", what, at, took>>10, err)
		}
	}
}

func TestAMailServerThatRefuses(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"banner", "MAIL", "RCPT", "DATA", "."} {
		m := (&mailServer{refuse: step}).start(t, false)
		err := shout.Notifier{Guard: allowed()}.Notify(t.Context(), m.url(""), "title", "text")
		<-m.gone
		if err == nil || err.Error() != "sending by smtp: it could not be reached, or refused the notice" {
			t.Errorf("%s: %v", step, err)
		}
	}
}

// TestAMailServerWhoseNameMoves resolves to an address that may be reached, and then to one that may not.
func TestAMailServerWhoseNameMoves(t *testing.T) {
	guardtest.Resolve(t, func(n int) [4]byte {
		if n%2 == 0 {
			return [4]byte{127, 0, 0, 2}
		}
		return [4]byte{127, 0, 0, 1}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	url := "smtp://rebinding.example:" + port + "/?from=a@example.com&to=b@example.com"
	list := allowed()
	list.Allow[0] = netip.MustParsePrefix("127.0.0.2/32")
	reached := make(chan struct{}, 1)
	go func() {
		if conn, err := listener.Accept(); err == nil {
			conn.Close()
			reached <- struct{}{}
		}
	}()
	refused := 0
	for range 4 {
		err := shout.Notifier{Guard: list}.Notify(t.Context(), url, "title", "text")
		var no *guard.Error
		if errors.As(err, &no) {
			refused++
		}
		if err == nil || strings.Contains(err.Error(), "127.0.0") {
			t.Errorf("%v", err)
		}
	}
	if refused != 2 || len(reached) > 0 {
		t.Errorf("refused %d times; reached: %t", refused, len(reached) > 0)
	}
}
