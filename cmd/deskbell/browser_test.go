package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// screenshotsVariable names a directory for pictures of the tests' pages; without it
// there are none.
const screenshotsVariable = "DESKBELL_TEST_SCREENSHOTS"

// browser is a headless Chromium of the test's own, with one page.
type browser struct {
	*testing.T
	ctx context.Context

	mu     sync.Mutex
	host   string   // the only one it may ask
	faults []string // of the page since the last look
}

// newBrowser starts Chromium. Without one, the test is skipped.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	return newBrowserWith(t, "{}")
}

// newBrowserWith starts one whose user has set some preferences, as JSON.
func newBrowserWith(t *testing.T, preferences string) *browser {
	t.Helper()
	program := redistest.Program(t, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
	profile := t.TempDir()
	if err := os.Mkdir(filepath.Join(profile, "Default"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(profile, "Default", "Preferences"), []byte(preferences), 0o600); err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.WindowSize(1280, 900), chromedp.WSURLReadTimeout(redistest.Patience),
		chromedp.Env("TZ=UTC")) // a page shows the hours of several zones in that of its reader
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	b := &browser{T: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.heed); err != nil { // it starts the browser, which lives as long as this context
		t.Fatal(err)
	}
	tell(b, network.Enable, network.EnableParams{})
	tell(b, log.Enable, cdp.Empty{})
	tell(b, runtime.Enable, cdp.Empty{})
	return b
}

// tell sends the browser a command.
func tell[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.Fatal(err)
	}
}

