package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/phrase"
)

const (
	openingType  = "application/ld+json"
	textType     = "text/plain; charset=utf-8"
	specialDays  = 365 // from today
	schemaOrgDay = "https://schema.org/"
)

type openingInput struct {
	ID       string `path:"id" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	Format   string `query:"format" enum:"json,text" default:"json" doc:"json: JSON-LD of schema.org for a page. text: lines to read."`
	Language string `query:"language" maxLength:"100" doc:"Of the text, such as fr or pt-BR; default: the property's, else English. One that is not known is passed over."`
}

type openingOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// openingHours is a LocalBusiness of schema.org.
type openingHours struct {
	Context string      `json:"@context"`
	Type    string      `json:"@type"`
	Name    string      `json:"name"`
	Weekly  []openHours `json:"openingHoursSpecification"`
	Special []openHours `json:"specialOpeningHoursSpecification"`
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
	op.Description = "The week, and each date of a year from today on that differs from it: exceptions, holidays and calendars, with their names. " +
		"Overrides are left out. In the text, a dash alone stands for closed."
	op.Responses = map[string]*huma.Response{"200": {Description: "The hours", Content: map[string]*huma.MediaType{
		openingType: {Schema: raw(openingSchema())}, "text/plain": {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
	huma.Register(h, op, func(ctx context.Context, in *openingInput) (*openingOutput, error) {
		stored, err := s.Client.Get(ctx, edit.KindProperty, in.ID)
		if err != nil {
			return nil, s.failed(err)
		}
		var def struct{ Name, Language string }
		if err := json.Unmarshal(stored.Body, &def); err != nil {
			return nil, s.failed(err)
		}
		schedule, err := s.Client.Schedule(ctx, in.ID)
		if err != nil {
			return nil, s.failed(err)
		}
		year, month, day := s.Now().In(schedule.Location()).Date()
		week, special := schedule.Week(), schedule.SpecialDays(hours.Date{Year: year, Month: month, Day: day}, specialDays)
		if in.Format == "text" {
			return &openingOutput{textType, []byte(phrase.Hours(phrase.First(in.Language, def.Language), week, special))}, nil
		}
		if def.Name == "" {
			def.Name = in.ID
		}
		body, err := json.Marshal(openingHours{"https://schema.org", "LocalBusiness", def.Name, weeklyHours(week), specialHours(special)})
		if err != nil {
			return nil, s.failed(err)
		}
		return &openingOutput{openingType, body}, nil
	})
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
			all[i].Days = append(all[i].Days, schemaOrgDay+day.String())
		}
	}
	return all
}

// specialHours has one entry for each window of a date; dates in a row that are closed for one reason are one.
func specialHours(days []hours.OpenDay) []openHours {
	all := []openHours{}
	for _, d := range days {
		date := d.Date.String()
		if n := len(all); len(d.Windows) == 0 && n > 0 {
			last := &all[n-1]
			if last.isClosed() && last.Name == d.Name && last.Through == hours.DateOf(d.Date.Time().AddDate(0, 0, -1)).String() {
				last.Through = date
				continue
			}
		}
		windows := d.Windows
		if len(windows) == 0 {
			windows = []hours.Window{{}}
		}
		for _, w := range windows {
			one := specification(w)
			one.Name, one.From, one.Through = d.Name, date, date
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
	return map[string]any{
		"type": "object", "required": []any{"@context", "@type", "name", "openingHoursSpecification", "specialOpeningHoursSpecification"}, "additionalProperties": false,
		"properties": map[string]any{
			"@context": word, "@type": word, "name": word, "openingHoursSpecification": list, "specialOpeningHoursSpecification": list,
		},
	}
}
