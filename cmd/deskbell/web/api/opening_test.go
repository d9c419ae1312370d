package api_test

import (
	"strings"
	"testing"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
)

const openingJSON, openingText = "application/ld+json", "text/plain; charset=utf-8"

func TestOpeningHoursForAPage(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	const path = "/v1/properties/acme/opening-hours"
	b.Want(404, webtest.Request{}, "GET", path, "")
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{"name": "ACME", "time_zone": "Europe/Paris", "language": "fr", "schedule": {
		"weekly": {"mon-thu": "9-12, 13-17", "fri": "20-2", "sun": "0-24"}, "exceptions": [
			{"from": "2026-12-25", "to": "2026-12-26", "closed": true, "name": "Noël"}, {"on": "2026-12-31", "hours": "9-12"}]}}`)
	json := b.Want(200, webtest.Request{}, "GET", path, "")
	if got := json.Header.Get("Content-Type"); got != openingJSON {
		t.Errorf("it is %s", got)
	}
	webtest.SameJSON(t, json.Body, `{"@context": "https://schema.org", "@type": "LocalBusiness", "name": "ACME",
		"openingHoursSpecification": [
			{"@type": "OpeningHoursSpecification", "dayOfWeek": ["https://schema.org/Monday", "https://schema.org/Tuesday", "https://schema.org/Wednesday", "https://schema.org/Thursday"], "opens": "09:00", "closes": "12:00"},
			{"@type": "OpeningHoursSpecification", "dayOfWeek": ["https://schema.org/Monday", "https://schema.org/Tuesday", "https://schema.org/Wednesday", "https://schema.org/Thursday"], "opens": "13:00", "closes": "17:00"},
			{"@type": "OpeningHoursSpecification", "dayOfWeek": ["https://schema.org/Friday"], "opens": "20:00", "closes": "02:00"},
			{"@type": "OpeningHoursSpecification", "dayOfWeek": ["https://schema.org/Sunday"], "opens": "00:00", "closes": "23:59"}],
		"specialOpeningHoursSpecification": [
			{"@type": "OpeningHoursSpecification", "name": "Noël", "validFrom": "2026-12-25", "validThrough": "2026-12-25", "opens": "00:00", "closes": "00:00"},
			{"@type": "OpeningHoursSpecification", "validFrom": "2026-12-31", "validThrough": "2026-12-31", "opens": "09:00", "closes": "12:00"}]}`)
	b.Document().Check("/paths/~1v1~1properties~1%7Bid%7D~1opening-hours/get/responses/200/content/application~1ld+json/schema", json.Body)
	for language, want := range map[string]string{
		"": "lundi – jeudi: 09:00 – 12:00, 13:00 – 17:00\n", "&language=en": "Monday – Thursday: 9:00 AM – 12:00 PM, 1:00 PM – 5:00 PM\n", "&language=tlh": "lundi – jeudi:",
	} {
		text := b.Want(200, webtest.Request{}, "GET", path+"?format=text"+language, "")
		if !strings.HasPrefix(text.Body, want) || text.Header.Get("Content-Type") != openingText {
			t.Errorf("%q: %s, %s", language, text.Header.Get("Content-Type"), text.Body)
		}
	}
	for accept, want := range map[string]string{
		"text/plain": openingText, "text/*;q=0.9, application/json;q=0.5": openingText, "application/json, text/plain, */*": openingJSON,
		"text/html,application/xhtml+xml,*/*;q=0.8": openingJSON, "": openingJSON, "image/png": openingJSON, "application/ld+json, text/plain;q=0.1": openingJSON,
	} {
		r := webtest.Request{Headers: map[string]string{"Accept": accept}}
		if a := b.Want(200, r, "GET", path, ""); a.Header.Get("Content-Type") != want || !strings.Contains(strings.Join(a.Header["Vary"], ","), "Accept") {
			t.Errorf("%q: %v", accept, a.Header)
		}
		if a := b.Want(200, r, "GET", path+"?format=json", ""); a.Header.Get("Content-Type") != openingJSON {
			t.Errorf("%q, and JSON is asked for: %v", accept, a.Header)
		}
	}
	b.Want(422, webtest.Request{}, "GET", path+"?format=html", "")
}

// TestOpeningHoursOfDepartments has hours of a department's own, an override that closes the property for a while, and one that closes the
// other department until it is cleared.
func TestOpeningHoursOfDepartments(t *testing.T) {
	t.Parallel()
	b := webtest.New(t) // at 08:30 in UTC on a Monday
	const path = "/v1/properties/acme"
	b.Want(201, webtest.Request{}, "PUT", path, `{"schedule": "mon-fri 9-17", "departments": {"sales": {"name": "Sales", "schedule": "mon-sat 12-20"}, "repair": {}}}`)
	b.Want(200, webtest.Request{}, "PUT", path+"/override", `{"open": false, "until": "2026-11-23T14:00:00Z"}`)
	b.Want(200, webtest.Request{}, "PUT", path+"/departments/repair/override", `{"open": false}`)
	json := b.Want(200, webtest.Request{}, "GET", path+"/opening-hours", "").Body
	const week = `"dayOfWeek": ["https://schema.org/Monday", "https://schema.org/Tuesday", "https://schema.org/Wednesday", "https://schema.org/Thursday", "https://schema.org/Friday"]`
	webtest.SameJSON(t, json, `{"@context": "https://schema.org", "@type": "LocalBusiness", "name": "acme",
		"openingHoursSpecification": [{"@type": "OpeningHoursSpecification", `+week+`, "opens": "09:00", "closes": "17:00"}],
		"specialOpeningHoursSpecification": [{"@type": "OpeningHoursSpecification", "validFrom": "2026-11-23", "validThrough": "2026-11-23", "opens": "14:00", "closes": "17:00"}],
		"department": [{"@type": "LocalBusiness", "name": "repair",
			"openingHoursSpecification": [{"@type": "OpeningHoursSpecification", `+week+`, "opens": "09:00", "closes": "17:00"}],
			"specialOpeningHoursSpecification": [{"@type": "OpeningHoursSpecification", "validFrom": "2026-11-23", "validThrough": "2027-11-22", "opens": "00:00", "closes": "00:00"}]
		}, {"@type": "LocalBusiness", "name": "Sales",
			"openingHoursSpecification": [{"@type": "OpeningHoursSpecification", `+week+`, "opens": "12:00", "closes": "17:00"}],
			"specialOpeningHoursSpecification": [{"@type": "OpeningHoursSpecification", "validFrom": "2026-11-23", "validThrough": "2026-11-23", "opens": "14:00", "closes": "17:00"}]
		}]}`)
	b.Document().Check("/paths/~1v1~1properties~1%7Bid%7D~1opening-hours/get/responses/200/content/application~1ld+json/schema", json)
	text := b.Want(200, webtest.Request{}, "GET", path+"/opening-hours?format=text", "").Body
	if parts := strings.Split(text, "\n\n"); len(parts) != 6 || !strings.HasPrefix(parts[2], "repair\nMonday – Friday: 9:00") || !strings.HasPrefix(parts[4], "Sales\nMonday – Friday: 12:00") {
		t.Errorf("got %s", text)
	}
}
