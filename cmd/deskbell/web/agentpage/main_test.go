package agentpage_test

import (
	"testing"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }
