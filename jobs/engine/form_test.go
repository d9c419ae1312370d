package engine

import (
	"testing"

	"github.com/deskbell/deskbell/domain/wire/wiretest"
)

func TestFormsAreThoseOfEncodingJSON(t *testing.T) {
	t.Parallel()
	t.Run("property", func(t *testing.T) { t.Parallel(); wiretest.Check(t, (*PropertyState).form) })
	t.Run("visitor", func(t *testing.T) { t.Parallel(); wiretest.Check(t, (*visitorState).form) })
	t.Run("chat", func(t *testing.T) { t.Parallel(); wiretest.Check(t, (*chatOwner).form) })
	t.Run("kept for pages", func(t *testing.T) { t.Parallel(); wiretest.Check(t, (*toldData).Form) })
}
