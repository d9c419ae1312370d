package redisstore

import (
	"slices"
	"testing"
)

func TestWarnsOfVersionsBefore7(t *testing.T) {
	t.Parallel()
	for version, old := range map[string]bool{
		"4.0.14": true, "6.2.14": true, "6.3.4": true, "7.0.0": false, "7.4.2": false, "8.0.1": false, "10.2": false,
		"": false, "255.255.255": false, "unstable": false, // not known to be old
	} {
		if got := slices.ContainsFunc(judge(map[string]string{"redis_version": version}), func(s Setting) bool { return s.Fault != "" }); got != old {
			t.Errorf("%q: warned is %t", version, got)
		}
	}
}
