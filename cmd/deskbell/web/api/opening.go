package api

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/negotiation"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/phrase"
	"github.com/deskbell/deskbell/jobs/view"
)

const (
	openingType = "application/ld+json"
	textType    = "text/plain; charset=utf-8"
	specialDays = 365 // from today
	schemaOrg   = "https://schema.org"
)

type openingInput struct {
	ID       string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	Format   string `query:"format" enum:"json,text" doc:"json: JSON-LD of schema.org for a page. text: lines to read. Default: what Accept asks for, else json."`
	Language string `query:"language" maxLength:"100" doc:"Of the text, such as fr or pt-BR; default: the property's, else English. One that is not known is passed over."`
	Accept   string `header:"Accept" hidden:"true"` // a parameter of this name is to be ignored in a document
}

type openingOutput struct {
	ContentType string `header:"Content-Type"`
	Vary        string `header:"Vary"`
	Body        []byte
}

// openingHours is a LocalBusiness of schema.org, and each of its departments.
type openingHours struct {
	Context     string         `json:"@context,omitempty"` // of the whole
	Type        string         `json:"@type"`
	Name        string         `json:"name"`
	Weekly      []openHours    `json:"openingHoursSpecification"`
	Special     []openHours    `json:"specialOpeningHoursSpecification"`
	Departments []openingHours `json:"department,omitempty"`
}

// openHours is an OpeningHoursSpecification. One that closes before it opens, or at the same time, closes on the next date; but 00:00
// to 00:00 is closed, and 00:00 to 23:59 open all day, as search engines read them.
type openHours struct {
	Type    string   `json:"@type"`
	Name    string   `json:"name,omitempty"`
	Days    []string `json:"dayOfWeek,omitempty"`
	From    string   `json:"validFrom,omitempty"`
	Through string   `json:"validThrough,omitempty"`
	Opens   string   `json:"opens"`
	Closes  string   `json:"closes"`
}

func (s *service) addOpeningHours(h huma.API) {
	op := kindOf(edit.KindProperty).operation(http.MethodGet, "/v1/properties/{id}/opening-hours", "get-opening-hours", "Get the opening hours for a page", http.StatusNotFound)
	op.Description = "The week, and the dates of a year from today on that differ from it, by exceptions, holidays and calendars, with their names, and by " +
		"overrides: one that holds until it is cleared lasts for that year. Then the same of each department, which is open only while its property is. " +
		"In the text, a dash alone stands for closed. Without format, the header Accept chooses between the two."
	op.Responses = map[string]*huma.Response{"200": {Description: "The hours", Content: map[string]*huma.MediaType{
		openingType: {Schema: raw(openingSchema())}, "text/plain": {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
	huma.Register(h, op, func(ctx context.Context, in *openingInput) (*openingOutput, error) {
		o, err := s.Client.OpeningHours(ctx, in.ID, s.Now(), specialDays)
		if err != nil {
			return nil, s.failed(err)
		}
		if in.Format == "text" || in.Format == "" && prefersText(in.Accept) {
			return &openingOutput{textType, "Accept", []byte(openingText(phrase.First(in.Language, o.Language), o))}, nil
		}
		page := openingOf(o)
		page.Context = schemaOrg
		body, err := json.Marshal(page)
		if err != nil {
			return nil, s.failed(err)
		}
		return &openingOutput{openingType, "Accept", body}, nil
	})
}

// prefersText tells whether an Accept header asks for text rather than for JSON.
func prefersText(accept string) bool {
	best := negotiation.SelectQValue(accept, []string{openingType, "application/json", "application/*", "*/*", "text/plain", "text/*"})
	return strings.HasPrefix(best, "text/")
}

func openingOf(o view.OpeningHours) openingHours {
	page := openingHours{Type: "LocalBusiness", Name: o.Name, Weekly: weeklyHours(o.Week), Special: specialHours(o.Special)}
	for _, d := range o.Departments {
		page.Departments = append(page.Departments, openingOf(d))
	}
	return page
}

// openingText has the departments after the property, each under its name.
func openingText(language string, o view.OpeningHours) string {
	text := phrase.Hours(language, o.OpenHours)
	for _, d := range o.Departments {
		text += "\n" + d.Name + "\n" + phrase.Hours(language, d.OpenHours)
	}
	return text
}

// weeklyHours has one entry for all weekdays with a window, from Monday.
func weeklyHours(week [7][]hours.Window) []openHours {
	all := []openHours{}
	for n := range 7 {
		day := time.Weekday((n + 1) % 7)
		for _, w := range week[day] {
			one := specification(w)
			i := slices.IndexFunc(all, func(o openHours) bool { return o.Opens == one.Opens && o.Closes == one.Closes })
			if i < 0 {
				i = len(all)
				all = append(all, one)
			}
			all[i].Days = append(all[i].Days, schemaOrg+"/"+day.String())
		}
	}
	return all
}

// specialHours has one entry for each window of dates in a row.
func specialHours(days []hours.SpecialDays) []openHours {
	all := []openHours{}
	for _, d := range days {
		windows := d.Windows
		if len(windows) == 0 {
			windows = []hours.Window{{}}
		}
		for _, w := range windows {
			one := specification(w)
			one.Name, one.From, one.Through = d.Name, d.Dates.From.String(), d.Dates.To.String()
			all = append(all, one)
		}
	}
	return all
}

func (o *openHours) isClosed() bool { return o.Opens == "00:00" && o.Closes == "00:00" }

func specification(w hours.Window) openHours {
	const day = 24 * time.Hour
	at := func(minute int) string {
		return time.Time{}.Add(time.Duration(minute) * time.Minute % day).Format("15:04")
	}
	one := openHours{Type: "OpeningHoursSpecification", Opens: at(w.Opens), Closes: at(w.Closes)}
	if one.isClosed() && w.Closes > 0 {
		one.Closes = "23:59"
	}
	return one
}

func openingSchema() map[string]any {
	word := map[string]any{"type": "string"}
	hour := map[string]any{"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}
	date := map[string]any{"type": "string", "format": "date"}
	list := map[string]any{"type": "array", "items": map[string]any{
		"type": "object", "required": []any{"@type", "opens", "closes"}, "additionalProperties": false,
		"properties": map[string]any{
			"@type": word, "name": word, "dayOfWeek": map[string]any{"type": "array", "items": word}, "validFrom": date, "validThrough": date, "opens": hour, "closes": hour,
		},
	}}
	unit := func(required []any, more map[string]any) map[string]any {
		properties := map[string]any{"@type": word, "name": word, "openingHoursSpecification": list, "specialOpeningHoursSpecification": list}
		maps.Copy(properties, more)
		return map[string]any{
			"type": "object", "required": append(required, "@type", "name", "openingHoursSpecification", "specialOpeningHoursSpecification"),
			"additionalProperties": false, "properties": properties,
		}
	}
	return unit([]any{"@context"}, map[string]any{"@context": word, "department": map[string]any{"type": "array", "items": unit(nil, nil)}})
}
