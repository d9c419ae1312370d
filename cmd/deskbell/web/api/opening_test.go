package api_test

import (
	"strings"
	"testing"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
)

func TestOpeningHoursForAPage(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	const path = "/v1/properties/acme/opening-hours"
	b.Want(404, webtest.Request{}, "GET", path, "")
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{"name": "ACME", "time_zone": "Europe/Paris", "language": "fr", "schedule": {
		"weekly": {"mon-thu": "9-12, 13-17", "fri": "20-2", "sun": "0-24"}, "exceptions": [
			{"from": "2026-12-25", "to": "2026-12-26", "closed": true, "name": "Noël"}, {"on": "2026-12-31", "hours": "9-12"}]}}`)
	b.Want(200, webtest.Request{}, "PUT", "/v1/properties/acme/override", `{"open": true}`) // which is left out
	json := b.Want(200, webtest.Request{}, "GET", path, "")
	if got := json.Header.Get("Content-Type"); got != "application/ld+json" {
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
		if !strings.HasPrefix(text.Body, want) || text.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%q: %s, %s", language, text.Header.Get("Content-Type"), text.Body)
		}
	}
	b.Want(422, webtest.Request{}, "GET", path+"?format=html", "")
}
