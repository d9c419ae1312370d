package definition

import "github.com/deskbell/deskbell/domain/table"

// Package hours reads the keys in a schedule, and describes them in words. These tables are for editors.

func scheduleKeys() []table.Entry {
	return []table.Entry{
		{Key: "time_zone", Shape: timeZone().Shape,
			Doc: "The zone of its hours; that of the property or agent where there is none."},
		{Key: "weekly", Shape: weeklyShape(), Required: true,
			Doc: "The windows of each day: days or ranges of days, and their hours. Days that are not named are closed."},
		{Key: "holidays", Shape: holidaysShape(),
			Doc: "Public holidays, on which it is closed: a country, also in short, as in `FR` or `DE-BY`. `deskbell holidays` lists them."},
		{Key: "exceptions", Shape: exceptionsShape(),
			Doc: "Dates with other hours. They beat holidays, and these beat the week. Of several on a date, the shortest holds."},
		{Key: "rotation", Shape: rotationShape(),
			Doc: "Agents who take turns in its hours. Each works in their own turns, and all of them before the first."},
	}
}

func rotationShape() table.Shape {
	every := table.Shape{Name: "days or weeks", Schema: map[string]any{"type": "string", "pattern": `^[0-9]+[dw]$`, "examples": []any{"1w", "2w", "3d"}}}
	agent := map[string]any{"type": []any{"string", "number"}, "pattern": table.IDPattern}
	of := listSchema(agent, 100)
	of["type"], of["minItems"], of["uniqueItems"] = "array", 2, true
	day := table.Shape{Name: "date", Schema: map[string]any{"type": "string", "format": "date", "pattern": `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`}}
	keys := []table.Entry{
		{Key: "every", Shape: every, Required: true, Doc: "How long a turn is, in whole days of its zone."},
		{Key: "of", Shape: table.Shape{Name: "list of agents", Schema: of}, Required: true, Doc: "The agents, in the order of their turns."},
		{Key: "from", Shape: day, Required: true, Doc: "The first day of the first turn."},
	}
	return table.Shape{Name: "rotation", Schema: table.Schema(keys), Keys: keys}
}

func scheduleSchema() map[string]any {
	return map[string]any{"anyOf": []any{presetSchema(), table.Schema(scheduleKeys())}}
}

func presetSchema() map[string]any {
	return map[string]any{"type": "string", "minLength": 1, "examples": []any{"24/7", "mon-fri 9-17", "weekdays 9-17; sat 10-14"}}
}

func weeklyShape() table.Shape {
	days := map[string]any{}
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon-fri", "sat,sun", "weekdays", "weekend", "daily"} {
		days[day] = windowsSchema()
	}
	return table.Shape{Name: "map of hours by day, or a preset", Schema: map[string]any{"anyOf": []any{
		presetSchema(),
		map[string]any{"type": "object", "properties": days, "additionalProperties": windowsSchema()},
	}}}
}

func windowsSchema() map[string]any {
	text := map[string]any{"type": "string", "minLength": 1, "examples": []any{"09:00-12:00, 13:00-18:00", "22:00-02:00", "closed"}}
	return map[string]any{"anyOf": []any{text, map[string]any{"type": "array", "items": text, "maxItems": 48}}}
}

func windowsShape() table.Shape { return table.Shape{Name: "hours", Schema: windowsSchema()} }

func holidaysShape() table.Shape {
	line := table.Shape{Name: "text", Schema: map[string]any{"type": "string", "minLength": 1}}
	names := map[string]any{"anyOf": []any{line.Schema, listSchema(line.Schema, 200)}}
	hours := map[string]any{"type": table.OrNull("object"), "maxProperties": 200, "additionalProperties": windowsSchema()}
	region := table.Shape{Name: "text", Schema: map[string]any{"type": []any{"string", "integer"}, "minLength": 1}} // 57 is Moselle
	types := map[string]any{"type": "string", "enum": []any{"bank", "school", "optional"}}
	keys := []table.Entry{
		{Key: "country", Shape: line, Required: true, Doc: "ISO 3166-1 code of the country."},
		{Key: "region", Shape: region, Doc: "ISO 3166-2 code of the region, where holidays differ by region: `BY` or `DE-BY`."},
		{Key: "also", Shape: table.Shape{Name: "`bank`, `school`, `optional`, or a list of them", Schema: map[string]any{"anyOf": []any{types, listSchema(types, 200)}}},
			Doc: "Types of holidays that close beside the public ones."},
		{Key: "except", Shape: table.Shape{Name: "list of holidays", Schema: names}, Doc: "Holidays that are days like others, by their local or English names."},
		{Key: "hours", Shape: table.Shape{Name: "map of hours by holiday", Schema: hours}, Doc: "Holidays that have hours of their own."},
	}
	return table.Shape{Name: "holidays", Schema: map[string]any{"anyOf": []any{line.Schema, table.Schema(keys)}}, Keys: keys}
}

