package event_test

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/domain/event"
)

func TestAnAddressIsReadAsServersWriteIt(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"203.0.113.7":                   "203.0.113.7",
		"203.0.113.7:80":                "203.0.113.7",
		"2001:db8::1":                   "2001:db8::1",
		"2001:DB8:0:0::1":               "2001:db8::1",
		"[2001:db8::1]":                 "2001:db8::1",
		"[2001:db8::1]:443":             "2001:db8::1",
		"2001:db8::1:443":               "2001:db8::1:443", // nothing says that it is a port
		"fe80::1%eth0":                  "fe80::1",
		"[fe80::1%eth0]":                "fe80::1",
		"[fe80::1%eth0]:80":             "fe80::1",
		"::ffff:203.0.113.7":            "203.0.113.7",
		"::ffff:cb00:7107":              "203.0.113.7",
		"[::ffff:203.0.113.7]:80":       "203.0.113.7",
		"":                              "",
		"x":                             "",
		"203.0.113":                     "",
		"203.0.113.256":                 "",
		"010.0.0.1":                     "", // eight or ten: readers differ
		"203.0.113.7:":                  "",
		"203.0.113.7:http":              "",
		"203.0.113.7:65536":             "",
		"203.0.113.7%eth0":              "",
		"[203.0.113.7]":                 "",
		"[203.0.113.7]:80":              "",
		"[2001:db8::1":                  "",
		"2001:db8::1]":                  "",
		"[[2001:db8::1]]":               "",
		"[2001:db8::1]443":              "",
		"fe80::1%":                      "",
		"203.0.113.7, 10.0.0.1":         "",
		" 203.0.113.7":                  "",
		"10.0.0.0/8":                    "",
		"203.0.113.7:80:80":             "",
		"unknown":                       "",
		"2001:db8::1, 203.0.113.7":      "",
		"1:2:3:4:5:6:7:8:9":             "",
		"http://203.0.113.7":            "",
		"203.0.113.7\x00":               "",
		"２０３.0.113.7":                   "",
		"fe80::1%eth0, 203.0.113.7:443": "",
		"[fe80::1%eth 0]:443":           "",
	} {
		a, ok := event.ParseAddress(in)
		if got := a.String(); ok != (want != "") || ok && got != want {
			t.Errorf("%q is %s, %t; want %q", in, got, ok, want)
		}
	}
}

func TestPortsZonesAndBracketsChangeNoAddress(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		var bytes [16]byte
		copy(bytes[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(r, "address"))
		of6, of4 := netip.AddrFrom16(bytes), netip.AddrFrom4([4]byte(bytes[:4]))
		port := rapid.Uint16().Draw(r, "port")
		mapped := netip.AddrFrom16(of4.As16())
		for written, want := range map[string]netip.Addr{
			of4.String(): of4, mapped.String(): of4, netip.AddrPortFrom(of4, port).String(): of4, netip.AddrPortFrom(mapped, port).String(): of4,
			of6.String(): of6.Unmap(), "[" + of6.String() + "]": of6.Unmap(), netip.AddrPortFrom(of6, port).String(): of6.Unmap(),
			of6.WithZone("eth0").String(): of6.Unmap(),
		} {
			if got, ok := event.ParseAddress(written); !ok || got != want {
				r.Errorf("%s is %s, %t", written, got, ok)
			}
		}
	})
}

func TestAnEventKeepsTheAddressAlone(t *testing.T) {
	t.Parallel()
	e, err := intake().Complete(event.NewVisitorUpdated("acme", "v1", event.Attributes{IP: "[::ffff:203.0.113.7]:80"}))
	if err != nil || e.Data.Attributes.IP != "203.0.113.7" {
		t.Errorf("got %+v, %v", e.Data.Attributes, err)
	}
}

func TestAFormIsOneByEitherName(t *testing.T) {
	t.Parallel()
	for _, kind := range event.FormKinds() {
		for _, name := range []string{string(kind), kind.Shown()} {
			e, err := intake().Complete(event.NewFormSubmitted("acme", "v1", event.Form{Kind: event.FormKind(name)}))
			if err != nil || e.Data.Form.Kind != kind {
				t.Errorf("%s is %q, %v", name, e.Data.Form.Kind, err)
			}
		}
	}
}
