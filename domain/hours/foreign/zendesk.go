package foreign

// readZendesk reads the intervals of a schedule, with or without its envelope, or the bare list: minutes since Sunday 00:00.
func readZendesk(d *draft, tree any) (key string, ok bool) {
	if inner := field(tree, "schedule"); field(inner, "intervals") != nil {
		tree = inner
	}
	list, key := tree, ""
	if m, isMap := tree.(map[string]any); isMap {
		list, key = m["intervals"], "intervals"
		d.zone = text(m["time_zone"])
	}
	intervals, _ := list.([]any)
	if len(intervals) == 0 || field(intervals[0], "start_time") == nil || field(intervals[0], "end_time") == nil {
		return "", false
	}
	for _, item := range items(list) {
		from, fromOK := number(field(item, "start_time"))
		to, toOK := number(field(item, "end_time"))
		if !fromOK || !toOK || from >= 7*minutesPerDay || to > 8*minutesPerDay || to <= from {
			d.leave("intervals", "of which one is not within the 10080 minutes of a week")
			continue
		}
		d.stretch(from, to)
	}
	for _, item := range items(field(tree, "holidays")) {
		from, to := text(field(item, "start_date")), text(field(item, "end_date"))
		d.except(map[string]any{"from": from, "to": to}, nil, text(field(item, "name")))
	}
	return key, true
}
