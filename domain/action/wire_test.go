package action

import (
	"testing"

	"github.com/deskbell/deskbell/domain/wire/wiretest"
)

func TestFormIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	t.Run("state", func(t *testing.T) { t.Parallel(); wiretest.Check(t, (*State).form) })
	t.Run("agent", func(t *testing.T) { t.Parallel(); wiretest.Check(t, (*AgentStatus).form) })
	t.Run("notice", func(t *testing.T) { t.Parallel(); wiretest.Check(t, (*Notice).form) })
	t.Run("visitor", func(t *testing.T) {
		t.Parallel()
		wiretest.Written(t, (*Visitor).members, func(v *Visitor) any { return v })
	})
}