func exceptionsShape() table.Shape {
	day := table.Shape{Name: "date", Schema: map[string]any{"type": "string", "pattern": `^\s*([0-9]{4}-)?[0-9]{2}-[0-9]{2}\s*$`}}
	flag := table.Shape{Name: "`true`, `false`", Schema: map[string]any{"type": table.OrNull("boolean")}}
	line := table.Shape{Name: "text", Schema: map[string]any{"type": "string", "minLength": 1, "maxLength": 200}}
	keys := []table.Entry{
		{Key: "on", Shape: day, Doc: "The date, instead of `from` and `to`."},
		{Key: "from", Shape: day, Doc: "The first date."},
		{Key: "to", Shape: day, Doc: "The last date."},
		{Key: "yearly", Shape: flag, Default: false, Doc: "Every year again. The year may then be left out."},
		{Key: "closed", Shape: flag, Default: false, Doc: "Closed all day. Either this or `hours`."},
		{Key: "hours", Shape: windowsShape(), Doc: "The windows that replace those of the date."},
		{Key: "name", Shape: line, Doc: "What it is called where somebody asks why."},
	}
	one := table.Schema(keys)
	one["type"] = "object"
	one["oneOf"] = []any{
		map[string]any{"required": []any{"on"}, "properties": map[string]any{"from": false, "to": false}},
		map[string]any{"required": []any{"from", "to"}, "properties": map[string]any{"on": false}},
	}
	one["anyOf"] = []any{map[string]any{"required": []any{"hours"}}, map[string]any{"required": []any{"closed"}}}
	list := listSchema(map[string]any{"type": "object", "oneOf": []any{one, calendarSchema()}}, 1000)
	list["type"] = "array"
	keys = append(keys, calendarKeys("When it is closed.")...)
	return table.Shape{Name: "list of exceptions", Schema: list, Below: "[]", Keys: keys}
}

// calendarKeys are those of an exception, or of a leave, that is a calendar; what names its events.
func calendarKeys(what string) []table.Entry {
	line := table.Shape{Name: "name of a file", Schema: map[string]any{"type": "string", "minLength": 1, "maxLength": 200, "examples": []any{"closures.ics"}}}
	address := table.Shape{Name: "URL", Schema: map[string]any{
		"type": "string", "maxLength": mostURL, "pattern": `^(https|webcal)://[^\s/?#@…]+([/?][^\s#…]*)?$`, "examples": []any{"https://calendar.example.com/closures.ics"},
	}}
	text := func(pattern string) map[string]any { return map[string]any{"type": "string", "pattern": pattern} }
	name := map[string]any{"type": "string", "minLength": 1, "maxLength": 200}
	closure := map[string]any{"type": "object", "additionalProperties": false, "required": []any{"from"}, "properties": map[string]any{
		"from": text(`^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]+)?$`), "to": text(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`), "until": text(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+$`),
		"zone": name, "name": name,
	}, "oneOf": []any{map[string]any{"required": []any{"to"}}, map[string]any{"required": []any{"until"}}}}
	return []table.Entry{
		{Key: "ical", Shape: line, Doc: what + " An iCalendar file beside definitions that come from the command line; it is read when they are applied."},
		{Key: "ical_url", Shape: address, Doc: what + " The address of an iCalendar, which workers fetch every hour. Not shown: it may hold a token."},
		{Key: "closures", Shape: table.Shape{Name: "list of closures", Schema: listSchema(closure, 10_000)}, Doc: "What the file said when it was read. Deskbell writes it, beside `ical`."},
	}
}

func calendarSchema() map[string]any {
	one := table.Schema(calendarKeys(""))
	one["type"], one["title"] = "object", "calendar"
	one["oneOf"] = []any{
		map[string]any{"required": []any{"ical"}},
		map[string]any{"required": []any{"ical_url"}, "properties": map[string]any{"closures": false}},
	}
	return one
}
