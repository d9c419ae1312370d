package holidays

import (
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cy"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/ee"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fi"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/hu"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/is"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/ke"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lu"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mt"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/mx"
	"github.com/rickar/cal/v2/nc"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/pt"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/rs"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/th"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// calCountry is the holidays of a country in rickar/cal, as a whole and by region where they differ.
type calCountry struct {
	national []*cal.Holiday // nil: every holiday belongs to a region
	regions  map[string][]*cal.Holiday
}

// calCountries is every table that rickar/cal has. Earlier versions of Deskbell took their holidays from it.
func calCountries() map[string]calCountry {
	return map[string]calCountry{
		"AR": {ar.Holidays, nil},
		"AT": {at.Holidays, nil},
		"AU": {nil, map[string][]*cal.Holiday{
			"ACT": au.HolidaysACT,
			"NSW": au.HolidaysNSW,
			"NT":  au.HolidaysNT,
			"QLD": au.HolidaysQLD,
			"SA":  au.HolidaysSA,
			"TAS": au.HolidaysTAS,
			"VIC": au.HolidaysVIC,
			"WA":  au.HolidaysWA,
		}},
		"BE": {be.Holidays, nil},
		"BG": {bg.Holidays, nil},
		"BR": {br.Holidays, nil},
		"CA": {ca.Holidays, nil},
		"CH": {ch.Holidays, map[string][]*cal.Holiday{
			"ZH": ch.HolidaysZH,
			"BE": ch.HolidaysBE,
			"LU": ch.HolidaysLU,
			"UR": ch.HolidaysUR,
			"SZ": ch.HolidaysSZ,
			"OW": ch.HolidaysOW,
			"NW": ch.HolidaysNW,
			"GL": ch.HolidaysGL,
			"ZG": ch.HolidaysZG,
			"FR": ch.HolidaysFR,
			"SO": ch.HolidaysSO,
			"BS": ch.HolidaysBS,
			"BL": ch.HolidaysBL,
			"SH": ch.HolidaysSH,
			"AR": ch.HolidaysAR,
			"AI": ch.HolidaysAI,
			"SG": ch.HolidaysSG,
			"GR": ch.HolidaysGR,
			"AG": ch.HolidaysAG,
			"TG": ch.HolidaysTG,
			"VD": ch.HolidaysVD,
			"TI": ch.HolidaysTI,
			"VS": ch.HolidaysVS,
			"NE": ch.HolidaysNE,
			"GE": ch.HolidaysGE,
			"JU": ch.HolidaysJU,
		}},
		"CY": {cy.Holidays, nil},
		"CZ": {cz.Holidays, nil},
		"DE": {de.Holidays, map[string][]*cal.Holiday{
			"BW": de.HolidaysBW,
			"BY": de.HolidaysBY,
			"BE": de.HolidaysBE,
			"BB": de.HolidaysBB,
			"HB": de.HolidaysHB,
			"HH": de.HolidaysHH,
			"HE": de.HolidaysHE,
			"MV": de.HolidaysMV,
			"NI": de.HolidaysNI,
			"NW": de.HolidaysNW,
			"RP": de.HolidaysRP,
			"SL": de.HolidaysSL,
			"SN": de.HolidaysSN,
			"ST": de.HolidaysST,
			"SH": de.HolidaysSH,
			"TH": de.HolidaysTH,
		}},
		"DK": {dk.Holidays, nil},
		"EE": {ee.Holidays, nil},
		"ES": {es.Holidays, nil},
		"FI": {fi.Holidays, nil},
		"FR": {fr.Holidays, nil},
		"GB": {gb.Holidays, nil},
		"GR": {gr.Holidays, nil},
		"HR": {hr.Holidays, nil},
		"HU": {hu.Holidays, nil},
		"IE": {ie.Holidays, nil},
		"IS": {is.Holidays, nil},
		"IT": {it.Holidays, nil},
		"JP": {jp.Holidays, nil},
		"KE": {ke.Holidays, nil},
		"LT": {lt.Holidays, nil},
		"LU": {lu.Holidays, nil},
		"LV": {lv.Holidays, nil},
		"MT": {mt.Holidays, nil},
		"MW": {mw.Holidays, nil},
		"MX": {mx.Holidays, nil},
		"NC": {nc.Holidays, nil},
		"NL": {nl.Holidays, nil},
		"NO": {no.Holidays, nil},
		"NZ": {nz.Holidays, nil},
		"PL": {pl.Holidays, nil},
		"PT": {pt.Holidays, nil},
		"RO": {ro.Holidays, nil},
		"RS": {rs.Holidays, nil},
		"RU": {ru.Holidays, nil},
		"SE": {se.Holidays, nil},
		"SI": {si.Holidays, nil},
		"SK": {sk.Holidays, nil},
		"TH": {th.Holidays, nil},
		"UA": {ua.Holidays, nil},
		"US": {us.Holidays, nil},
		"ZA": {za.Holidays, nil},
	}
}
