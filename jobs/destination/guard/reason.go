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
	errUnresolved  = errors.New("the name of its host cannot be resolved")
	errCertificate = errors.New("its certificate cannot be verified: it has expired, is for another host, or of an authority that this machine does not know")
	errNoTLS       = errors.New("it does not speak TLS; is its url to begin with http://?")
	errClosed      = errors.New("it closed the connection without an answer")
	ErrNoHTTP      = errors.New("what it answers is not HTTP")
)

// Reason says why a call had no answer, in words that anybody may read who may write a URL: tenants, and agents. It has no address, no
// port and no name server of the inner network, which are in the errors of net, and no bytes of the receiver or of the URL, which are
// in those of net/http. Its method Detail() string, where it has one, gives the addresses to those who run Deskbell.
func Reason(err error) error {
	var refused *Error
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError
	var number syscall.Errno
	var network net.Error
	said := ErrNoHTTP
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, ErrTooLong):
		return ErrTooLong
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		said = errTimeout
	case errors.As(err, &dns):
		said = errUnresolved
	case errors.As(err, &certificate):
		return errCertificate
	case errors.As(err, &noTLS):
		return errNoTLS
	case errors.As(err, &number):
		said = number // "connection refused", "connection reset by peer"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		said = errClosed
	}
	if detail := ofNetwork(err); detail != nil {
		return &failure{said, detail}
	}
	return said
}

// failure is a reason, and what it hides.
type failure struct {
	said   error
	detail error
}

// Error implements error.
func (f *failure) Error() string { return f.said.Error() }

// Detail is for the log. It has no secrets.
func (f *failure) Detail() string { return f.detail.Error() }

// Unwrap is the reason alone.
func (f *failure) Unwrap() error { return f.said }

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
