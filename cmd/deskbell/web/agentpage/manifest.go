package agentpage

import (
	"net/http"
	"strings"

	"github.com/deskbell/deskbell/cmd/deskbell/web"
)

// manifest describes the page to a device that installs it.
//
// An installed page has the browser's cookies, except on Apple's devices: there it begins with none. So the address with
// which it starts has the secret of the link on these, as the link itself has it. On others it has none: Chrome sends the
// manifest to a server of Google, which makes an Android app of it.
func manifest(w http.ResponseWriter, r *http.Request) {
	start := web.AgentPath
	if secret := web.AgentSecret(r); secret != "" && isApple(r.UserAgent()) {
		start += "#" + secret
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Cookie, User-Agent")
	body := map[string]any{
		"id": web.AgentPath, "name": "Deskbell", "short_name": "Deskbell", "description": "Your hours, your status, and notices.",
		"start_url": start, "scope": web.AgentPath, "display": "standalone", "background_color": "#f5f6f7", "theme_color": "#0b6e6e",
		"icons": []map[string]string{
			{"src": "/agent/icon-192.png", "sizes": "192x192", "type": "image/png"},
			{"src": "/agent/icon-512.png", "sizes": "512x512", "type": "image/png"},
			{"src": "/agent/icon-512.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
		},
	}
	web.AnswerAs(w, "application/manifest+json", http.StatusOK, body)
}

// isApple tells whether a browser is one of Apple's engine.
func isApple(userAgent string) bool {
	return strings.Contains(userAgent, "AppleWebKit/") && !strings.Contains(userAgent, "Chrome/")
}
