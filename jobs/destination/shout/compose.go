package shout

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"html"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"time"
)

// compose writes a mail (RFC 5322), in ASCII alone. Without a date, the server sets one.
func (m mail) compose(title, text string, date time.Time) []byte {
	_, domain, _ := strings.Cut(m.FromAddress, "@")
	from := netmail.Address{Name: m.FromName, Address: m.FromAddress}
	typ := "text/plain"
	if m.UseHTML {
		typ, text = "text/html", "<pre>"+html.EscapeString(text)+"</pre>"
	}
	var b bytes.Buffer
	header := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	header("From", from.String())
	header("To", strings.Join(m.ToAddresses, ", "))
	header("Subject", mime.QEncoding.Encode("utf-8", title))
	if !date.IsZero() {
		header("Date", date.Format(time.RFC1123Z))
	}
	header("Message-ID", "<"+rand.Text()+"@"+domain+">")
	header("Auto-Submitted", "auto-generated") // so that nobody's absence is answered to it (RFC 3834)
	header("MIME-Version", "1.0")
	header("Content-Type", typ+"; charset=utf-8")
	header("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	body := quotedprintable.NewWriter(&b)
	_, _ = body.Write([]byte(text)) // into memory
	_ = body.Close()
	return b.Bytes()
}
