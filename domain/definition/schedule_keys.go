package definition

// What stands in a schedule is read by package hours, which describes it in words. These tables say it to editors.

func scheduleKeys() []entry {
	return []entry{
		{key: "time_zone", shape: timeZone().shape,
			doc: "The zone of its hours; that of the property or agent where there is none."},
		{key: "weekly", shape: weeklyShape(), required: true,
			doc: "The windows of each day: days or ranges of days, and their hours. Days that are not named are closed."},
		{key: "holidays", shape: holidaysShape(),
			doc: "Public holidays, on which it is closed: a country, also in short, as in `FR` or `DE-BY`."},
		{key: "exceptions", shape: exceptionsShape(),
			doc: "Dates with other hours. They beat holidays, and these beat the week."},
	}
}

func scheduleSchema() map[string]any {
	return map[string]any{"anyOf": []any{presetSchema(), objectSchema(scheduleKeys())}}
}

func presetSchema() map[string]any {
	return map[string]any{"type": "string", "minLength": 1, "examples": []any{"24/7", "mon-fri 9-17", "weekdays 9-17; sat 10-14"}}
}

func weeklyShape() shape {
	days := map[string]any{}
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon-fri", "sat,sun", "weekdays", "weekend", "daily"} {
		days[day] = windowsSchema()
	}
	return shape{name: "map of hours by day, or a preset", schema: map[string]any{"anyOf": []any{
		presetSchema(),
		map[string]any{"type": "object", "properties": days, "additionalProperties": windowsSchema()},
	}}}
}

func windowsSchema() map[string]any {
	text := map[string]any{"type": "string", "minLength": 1, "examples": []any{"09:00-12:00, 13:00-18:00", "22:00-02:00", "closed"}}
	return map[string]any{"anyOf": []any{text, map[string]any{"type": "array", "items": text, "maxItems": 48}}}
}

func windowsShape() shape { return shape{name: "hours", schema: windowsSchema()} }

func holidaysShape() shape {
	line := shape{name: "text", schema: map[string]any{"type": "string", "minLength": 1}}
	names := map[string]any{"anyOf": []any{line.schema, listSchema(line.schema, 200)}}
	hours := map[string]any{"type": orNull("object"), "maxProperties": 200, "additionalProperties": windowsSchema()}
	keys := []entry{
		{key: "country", shape: line, required: true, doc: "ISO 3166-1 code of the country."},
		{key: "region", shape: line, doc: "Code of the region, where holidays differ by region."},
		{key: "except", shape: shape{name: "list of holidays", schema: names}, doc: "Holidays that are days like others."},
		{key: "hours", shape: shape{name: "map of hours by holiday", schema: hours}, doc: "Holidays that have hours of their own."},
	}
	return shape{name: "holidays", schema: map[string]any{"anyOf": []any{line.schema, objectSchema(keys)}}, keys: keys}
}

func exceptionsShape() shape {
	day := shape{name: "date", schema: map[string]any{"type": "string", "pattern": `^\s*([0-9]{4}-)?[0-9]{2}-[0-9]{2}\s*$`}}
	flag := shape{name: "`true`, `false`", schema: map[string]any{"type": orNull("boolean")}}
	line := shape{name: "text", schema: map[string]any{"type": "string", "minLength": 1, "maxLength": 200}}
	keys := []entry{
		{key: "on", shape: day, doc: "The date, instead of `from` and `to`."},
		{key: "from", shape: day, doc: "The first date."},
		{key: "to", shape: day, doc: "The last date."},
		{key: "yearly", shape: flag, def: false, doc: "Every year again. The year may then be left out."},
		{key: "closed", shape: flag, def: false, doc: "Closed all day. Either this or `hours`."},
		{key: "hours", shape: windowsShape(), doc: "The windows that replace those of the date."},
		{key: "name", shape: line, doc: "What it is called where somebody asks why."},
	}
	one := objectSchema(keys)
	one["type"] = "object"
	one["oneOf"] = []any{
		map[string]any{"required": []any{"on"}, "properties": map[string]any{"from": false, "to": false}},
		map[string]any{"required": []any{"from", "to"}, "properties": map[string]any{"on": false}},
	}
	one["anyOf"] = []any{map[string]any{"required": []any{"hours"}}, map[string]any{"required": []any{"closed"}}}
	list := listSchema(one, 1000)
	list["type"] = "array"
	return shape{name: "list of exceptions", schema: list, below: "[]", keys: keys}
}
