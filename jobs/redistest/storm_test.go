package redistest

import "testing"

func TestStormsAreFullWhereTheEnvironmentSaysSo(t *testing.T) {
	for variable, want := range map[string]string{"": "small", "full": "full", "ful": `failed: DESKBELL_STORMS=ful: only "full" is known`} {
		t.Setenv(stormsVariable, variable)
		v := &verdict{TB: t}
		done, got := make(chan struct{}), ""
		go func() {
			defer close(done)
			got = Storm(v, "full", "small")
		}()
		<-done
		if got+v.text != want {
			t.Errorf("%q: got %q, want %q", variable, got+v.text, want)
		}
	}
}
