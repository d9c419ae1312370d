package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/deskbell/deskbell/jobs/redistest"
)

// tab is another tab of the same browser.
func (b *browser) tab(options ...chromedp.ContextOption) *browser {
	b.Helper()
	ctx, end := chromedp.NewContext(b.ctx, options...)
	b.Cleanup(end)
	other := &browser{T: b.T, ctx: ctx}
	if err := chromedp.Listen(ctx, other.heed); err != nil {
		b.Fatal(err)
	}
	tell(other, network.Enable, network.EnableParams{})
	tell(other, log.Enable, cdp.Empty{})
	tell(other, runtime.Enable, cdp.Empty{})
	return other
}

// write types a text into a field, and sends it.
func (b *browser) write(field, text string) {
	b.Helper()
	b.click(field)
	b.do(chromedp.SendKeys(chromedp.CSS(field), text+"\r"))
}

var demoAt = regexp.MustCompile(`http://[0-9.:]+/demo`)

// demo starts deskbell up, and gives where its sample page is.
func demo(t *testing.T) string {
	t.Helper()
	listen := "127.0.0.1:0"
	p := start(t, 0, []string{"DESKBELL_TIME_ZONE=UTC", "REDIS_URL=", "DESKBELL_DEFINITIONS=", "LOG_LEVEL=", "PORT=", "DESKBELL_LISTEN=" + listen}, "up")
	address := ""
	redistest.Wait(t, "the sample page is served", func() bool {
		address = demoAt.FindString(p.out.String())
		return address != "" && strings.Contains(p.out.String(), "widget demo is online")
	})
	return address
}

func TestDemoInABrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	address := demo(t)
	b.device(1280, 900, "light")
	began := time.Now()
	b.open(address)
	b.shows("#live", "Online")
	b.shows("#preview", "Welcome to the Demo shop!")
	b.shows("#step-welcome.seen", "Be welcomed")
	b.picture("demo-welcome")
	b.accessible("the welcome")

	b.click(`a[href="#/pricing"]`)
	b.shows("#preview", "From six chairs on there is a better price")
	b.shows("#step-page.seen", "Hesitate")
	b.click("#bubble")
	b.shows("#suggested", "Yes, please")
	b.picture("demo-prices")

	b.write("#text", "<b>How much</b> for seven?")
	b.shows(`#said [data-from="visitor"]`, "<b>How much</b> for seven?")
	b.shows(`#said`, "Thanks for waiting, we are nearly with you.")
	b.shows("#step-rescue.seen", "Ask")
	b.shows("#wire", "chat.requested <b>How much</b> for seven?")
	b.picture("demo-rescue")
	b.accessible("the rescue")

	agent := b.tab()
	agent.device(1280, 900, "light")
	agent.open(address + "/agent")
	agent.shows("#chats", "waits for an answer")
	agent.shows("#chats", "<b>How much</b> for seven?")
	agent.picture("demo-agent-waiting")
	agent.write(".answer input", "Seven Herons are € 3,000.")
	agent.shows("#chats", "talks with you")
	agent.shows("#chats", "Seven Herons are € 3,000.")
	agent.shows("#chats .theirs", "Visitor")
	agent.shows("#chats .mine", "You")
	agent.picture("demo-agent")
	agent.accessible("the agent")
	b.shows(`#said [data-from="agent"]`, "Seven Herons are € 3,000.")

	b.click("#close")
	b.shows("#live", "Offline")
	b.shows("#step-closing.seen", "Close")
	b.shows("#demo-state", "is offline until")
	b.write("#text", "Are you still there?")
	b.shows(`#said [data-from="visitor"]`, "Are you still there?")
	b.picture("demo-closed")
	b.accessible("the closed shop")
	t.Logf("all four took %s", time.Since(began))

	b.do(chromedp.Navigate(address))
	b.shows("#said", "") // a reload keeps the messages
	b.click("#bubble")
	b.shows("#said", "Welcome to the Demo shop!")
	b.shows("#said", "Seven Herons are € 3,000.")
	if n := strings.Count(b.text("#said"), "Welcome to the Demo shop!"); n != 1 {
		t.Errorf("after a reload, the welcome is there %d times", n)
	}

	agent.click(".end")
	b.shows("#said", "The chat has ended.")
	b.shows("#leave-why", "We are closed.")
	b.picture("demo-form")
	b.accessible("the form")
	agent.shows("#nobody", "Nobody has asked for a chat")
	b.click("#close")
	b.shows("#live", "Online")

	b.device(1280, 900, "dark")
	b.picture("demo-dark")
	b.accessible("dark")
	b.device(360, 740, "light")
	b.narrow("on a phone")
	b.picture("demo-phone-chat")
	b.accessible("on a phone")
	b.click("#minimize")
	b.picture("demo-phone")
	b.clean()
	agent.clean()
}
