package deliver

import (
	"strings"
	"testing"
	"time"
)

func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, value := range []string{"", "0", "120", "-1", "+5", "1.5", "99999999999999999999", " 5", "Mon, 23 Nov 2026 10:00:00 GMT", "Mon, 23 Nov 0001 10:00:00 GMT", "soon"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		pause := RetryAfter(value, now)
		if pause != 0 && (pause < leastPause || pause > mostPause) {
			t.Errorf("%q: %s", value, pause)
		}
		if digits := strings.Trim(value, "0123456789") == ""; value != "" && digits != (pause != 0) && !strings.Contains(value, ":") {
			t.Errorf("%q: %s", value, pause)
		}
	})
}
