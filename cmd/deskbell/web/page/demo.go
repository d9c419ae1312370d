// Package page serves web pages of any site: the states of widgets, the streams of widgets and visits, and a demo of both.
package page

import (
	"embed"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
)

//go:embed demo
var demoFiles embed.FS

// Demo is a sample page with a chat widget: /demo is the site of a shop, /demo/agent is where one
// answers as its agent. Both are for the property "demo" of the sample, send real events to POST
// /v1/events on the same origin, and read the public streams. Their messages to each other go
// from tab to tab in the browser, as a chat application would carry them.
func Demo() *web.Site {
	mux := new(web.Mux)
	mux.Handle("GET /demo", web.Embedded(demoFiles, "demo/index.html"))
	mux.Handle("GET /demo/agent", web.Embedded(demoFiles, "demo/agent.html"))
	for _, name := range []string{"demo.css", "shop.js", "agent.js", "chat.js", "talk.js"} {
		mux.Handle("GET /demo/"+name, web.Embedded(demoFiles, "demo/"+name))
	}
	return &web.Site{Handler: web.OwnFilesOnly(web.PlainErrors(&mux.ServeMux)), Patterns: mux.Patterns()}
}
