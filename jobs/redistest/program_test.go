package redistest

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

// verdict is a test that notes how it ended.
type verdict struct {
	testing.TB
	text string
}

func (v *verdict) Helper()                        {}
func (v *verdict) Skipf(format string, a ...any)  { v.end("skipped: "+format, a...) }
func (v *verdict) Fatalf(format string, a ...any) { v.end("failed: "+format, a...) }
func (v *verdict) Errorf(format string, a ...any) { v.text = fmt.Sprintf("failed: "+format, a...) }
func (v *verdict) end(format string, a ...any) {
	v.text = fmt.Sprintf(format, a...)
	runtime.Goexit()
}

func TestMissingProgramSkipsATestAndFailsItInTheCI(t *testing.T) {
	for ci, want := range map[string]string{
		"":     "skipped: needs redis-nowhere: apt-get install redis-nowhere",
		"true": "failed: needs redis-nowhere: apt-get install redis-nowhere",
	} {
		t.Setenv("CI", ci)
		v := &verdict{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			Program(v, "redis-nowhere", "redis-anywhere")
		}()
		<-done
		if v.text != want {
			t.Errorf("CI=%q: %s, want %s", ci, v.text, want)
		}
	}
}

func TestAnyOfSomeProgramsWillDo(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if path := Program(t, "redis-nowhere", self); path != self {
		t.Errorf("got %q", path)
	}
}

func TestWithinForgivesWhatIsSlowNowAndThen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		took  []time.Duration
		tries int
		want  string
	}{
		{"quick", []time.Duration{2}, 1, ""},
		{"slow at first", []time.Duration{9, 8, 1}, 3, ""},
		{"always slow", []time.Duration{9, 8, 7, 8, 9}, 5, "failed: a thing: 7ns at best; allowed: 2ns"},
	} {
		v, n := &verdict{TB: t}, 0
		Within(v, 2, "a thing", func() time.Duration { n++; return c.took[n-1] })
		if v.text != c.want || n != c.tries {
			t.Errorf("%s: %q after %d tries", c.name, v.text, n)
		}
	}
}
