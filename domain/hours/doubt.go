package hours

import "fmt"

// longest is the window, in minutes, above which hours without am and pm were probably meant otherwise.
const longest = 16 * 60

// doubt warns of a window that is probably a mistake. half says that it was written with am and pm.
func (p *parser) doubt(path string, text piece, w Window, half bool) {
	if meant := w.twelveHours(); !half && meant != w {
		p.warn(path, text.offset, text.text, fmt.Sprintf("is open for %s, until %s on the next day; if %s is meant, write that",
			Duration(w.length()), w.closing(), meant))
	}
	if w.Closes%minutesPerDay == minutesPerDay-1 {
		p.warn(path, text.offset, text.text, "is closed for the last minute of the day; if the end of the day is meant, write 24:00")
	}
}

// twelveHours is the window that was meant where somebody wrote 9-5 for nine to five: the same one for all others.
func (w Window) twelveHours() Window {
	const half = minutesPerDay / 2
	meant := Window{w.Opens, w.Closes - half}
	if w.Closes-w.Opens <= longest || w.Opens == 0 || w.Opens > half || meant.Closes > minutesPerDay || meant.Closes <= w.Opens {
		return w
	}
	return meant
}
