package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// boardPicture is the picture of the README. The underscore keeps it out of the files that the board embeds.
const boardPicture = "cmd/deskbell/web/board/board.png"

// pictured is a deskbell.yaml with every state of a widget, on Monday at one in London.
const pictured = `
schedules:
  shop: {time_zone: Europe/London, weekly: {mon-fri: "09:00-12:30, 13:00-18:00", sat: "10:00-16:00"}}
properties:
  acme:
    name: ACME shop
    schedule: shop
    agents: [lea, tom]
    departments: {sales: {name: Sales, agents: [lea, tom]}, support: {name: Support, agents: [tom], schedule: {time_zone: Europe/London, weekly: {mon-fri: "14:00-18:00"}}}}
    triggers:
      - {name: Pricing, type: page, url: {contains: /pricing}, delay: 30s, expiry: 1h, message: Shall we find the plan that fits you?}
  bakery: {name: Corner bakery, schedule: {time_zone: Europe/Paris, weekly: {daily: "05:30-13:00"}}, widget: {outside_hours: contact_form}}
  clinic: {name: Night clinic, schedule: {time_zone: America/New_York, weekly: {daily: "20:00-06:00"}}, widget: {outside_hours: messaging}, agents: [kim]}
  gallery: {name: Harbour gallery, schedule: {time_zone: Europe/Lisbon, weekly: {tue-sun: "10:00-18:00", mon: "12:00-20:00"}}, agents: [ines]}
  hotline: {name: Hotline, schedule: 24/7, time_zone: Asia/Kathmandu, agents: [kim]}
  museum: {name: Railway museum, schedule: {time_zone: Europe/Berlin, weekly: {daily: "09:00-17:00"}}}
agents:
  ines: {name: Inês, schedule: {time_zone: Europe/Lisbon, weekly: {daily: "15:00-18:00"}}}
  kim: {name: Kim, schedule: {time_zone: Asia/Kathmandu, weekly: {daily: "08:00-20:00"}}}
  lea: {name: Léa, schedule: {time_zone: Europe/London, weekly: {mon-fri: "09:00-17:00"}}}
  tom: {name: Tom, schedule: {time_zone: Europe/London, weekly: {mon-fri: "13:00-18:00"}}, notify: {on: [hours_started]}}
destinations:
  crm: {type: redis_stream, stream: "crm:actions"}
`

// To take it anew: DESKBELL_TEST_SCREENSHOTS=$PWD/cmd/deskbell/web/board go test ./cmd/deskbell -run TestPictureInABrowser
func TestPictureInABrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	b.device(1440, 900, "light")
	s := b.siteBefore(mondayAtNine.Add(4*time.Hour), pictured)
	b.shows(`[data-id="acme"] .state`, "Online")
	b.shows("#recent", "Told Tom that their hours have started")
	for at, page := range map[string]string{"00.2": "pricing", "00.4": "about"} { // in any order
		s.run(`{"type": "page.viewed", "time": "2026-11-23T13:00:`+at+`Z", "data": {"property": "acme", "visitor": "ann", "visit": "a1", "page": {"url": "https://acme.example/`+page+`"}}}`, "send", "-")
	}
	b.shows("#recent .held", "Held back from ann at ACME shop: the visitor has left the page · Pricing")
	s.run("", "close", "museum", "--until", "2026-11-23T16:00")
	for id, state := range map[string]string{"acme": "Online", "bakery": "Offline", "clinic": "Offline", "gallery": "Away", "hotline": "Online", "museum": "Offline"} {
		b.shows(`[data-id="`+id+`"] .state`, state)
	}
	b.shows("#recent", "Railway museum is offline")
	b.shows(`[data-id="museum"] .coming`, "Override: closed until")
	b.shows("#destinations", "crm redis_stream works")
	if !eval[bool](b, `document.querySelector("#recent").offsetParent !== null`) {
		t.Error("a wide page has no log beside the properties")
	}
	b.small("board")
	b.narrow("its picture")
	b.clean()
}

// small keeps a picture of at most 256 colours, where somebody wants it.
func (b *browser) small(name string) {
	b.Helper()
	b.picture(name)
	dir := os.Getenv(screenshotsVariable)
	if dir == "" {
		return
	}
	file := filepath.Join(dir, name+".png")
	taken, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	full, err := png.Decode(bytes.NewReader(taken))
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, reduced(full)); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		b.Fatal(err)
	}
}

// reduced paints a picture in its most frequent colours. Text has many shades of few colours, so no eye sees it.
func reduced(full image.Image) *image.Paletted {
	count := make(map[color.RGBA]int)
	bounds := full.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[color.RGBAModel.Convert(full.At(x, y)).(color.RGBA)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	palette := make(color.Palette, 0, 256)
	for _, c := range colours[:min(len(colours), cap(palette))] {
		palette = append(palette, c)
	}
	painted := image.NewPaletted(bounds, palette)
	draw.Draw(painted, bounds, full, bounds.Min, draw.Src)
	return painted
}

func TestThePictureOfTheBoardIsSmallAndNotInTheProgram(t *testing.T) {
	t.Parallel()
	file := filepath.Join(root, boardPicture)
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(body) >= 200_000 {
		t.Errorf("%d bytes", len(body))
	}
	switch size, err := png.DecodeConfig(bytes.NewReader(body)); {
	case err != nil:
		t.Error(err)
	case size.Width != 1440:
		t.Errorf("it is %d pixels wide", size.Width)
	}
	list := exec.Command("go", "list", "-f", `{{range .EmbedFiles}}{{.}}{{"\n"}}{{end}}`, "./cmd/deskbell/...")
	list.Dir = root
	embedded, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	if text := string(embedded); !strings.Contains(text, "board.js") || strings.Contains(text, ".png") {
		t.Errorf("the program embeds\n%s", text)
	}
}
