package guard

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/url"
	"syscall"
)

// Reasons for which a call had no answer, for those who wrote the URL.
var (
	errTimeout     = errors.New("it did not answer in time")
	errCertificate = errors.New("its certificate cannot be verified: it has expired, is for another host, or of an authority that this machine does not know")
	errNoTLS       = errors.New("it does not speak TLS; is its url to begin with http://?")
	errClosed      = errors.New("it closed the connection without an answer")
	ErrNoHTTP      = errors.New("what it answers is not HTTP")

	// errNoAddress is of a refusal, and of a name that cannot be resolved: told apart, they would say which names there are inside.
	errNoAddress = errors.New(notPublic + "; or else the name of its host cannot be resolved")
)

// Reason says why a call had no answer, in words that anybody may read who may write a URL: tenants, and agents. It has no address, no
// port and no name server of the inner network, which are in the errors of net, and no bytes of the receiver or of the URL, which are
// in those of net/http. Its method Detail() string, where it has one, gives the addresses to those who run Deskbell.
func Reason(err error) error {
	if no := NoAddress(err); no != nil {
		return no
	}
	var certificate *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError
	var number syscall.Errno
	var network net.Error
	said := ErrNoHTTP
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, ErrTooLong):
		return ErrTooLong
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		said = errTimeout
	case errors.As(err, &certificate):
		return errCertificate
	case errors.As(err, &noTLS):
		return errNoTLS
	case errors.As(err, &number):
		said = number // "connection refused", "connection reset by peer"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		said = errClosed
	}
	return WithDetail(said, err)
}

// NoAddress is the reason of a call for which there was no address to dial: one that is not public, or none that was found. It is the same
// for both. nil: there was an address, or the caller went away.
func NoAddress(err error) error {
	var refused *Error
	var dns *net.DNSError
	switch {
	case errors.As(err, &refused):
		return &failure{errNoAddress, refused.Detail(), refused}
	case errors.As(err, &dns) && !errors.Is(err, context.Canceled):
		return &failure{errNoAddress, dns.Error(), errNoAddress}
	}
	return nil
}

// WithDetail is a reason whose method Detail() string gives the addresses in the error that it stands for; the reason itself where there
// are none.
func WithDetail(said, err error) error {
	if detail := ofNetwork(err); detail != nil {
		return &failure{said, detail.Error(), said}
	}
	return said
}

// failure is a reason, and what it hides.
type failure struct {
	said   error
	detail string
	under  error // without an address in its words
}

// Error implements error.
func (f *failure) Error() string { return f.said.Error() }

// Detail is for the log. It has no secrets.
func (f *failure) Detail() string { return f.detail }

// Unwrap is the reason alone, or the *Error of a refusal.
func (f *failure) Unwrap() error { return f.under }

// ofNetwork is the part of an error that package net made, which has addresses and nothing else; nil: there is none.
func ofNetwork(err error) error {
	var operation *net.OpError
	var dns *net.DNSError
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err
	}
	switch {
	case errors.As(err, &operation):
		return operation
	case errors.As(err, &dns):
		return dns
	}
	return nil
}
