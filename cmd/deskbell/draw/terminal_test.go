package draw

import "testing"

func TestSignsFollowTheLocale(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		all, lang string
		want      bool
	}{
		{"", "", false},
		{"", "en_GB.UTF-8", true},
		{"", "en_GB.utf8", true},
		{"C", "en_GB.UTF-8", false},
		{"fr_FR.UTF-8", "C", true},
		{"", "fr_FR.ISO-8859-1", false},
	} {
		env := map[string]string{"LC_ALL": c.all, "LANG": c.lang}
		a := Terminal{Env: func(name string) string { return env[name] }}
		if got := a.utf8(); got != c.want {
			t.Errorf("LC_ALL=%s LANG=%s: got %t", c.all, c.lang, got)
		}
	}
}
