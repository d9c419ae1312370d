package config_test

import (
	"testing"

	"github.com/deskbell/deskbell/config"
)

func TestParseListen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		addr     string
		loopback bool
		err      string
	}{
		{"127.0.0.1:80", true, ""},
		{"127.9.9.9:0", true, ""},
		{"[::1]:65535", true, ""},
		{"[::ffff:127.0.0.1]:80", true, ""},
		{"LocalHost:80", true, ""},
		{":80", false, ""},
		{"0.0.0.0:80", false, ""},
		{"[::]:80", false, ""},
		{"10.0.0.1:80", false, ""},
		{"localhost.example:80", false, ""},
		{"127.0.0.1", false, "is not host:port"},
		{"", false, "is not host:port"},
		{"127.0.0.1:65536", false, "has no port from 0 to 65535"},
		{"127.0.0.1:", false, "has no port from 0 to 65535"},
		{"127.0.0.1:http", false, "has no port from 0 to 65535"},
	} {
		loopback, err := config.ParseListen(c.addr)
		said := ""
		if err != nil {
			said = err.Error()
		}
		if loopback != c.loopback || said != c.err {
			t.Errorf("%q: %t, %q", c.addr, loopback, said)
		}
	}
}
