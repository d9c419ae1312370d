package chat

import (
	"testing"

	"github.com/deskbell/deskbell/domain/wire/wiretest"
)

func TestFormIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	wiretest.Check(t, (*State).Form)
}
