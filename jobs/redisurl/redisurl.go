// Package redisurl reads the URLs that name a Redis, such as REDIS_URL.
package redisurl

import (
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Parse reads the URL of a single Redis, a unix socket, a Sentinel or a Cluster:
//
//	redis://user:password@host:6379/0        rediss:// with TLS
//	unix://user:password@/run/redis.sock?db=0
//	redis-sentinel://host:26379,host:26379/0?master=NAME&sentinel_username=…&sentinel_password=…
//	redis-cluster://host:6379,host:6379      rediss-sentinel://, rediss-cluster:// with TLS
//
// client_name=… goes with all, and skip_verify=true, which trusts any certificate, with TLS. The options hold addresses
// and credentials; time-outs and pools are the caller's. No error shows any part of the URL: where it is malformed, any
// part may be the password.
func Parse(s string) (*redis.UniversalOptions, error) {
	u, err := splitRedisURL(s)
	if err != nil {
		return nil, err
	}
	o := &redis.UniversalOptions{
		Addrs:            u.hosts,
		Username:         u.user,
		Password:         u.password,
		DB:               u.db,
		IsClusterMode:    u.kind == "cluster",
		MasterName:       u.query.Get("master"),
		SentinelUsername: u.query.Get("sentinel_username"),
		SentinelPassword: u.query.Get("sentinel_password"),
		ClientName:       u.query.Get("client_name"),
	}
	if u.tls {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: u.query.Get("skip_verify") == "true"}
	}
	switch {
	case u.kind == "sentinel" && o.MasterName == "":
		return nil, errors.New("names no master: ?master=NAME")
	case u.kind == "cluster" && o.DB != 0:
		return nil, errors.New("names a database, of which a cluster has only 0")
	case u.kind == "single" && len(o.Addrs) > 1:
		return nil, errors.New("names several hosts, which is for redis-sentinel:// and redis-cluster://")
	}
	return o, nil
}

// Redact answers the URL without user and password, and without options, except those known to be harmless. Of a
// URL that it cannot read only the scheme remains.
func Redact(s string) string {
	u, err := splitRedisURL(s)
	if err != nil {
		scheme, _, found := strings.Cut(s, "://")
		if _, known := redisSchemes()[scheme]; !found || !known {
			return "***"
		}
		return scheme + "://***"
	}
	var b strings.Builder
	b.WriteString(u.scheme + "://")
	if u.user != "" || u.password != "" {
		b.WriteString("***@")
	}
	b.WriteString(strings.Join(u.hosts, ","))
	if u.db != 0 && u.kind != "unix" {
		b.WriteString("/" + strconv.Itoa(u.db))
	}
	shown := url.Values{}
	for key, values := range u.query {
		if key == "sentinel_username" || key == "sentinel_password" {
			values = []string{"***"}
		}
		shown[key] = values
	}
	if len(shown) > 0 {
		b.WriteString("?" + strings.ReplaceAll(shown.Encode(), "%2A%2A%2A", "***"))
	}
	return b.String()
}

// redisURL is a Redis URL in its parts.
type redisURL struct {
	scheme, kind   string // kind: single, unix, sentinel, cluster
	tls            bool
	user, password string
	hosts          []string
	db             int
	query          url.Values
}

func redisSchemes() map[string]redisURL {
	return map[string]redisURL{
		"redis":           {kind: "single"},
		"rediss":          {kind: "single", tls: true},
		"unix":            {kind: "unix"},
		"redis-sentinel":  {kind: "sentinel"},
		"rediss-sentinel": {kind: "sentinel", tls: true},
		"redis-cluster":   {kind: "cluster"},
		"rediss-cluster":  {kind: "cluster", tls: true},
	}
}

// splitRedisURL reads the parts. net/url does not read several hosts, and its errors show its input.
func splitRedisURL(s string) (redisURL, error) {
	const encode = ", or its password has characters (/ ? # @ : %) that need percent-encoding"
	scheme, rest, _ := strings.Cut(s, "://")
	u, known := redisSchemes()[scheme]
	if !known {
		return u, errors.New("has no scheme that is known")
	}
	u.scheme = scheme
	rest, query, _ := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	if strings.ContainsAny(query+path, "@#") || strings.Contains(authority, "#") {
		return u, errors.New("is malformed" + encode)
	}
	hosts := authority
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		hosts = authority[at+1:]
		if !u.credentials(authority[:at]) {
			return u, errors.New("is malformed before the @" + encode)
		}
	}
	if !u.options(query) {
		return u, errors.New("has an option that does not belong there: client_name; with TLS skip_verify=true; " +
			"for a socket db; for a sentinel master, sentinel_username, sentinel_password")
	}
	if u.kind == "unix" {
		u.hosts = []string{"/" + path}
		if hosts != "" || path == "" {
			return u, errors.New("has no absolute path: unix:///run/redis.sock")
		}
		return u, nil
	}
	if !u.addresses(hosts) {
		return u, errors.New("has no valid host:port" + encode)
	}
	if path != "" && !u.database(path) {
		return u, errors.New("has no number from 0 to 9999 for a database after the last /" + encode)
	}
	return u, nil
}

// credentials reads user:password. A lone word is a user, as in every URL.
func (u *redisURL) credentials(s string) bool {
	user, password, _ := strings.Cut(s, ":")
	var errUser, errPassword error
	u.user, errUser = url.PathUnescape(user)
	u.password, errPassword = url.PathUnescape(password)
	return errUser == nil && errPassword == nil && !strings.ContainsAny(s, "@")
}

func (u *redisURL) options(query string) (ok bool) {
	var err error
	if u.query, err = url.ParseQuery(query); err != nil {
		return false
	}
	known := []string{"client_name"}
	switch u.kind {
	case "unix":
		known = append(known, "db")
	case "sentinel":
		known = append(known, "master", "sentinel_username", "sentinel_password")
	}
	if u.tls {
		known = append(known, "skip_verify")
	}
	for key, values := range u.query {
		if !slices.Contains(known, key) || len(values) != 1 || key == "skip_verify" && values[0] != "true" && values[0] != "false" {
			return false
		}
	}
	return u.query.Get("db") == "" || u.database(u.query.Get("db"))
}

// addresses reads host:port,host:port. The ports default to those of Redis and of its Sentinel.
func (u *redisURL) addresses(hosts string) bool {
	port := "6379"
	if u.kind == "sentinel" {
		port = "26379"
	}
	for host := range strings.SplitSeq(hosts, ",") {
		name, given, err := net.SplitHostPort(host)
		if err != nil {
			name, given, err = net.SplitHostPort(host + ":" + port)
		}
		n, notNumber := strconv.ParseUint(given, 10, 16)
		if err != nil || notNumber != nil || n == 0 || name == "" || strings.Trim(name, hostCharacters) != "" {
			return false
		}
		u.hosts = append(u.hosts, net.JoinHostPort(name, given))
	}
	return true
}

// hostCharacters are those of names and of IP addresses of both versions.
const hostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:"

func (u *redisURL) database(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	u.db = int(n)
	return err == nil && n <= 9999
}