// heed notes faults: a message on the console, a request that fails, a request to
// anybody else.
func (b *browser) heed(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.fault(fmt.Sprintf("exception: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		args, _ := json.Marshal(e.Args)
		b.fault(fmt.Sprintf("console.%s: %s", e.Type, args))
	case *log.EventEntryAdded:
		b.fault(fmt.Sprintf("log %s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
	case *network.EventRequestWillBeSent:
		b.mu.Lock()
		host := b.host
		b.mu.Unlock()
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && u.Host != host { // a sign within a field of the browser's own asks nobody
			b.fault("asked for " + e.Request.URL)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled {
			b.fault("failed: " + e.ErrorText)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			b.fault(fmt.Sprintf("%d for %s", e.Response.Status, e.Response.URL))
		}
	}
}

func (b *browser) fault(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, text)
}

// clean fails the test where the page had a fault, except those that the test made.
func (b *browser) clean(accepted ...string) {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
faults:
	for _, fault := range b.faults {
		for _, part := range accepted {
			if strings.Contains(fault, part) {
				continue faults
			}
		}
		b.Error(fault)
	}
	b.faults = nil
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := redistest.Patient(b.ctx)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// open loads a page.
func (b *browser) open(address string) {
	b.Helper()
	u, err := url.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	b.mu.Lock()
	b.host = u.Host
	b.mu.Unlock()
	b.do(chromedp.Navigate(address))
}

// eval gives the value of a JavaScript expression, a promise's too.
func eval[T any](b *browser, expression string) T {
	b.Helper()
	value, err := tryEval[T](b, expression)
	if err != nil {
		b.Fatal(err)
	}
	return value
}

func tryEval[T any](b *browser, expression string) (T, error) {
	ctx, cancel := redistest.Patient(b.ctx)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// await waits until an expression has a value that fits. A page that is just being left for another one has none.
func (b *browser) await(what, expression string, fits func(string) bool) {
	b.Helper()
	redistest.Wait(b, what, func() bool {
		value, err := tryEval[string](b, expression)
		if err != nil && !strings.Contains(err.Error(), "navigated or closed") && !strings.Contains(err.Error(), "context") {
			b.Fatal(err)
		}
		return err == nil && fits(value)
	})
}

// textOf is an expression for the visible text of the elements that a selector finds, with line breaks between them.
func textOf(selector string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%q)].map((e) => e.innerText).join("\n")`, selector)
}

// text is the visible text of the elements that a selector finds.
func (b *browser) text(selector string) string {
	b.Helper()
	return eval[string](b, textOf(selector))
}

// shows waits until elements show a text.
func (b *browser) shows(selector, text string) {
	b.Helper()
	b.showsLike(selector, regexp.QuoteMeta(text))
}

// showsLike waits until elements show a text that a pattern matches.
func (b *browser) showsLike(selector, pattern string) {
	b.Helper()
	shown := ""
	defer func() {
		if b.Failed() {
			b.clean() // it may say why
			b.Logf("%s shows %q", selector, shown)
		}
	}()
	b.await(fmt.Sprintf("%s shows %q", selector, pattern), textOf(selector), func(text string) bool {
		shown = text
		return regexp.MustCompile(pattern).MatchString(shown)
	})
}

// follow clicks a link until its page is there: on a busy machine the link may move away from under the mouse.
func (b *browser) follow(path string) {
	b.Helper()
	var clicked time.Time
	b.await("the page "+path, "location.pathname", func(at string) bool {
		if at != path && time.Since(clicked) > 5*time.Second {
			b.click(fmt.Sprintf(`a[href=%q]`, path))
			clicked = time.Now()
		}
		return at == path
	})
}

// click clicks an element as a mouse does.
func (b *browser) click(selector string) {
	b.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// press presses keys one after the other.
func (b *browser) press(keys ...string) {
	b.Helper()
	for _, key := range keys {
		if key != "/" {
			b.do(chromedp.KeyEvent(key))
			continue
		}
		// KeyEvent would write it, too, although the page takes it for something else.
		tell(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: key})
		tell(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: key})
	}
}

// pressOn gives an element the focus, as soon as it is there and shown, and presses keys.
func (b *browser) pressOn(selector string, keys ...string) {
	b.Helper()
	b.await("the focus is on "+selector, focusOn(selector), func(is string) bool { return is == "true" })
	b.press(keys...)
}

// openByKeys opens a dialog by the Enter key on an element, which may be drawn anew before the key comes.
func (b *browser) openByKeys(selector, dialog string) {
	b.Helper()
	open := fmt.Sprintf(`document.querySelector(%q).open ? "open" : %s`, dialog, focusOn(selector))
	b.await(dialog+" is open", open, func(is string) bool {
		if is == "true" {
			b.press(kb.Enter)
		}
		return is == "open"
	})
}

// focusOn is an expression that gives an element the focus, and tells whether it has it.
func focusOn(selector string) string {
	return fmt.Sprintf(`((e) => { e?.focus(); return String(e !== null && document.activeElement === e); })(document.querySelector(%q))`, selector)
}

// focused is the name of the element that has the focus, for a screen reader.
func (b *browser) focused() string {
	b.Helper()
	return eval[string](b, `(document.activeElement.getAttribute("aria-label") || document.activeElement.innerText || document.activeElement.id).trim()`)
}

// device sets the size of the screen, and its colour scheme.
func (b *browser) device(width, height int64, scheme string) {
	b.Helper()
	tell(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
	tell(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// picture keeps a picture of the page, where somebody wants it.
func (b *browser) picture(name string) {
	b.Helper()
	dir := os.Getenv(screenshotsVariable)
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil && strings.Contains(err.Error(), "too large") { // for the browser: its beginning must do
		png, err = chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	}
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		b.Fatal(err)
	}
}

// accessible fails the test where axe finds something that is serious or worse, and
// logs the rest.
func (b *browser) accessible(what string) {
	b.Helper()
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		b.Fatal(err)
	}
	eval[int](b, string(axe)+";0")
	type violation struct {
		ID     string `json:"id"`
		Impact string `json:"impact"`
		Help   string `json:"help"`
		Nodes  []struct {
			HTML           string `json:"html"`
			FailureSummary string `json:"failureSummary"`
		} `json:"nodes"`
	}
	for _, v := range eval[[]violation](b, `axe.run().then((r) => r.violations)`) {
		say := b.Logf
		if v.Impact == "serious" || v.Impact == "critical" {
			say = b.Errorf
		}
		say("%s: %s (%s): %s", what, v.ID, v.Impact, v.Help)
		for _, n := range v.Nodes {
			say("  %s\n  %s", n.HTML, n.FailureSummary)
		}
	}
}

// narrow fails the test where the page is wider than its window.
func (b *browser) narrow(what string) {
	b.Helper()
	if over := eval[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		b.Errorf("%s: the page is %d pixels wider than its window", what, over)
	}
}
