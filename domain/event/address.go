package event

import (
	"net/netip"
	"strings"

	"github.com/deskbell/deskbell/domain/table"
)

// ParseAddress reads an IP address as servers and proxies write it: alone, with a port (203.0.113.7:80, [2001:db8::1]:443), in
// brackets, or with a zone (fe80::1%eth0). It gives the address alone: of an IPv4 address in the form of IPv6
// (::ffff:203.0.113.7), the former. ok is false for any other text.
func ParseAddress(s string) (a netip.Addr, ok bool) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		if strings.HasSuffix(s, "]") {
			s += ":0"
		}
		var with netip.AddrPort
		with, err = netip.ParseAddrPort(s)
		a = with.Addr()
	}
	return a.Unmap().WithZone(""), err == nil && consists(a.Zone(), "-._~")
}

// address is an IP address, kept as ParseAddress gives it: conditions compare it so.
func address() table.Kind[string] {
	const pattern = `^([0-9.]{7,15}(:[0-9]{1,5})?|[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9._~-]+)?|\[[0-9A-Fa-f:.]{2,45}(%[A-Za-z0-9._~-]+)?\](:[0-9]{1,5})?)$`
	return table.NewKind("IP address", map[string]any{"type": "string", "pattern": pattern}, func(at table.Place, tree any) string {
		s, _ := tree.(string)
		a, ok := ParseAddress(s)
		if !ok {
			at.Fault(table.Show(tree), "is not an IP address", "one address, such as 203.0.113.7 or 2001:db8::1")
			return ""
		}
		return a.String()
	})
}
