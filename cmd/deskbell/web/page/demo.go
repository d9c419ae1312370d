// Package page serves web pages of any site: the states of widgets, the streams of widgets and visits, the script that does all of
// this for a page, and a demo.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"net/http"
	"time"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
)

//go:embed demo
var demoFiles embed.FS

// noKey stands in the page of the demo where its key belongs.
const noKey = "pk_demo"

// Demo is a sample page with a chat widget: /demo is the site of a shop, whose page has the script with a publishable key of the property
// "demo" of the sample and does nothing without it; /demo/agent is where one answers as its agent, and sends the events that a chat
// application sends. Their messages to each other go from tab to tab in the browser, as that application would carry them.
func Demo(key string) (*web.Site, error) {
	index, err := demoFiles.ReadFile("demo/index.html")
	if err != nil {
		return nil, fmt.Errorf("reading the demo: %w", err)
	}
	index = bytes.Replace(index, []byte(noKey), []byte(key), 1)
	mux := new(web.Mux)
	mux.HandleFunc("GET /demo", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "index.html", time.Time{}, bytes.NewReader(index))
	})
	mux.Handle("GET /demo/agent", web.Embedded(demoFiles, "demo/agent.html"))
	for _, name := range []string{"demo.css", "shop.js", "agent.js", "chat.js", "talk.js"} {
		mux.Handle("GET /demo/"+name, web.Embedded(demoFiles, "demo/"+name))
	}
	return &web.Site{Handler: web.OwnFilesOnly(web.PlainErrors(&mux.ServeMux)), Patterns: mux.Patterns()}, nil
}
