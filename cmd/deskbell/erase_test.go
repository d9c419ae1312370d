package main

import (
	"strings"
	"testing"
)

func TestErase(t *testing.T) {
	t.Parallel()
	o := newOnline(t)
	o.apply("properties: {acme: {}}")
	for _, visitor := range []string{"v1", "v2"} {
		data := `{"property": "acme", "visitor": "` + visitor + `", "attributes": {"email": "a@example.com", "city": "Lyon"}}`
		if got := o.run(mondayMorning, "", "send", "--type", "visitor.updated", "--data", data); got.code != 0 {
			t.Fatalf("sending: %s", got.stderr)
		}
	}
	const nothing, rest = "Nothing was there.\n", "Erased. Nothing is left.\n"
	for _, c := range []struct {
		args string
		want result
	}{
		{"acme v1 --field email", result{stdout: "     1 × event that waited or was archived\n" + rest}},
		{"acme v1 --field email,name", result{stdout: nothing}},
		{"acme v1", result{stdout: "     1 × event that waited or was archived\n" + rest}},
		{"acme v1", result{stdout: nothing}},
		{"beta v2", result{stdout: nothing}},
		{"acme --all --json", result{stdout: `{"visitors":0,"chats":0,"agents":0,"digests":0,"events":1,"tasks":0,"actions":0,"under_way":0,"complete":true}` + "\n"}},
		{"acme", result{stderr: "deskbell: whom to erase is not said: name a visitor, or --all for every visitor of the property\n", code: 2}},
		{"acme v1 --all", result{stderr: "deskbell: a visitor and --all exclude each other: name one of them\n", code: 2}},
	} {
		o.expect(c.want, mondayMorning, "", append([]string{"erase"}, strings.Fields(c.args)...)...)
	}
}
