package shout

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"strconv"
	"time"

	shoutrrr "github.com/nicholas-fedor/shoutrrr/pkg/services/email/smtp"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/deskbell/deskbell/jobs/destination/guard"
)

// mail is how a notice is sent by e-mail, as the library reads it from a URL. It is sent to all of its receivers or to none: to send
// it again to one whose server refused it would send it again to all.
type mail struct{ *shoutrrr.Config }

func mailOf(service types.Service) (mail, bool) {
	s, ok := service.(*shoutrrr.Service)
	if !ok {
		return mail{}, false
	}
	c := s.Config.Clone()
	c.FixEmailTags()
	return mail{&c}, true
}

func (m mail) server() string { return net.JoinHostPort(m.Host, strconv.Itoa(int(m.Port))) }

func (m mail) implicitTLS() bool {
	return m.Encryption == shoutrrr.EncImplicitTLS || m.Encryption == shoutrrr.EncAuto && m.Port == shoutrrr.ImplicitTLSPort
}

func (m mail) tls() *tls.Config {
	return &tls.Config{ServerName: m.Host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: m.SkipTLSVerify} //nolint:gosec // G402: the URL asks for it by skiptlsverify=yes
}

// send sends it. The end of the context closes the connection, whatever the server does; and so ends every step.
func (m mail) send(ctx context.Context, n Notifier, title, text string) error {
	raw, err := n.Guard.Dial(ctx, "tcp", m.server())
	if err != nil {
		return ended(ctx, err, false)
	}
	defer raw.Close()
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	conn := guard.Bounded(raw, guard.MostAnswer)
	if m.implicitTLS() {
		conn = tls.Client(conn, m.tls())
	}
	var date time.Time
	if n.Now != nil {
		date = n.Now()
	}
	handed, err := m.converse(conn, m.compose(title, text, date))
	return ended(ctx, err, handed)
}

// ended is the error of a step, by the context that may have ended it. handed says that all of the mail was with the server.
func ended(ctx context.Context, err error, handed bool) error {
	if err == nil || errors.Is(err, errPlain) {
		return err
	}
	if gone := ctx.Err(); gone != nil {
		err = gone
	}
	return failure(err, handed)
}

// converse hands a mail to a server. handed says that the server had all of it when the error came: then it may have sent it. Its
// answer to the good-bye changes nothing.
func (m mail) converse(conn net.Conn, content []byte) (handed bool, err error) {
	client, err := smtp.NewClient(conn, m.Host)
	if err != nil {
		return false, err
	}
	for _, step := range []func(*smtp.Client) error{m.greet, m.encrypt, m.logIn, m.address} {
		if err := step(client); err != nil {
			return false, err
		}
	}
	data, err := client.Data()
	if err != nil {
		return false, err
	}
	if _, err := data.Write(content); err != nil {
		return false, err
	}
	if err := data.Close(); err != nil {
		var no *textproto.Error // it refuses the mail; without an answer it may have taken it
		return !errors.As(err, &no), err
	}
	_ = client.Quit()
	return true, nil
}

func (m mail) greet(client *smtp.Client) error {
	name := m.ClientHost
	if name == "auto" {
		var err error
		if name, err = os.Hostname(); err != nil {
			name = "localhost"
		}
	}
	return client.Hello(name)
}

func (m mail) encrypt(client *smtp.Client) error {
	if !m.UseStartTLS || m.implicitTLS() {
		return nil
	}
	switch offered, _ := client.Extension("STARTTLS"); {
	case offered:
		return client.StartTLS(m.tls())
	case m.RequireStartTLS:
		return errPlain
	}
	return nil
}

func (m mail) logIn(client *smtp.Client) error {
	var auth smtp.Auth
	switch m.Auth {
	case shoutrrr.AuthPlain:
		auth = smtp.PlainAuth("", m.Username, m.Password, m.Host)
	case shoutrrr.AuthCRAMMD5:
		auth = smtp.CRAMMD5Auth(m.Username, m.Password)
	case shoutrrr.AuthOAuth2:
		auth = shoutrrr.OAuth2Auth(m.Username, m.Password)
	default:
		return nil
	}
	if _, encrypted := client.TLSConnectionState(); !encrypted && m.Auth != shoutrrr.AuthCRAMMD5 && !guard.NamesLoopback(m.Host) {
		return errPlain
	}
	return client.Auth(auth)
}

func (m mail) address(client *smtp.Client) error {
	if err := client.Mail(m.FromAddress); err != nil {
		return err
	}
	for _, to := range m.ToAddresses {
		if err := client.Rcpt(to); err != nil {
			return err
		}
	}
	return nil
}
