package draw

import "strings"

// barOf draws a day's slots, two a column, in one colour change per run of columns. now is the column of now, or -1.
func (d *drawing) barOf(day *day, now int) string {
	var bar, run strings.Builder
	colour := ""
	for i := range d.bar {
		next, sign := d.column(day, i)
		if i == now {
			next, sign = Red, "┃"
		}
		if next != colour {
			bar.WriteString(d.Paint(colour, run.String()))
			run.Reset()
			colour = next
		}
		run.WriteString(sign)
	}
	return bar.String() + d.Paint(colour, run.String())
}

// column is the colour and the sign of one column of a day's bar.
func (d *drawing) column(day *day, i int) (colour, sign string) {
	left, right := day.slots[2*i], day.slots[2*i+1]
	switch {
	case left == slotOpen && right == slotOpen:
		return Green, "█"
	case left == slotOpen:
		return Green, "▌"
	case right == slotOpen:
		return Green, "▐"
	case left == slotSkipped && right == slotSkipped:
		return Yellow, "╳"
	case i%(d.bar/24) == 0:
		return dim, "·" // the full hours
	}
	return dim, " "
}

// plain writes a drawing for a terminal without UTF-8: its signs by their likes, every other letter as "?".
func plain(text string) string {
	text = strings.NewReplacer("█", "#", "▒", "!", "▌", "+", "▐", "+", "╳", "x", "┃", "|", "▸", ">", "╰", "`",
		"→", "->", "–", "-", "·", ".").Replace(text)
	return strings.Map(func(r rune) rune {
		if r > 126 {
			return '?'
		}
		return r
	}, text)
}
