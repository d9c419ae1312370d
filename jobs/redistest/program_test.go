package redistest

import (
	"fmt"
	"runtime"
	"testing"
)

// verdict is a test that notes how it was ended.
type verdict struct {
	testing.TB
	text string
}

func (v *verdict) Helper()                        {}
func (v *verdict) Skipf(format string, a ...any)  { v.end("skipped: "+format, a...) }
func (v *verdict) Fatalf(format string, a ...any) { v.end("failed: "+format, a...) }
func (v *verdict) end(format string, a ...any) {
	v.text = fmt.Sprintf(format, a...)
	runtime.Goexit()
}

func TestMissingProgramSkipsATestAndFailsItInTheCI(t *testing.T) {
	for ci, want := range map[string]string{
		"":     "skipped: redis-nowhere is not installed",
		"true": "failed: redis-nowhere is not installed",
	} {
		t.Setenv("CI", ci)
		v := &verdict{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			program(v, "redis-nowhere")
		}()
		<-done
		if v.text != want {
			t.Errorf("CI=%q: %s, want %s", ci, v.text, want)
		}
	}
}
