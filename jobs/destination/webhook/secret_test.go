package webhook_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/jobs/destination/webhook"
)

// key has bytes that the two alphabets of base64 write differently.
func key(n int) []byte { return []byte(strings.Repeat("\xfb\xef\xff", n)[:n]) }

func TestSecrets(t *testing.T) {
	t.Parallel()
	std, url := base64.StdEncoding, base64.URLEncoding
	const unset, unfit = "the environment variable CRM_SECRET is not set: ", "what the environment variable CRM_SECRET holds is no secret for webhooks: "
	for _, c := range []struct{ name, secret, want string }{
		{"24 bytes", "whsec_" + std.EncodeToString(key(24)), ""},
		{"64 bytes", "whsec_" + std.EncodeToString(key(64)), ""},
		{"padded", "whsec_" + std.EncodeToString(key(32)), ""},
		{"not padded", "whsec_" + base64.RawStdEncoding.EncodeToString(key(32)), ""},
		{"for URLs", "whsec_" + url.EncodeToString(key(32)), ""},
		{"for URLs, not padded", "whsec_" + base64.RawURLEncoding.EncodeToString(key(32)), ""},
		{"from a file with a line's end", "whsec_" + std.EncodeToString(key(32)) + "\n", ""},

		{"none", "", unset},
		{"a blank", " \n", unset},
		{"23 bytes", "whsec_" + std.EncodeToString(key(23)), unfit},
		{"65 bytes", "whsec_" + std.EncodeToString(key(65)), unfit},
		{"no mark", std.EncodeToString(key(32)), unfit},
		{"another mark", "whsk_" + std.EncodeToString(key(64)), unfit},
		{"the mark alone", "whsec_", unfit},
		{"no base64", "whsec_" + strings.Repeat("hunter2!", 5), unfit},
		{"another variable's value", "redis://:hunter2@localhost", unfit},
	} {
		server, had := receiver(t, status(http.StatusOK))
		env := func(name string) string { return map[string]string{"CRM_SECRET": c.secret}[name] }
		out, err := webhook.Open(loopback(), env, time.Now, "")("crm", definition.Destination{URL: server.URL, SecretEnv: []string{"CRM_SECRET"}})
		if c.want != "" {
			if err == nil || !strings.HasPrefix(err.Error(), `opening the webhook "crm": `+c.want) || !strings.Contains(err.Error(), "openssl rand -base64 32") {
				t.Errorf("%s: %v", c.name, err)
			} else if c.want == unfit && len(c.secret) > 6 && strings.Contains(err.Error(), c.secret[6:]) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s is shown: %v", c.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if err := out.Deliver(t.Context(), actions("a")); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		bytes, _ := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/", "=", "", "\n", "").Replace(strings.TrimPrefix(c.secret, "whsec_")))
		if err := verify(t, <-had, "whsec_"+std.EncodeToString(bytes)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		def  definition.Destination
		want string
	}{
		{definition.Destination{URL: "https://x"}, "its definition names no secret; give it a secret_env"},
		{definition.Destination{URL: "https://x", SecretEnv: []string{"CRM_SECRET", "B_SECRET"}}, "the environment variable B_SECRET is not set: "},
		{definition.Destination{URL: "https://x:" + token, SecretEnv: []string{"CRM_SECRET"}}, "its url cannot be read; mend it in its definition"},
		{definition.Destination{URL: token, SecretEnv: []string{"CRM_SECRET"}}, "its url cannot be read; mend it in its definition"},
	} {
		out, err := webhook.Open(loopback(), getenv, time.Now, "")("crm", c.def)
		if out != nil || err == nil || !strings.HasPrefix(err.Error(), `opening the webhook "crm": `+c.want) {
			t.Errorf("%v\nwant %s", err, c.want)
		}
		keepsSecrets(t, err)
	}
}
