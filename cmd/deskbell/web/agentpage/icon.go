package agentpage

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"net/http"
	"sync"
)

// icon is the bell of the board as a picture: phones show no SVG on their home screens, nor in notices. It fills its square, so
// that a phone may cut it to the shape of its icons.
func icon(size int) http.Handler {
	draw := sync.OnceValues(func() ([]byte, error) {
		var b bytes.Buffer
		err := png.Encode(&b, bell(size))
		return b.Bytes(), err
	})
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		body, err := draw()
		if err != nil {
			http.Error(w, "the icon cannot be drawn", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Cache-Control", "max-age=86400")
		_, _ = w.Write(body) // an error: the client has gone
	})
}

// bell draws it. A point of the picture is as white as the share of its samples that lie within the bell.
func bell(size int) image.Image {
	const samples = 4
	ground := color.RGBA{0x0b, 0x6e, 0x6e, 0xff}
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			within := 0
			for i := range samples * samples {
				dx, dy := (float64(i%samples)+.5)/samples, (float64(i/samples)+.5)/samples
				if inBell(32*(float64(x)+dx)/float64(size), 32*(float64(y)+dy)/float64(size)) {
					within++
				}
			}
			mix := func(c uint8) uint8 { return c + uint8((255-int(c))*within/(samples*samples)) }
			img.SetRGBA(x, y, color.RGBA{mix(ground.R), mix(ground.G), mix(ground.B), 0xff})
		}
	}
	return img
}

// inBell tells whether a point of the board's icon.svg, which is 32 wide and high, is white.
func inBell(x, y float64) bool {
	dome := y <= 22 && math.Hypot(x-16, y-22) <= 10
	base := near(x, y, 6, 25, 26, 25, 1.5)
	button := near(x, y, 16, 8.5, 16, 12, 1.25) || near(x, y, 13, 7.5, 19, 7.5, 1.25)
	return dome || base || button
}

// near tells whether a point is so close to a line.
func near(x, y, x1, y1, x2, y2, by float64) bool {
	dx, dy := x2-x1, y2-y1
	along := ((x-x1)*dx + (y-y1)*dy) / (dx*dx + dy*dy)
	along = max(0, min(1, along))
	return math.Hypot(x-x1-along*dx, y-y1-along*dy) <= by
}
