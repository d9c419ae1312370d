package config

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// ParseListen reads an address to listen on, host:port, and says whether it is reached from this machine only. An empty
// host is every address of the machine, and a name other than localhost counts as one that others reach. Port 0 is any.
func ParseListen(s string) (loopback bool, err error) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return false, errors.New("is not host:port")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return false, errors.New("has no port from 0 to 65535")
	}
	if strings.EqualFold(host, "localhost") {
		return true, nil
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback(), nil
}
