package wire_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/deskbell/deskbell/domain/wire"
	"github.com/deskbell/deskbell/domain/wire/wiretest"
)

// parts has one of everything.
type parts struct {
	Text  string               `json:"text"`
	Maybe string               `json:"maybe,omitempty"`
	Int   int64                `json:"int"`
	Hash  uint32               `json:"hash,omitempty"`
	On    bool                 `json:"on"`
	Off   bool                 `json:"off,omitempty"`
	At    time.Time            `json:"at"`
	Until time.Time            `json:"until,omitzero"`
	Raw   json.RawMessage      `json:"raw"`
	Names []string             `json:"names,omitempty"`
	Times map[string]time.Time `json:"times,omitempty"`
	Inner *parts               `json:"inner,omitempty"`
	Any   map[string]any       `json:"any,omitempty"`
}

func (p *parts) form(c *wire.Codec) {
	c.Object(func() {
		wire.Text(c, "text", &p.Text)
		wire.MaybeText(c, "maybe", &p.Maybe)
		wire.Int(c, "int", &p.Int)
		wire.MaybeInt(c, "hash", &p.Hash)
		c.Bool("on", &p.On)
		c.MaybeBool("off", &p.Off)
		c.Time("at", &p.At)
		c.MaybeTime("until", &p.Until)
		if c.Key("raw") {
			wire.Raw(&p.Raw, c)
		}
		wire.List(c, "names", &p.Names, wire.String)
		wire.Map(c, "times", &p.Times, wire.Instant)
		if c.Maybe("inner", p.Inner != nil) {
			wire.Pointer(&p.Inner, c, (*parts).form)
		}
		if c.Maybe("any", len(p.Any) > 0) {
			c.Other(&p.Any)
		}
	})
}

func TestFormIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	wiretest.Check(t, (*parts).form)
}

func TestTextsAreThoseOfEncodingJSON(t *testing.T) {
	t.Parallel()
	for r := range rune(0x3000) {
		p := parts{Text: "a" + string(r) + "b", Raw: json.RawMessage("null")}
		want, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := wire.Append(nil, &p, (*parts).form); !ok || string(got) != string(want) {
			t.Errorf("%U: wrote %s, want %s", r, got, want)
		}
		var read parts
		if !wire.Reads(want, &read, (*parts).form) || read.Text != p.Text {
			t.Errorf("%U: read %q from %s", r, read.Text, want)
		}
	}
}
