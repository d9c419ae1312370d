package holidays

// easter is the day number of Easter Sunday by the Gregorian calendar: the computus of Meeus, Jones and Butcher.
func easter(year int) int {
	a, b, c := year%19, year/100, year%100
	g := (8*b + 13) / 25
	h := (19*a + b - b/4 - g + 15) % 30
	m := (a + 11*h) / 319
	r := (2*(b%4) + 2*(c/4) - c%4 - h + m + 32) % 7
	month := (h - m + r + 90) / 25
	return number(year, month, (h-m+r+month+19)%32)
}

// orthodoxEaster is the day number of Easter Sunday by the Julian calendar (Meeus), as a date of the Gregorian.
func orthodoxEaster(year int) int {
	d := (19*(year%19) + 15) % 30
	e := (2*(year%4) + 4*(year%7) - d + 34) % 7
	month, day := (d+e+114)/31, (d+e+114)%31+1
	return number(year, month, day) + year/100 - year/400 - 2
}
