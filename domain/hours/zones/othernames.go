package zones

import _ "embed" // of the names of Windows

// windowsNames has a line for each name of Windows: the name, a tab, and the zone.
//
//go:embed windows.txt
var windowsNames string

// railsNames are names of ActiveSupport for zones, in lower case, except those that are a city of the database: city knows
// these.
func railsNames() map[string]string {
	return map[string]string{
		"international date line west": "Etc/GMT+12", "midway island": "Pacific/Midway", "american samoa": "Pacific/Pago_Pago",
		"hawaii": "Pacific/Honolulu", "alaska": "America/Juneau", "arizona": "America/Phoenix",
		"pacific time (us & canada)": "America/Los_Angeles", "mountain time (us & canada)": "America/Denver",
		"central time (us & canada)": "America/Chicago", "eastern time (us & canada)": "America/New_York",
		"indiana (east)": "America/Indiana/Indianapolis", "saskatchewan": "America/Regina", "guadalajara": "America/Mexico_City",
		"central america": "America/Guatemala", "quito": "America/Guayaquil", "atlantic time (canada)": "America/Halifax",
		"newfoundland": "America/St_Johns", "brasilia": "America/Sao_Paulo", "georgetown": "America/Guyana",
		"greenland": "America/Nuuk", "mid-atlantic": "Atlantic/South_Georgia", "cape verde is.": "Atlantic/Cape_Verde",
		"edinburgh": "Europe/London", "bern": "Europe/Zurich", "west central africa": "Africa/Algiers", "pretoria": "Africa/Johannesburg",
		"st. petersburg": "Europe/Moscow", "abu dhabi": "Asia/Dubai", "ekaterinburg": "Asia/Yekaterinburg", "islamabad": "Asia/Karachi",
		"chennai": "Asia/Kolkata", "mumbai": "Asia/Kolkata", "new delhi": "Asia/Kolkata", "astana": "Asia/Almaty",
		"sri jayawardenepura": "Asia/Colombo", "rangoon": "Asia/Yangon", "hanoi": "Asia/Ho_Chi_Minh", "beijing": "Asia/Shanghai",
		"osaka": "Asia/Tokyo", "sapporo": "Asia/Tokyo", "canberra": "Australia/Sydney", "solomon is.": "Pacific/Guadalcanal",
		"new caledonia": "Pacific/Noumea", "marshall is.": "Pacific/Majuro", "wellington": "Pacific/Auckland",
		"nuku'alofa": "Pacific/Tongatapu", "tokelau is.": "Pacific/Fakaofo", "chatham is.": "Pacific/Chatham", "samoa": "Pacific/Apia",
	}
}

// abbreviations are names that clocks show, in lower case, with the largest places that show them.
func abbreviations() map[string]string {
	return map[string]string{
		"acdt": "Australia/Adelaide", "acst": "Australia/Adelaide, Australia/Darwin", "adt": "America/Halifax", "aedt": "Australia/Sydney, Australia/Melbourne, Australia/Hobart",
		"aest": "Australia/Sydney, Australia/Brisbane", "akdt": "America/Anchorage", "akst": "America/Anchorage", "ast": "America/Halifax, America/Puerto_Rico, Asia/Riyadh",
		"awst": "Australia/Perth", "bst": "Europe/London, Asia/Dhaka", "cat": "Africa/Maputo", "cdt": "America/Chicago, America/Havana",
		"cest": "Europe/Berlin, Europe/Paris, Europe/Madrid", "cst": "America/Chicago, America/Mexico_City, Asia/Shanghai, America/Havana", "eat": "Africa/Nairobi",
		"edt": "America/New_York, America/Toronto", "eest": "Europe/Athens, Europe/Helsinki, Europe/Kyiv", "hkt": "Asia/Hong_Kong",
		"idt": "Asia/Jerusalem", "ist": "Asia/Kolkata, Europe/Dublin, Asia/Jerusalem", "jst": "Asia/Tokyo", "kst": "Asia/Seoul",
		"mdt": "America/Denver", "msk": "Europe/Moscow", "ndt": "America/St_Johns", "nst": "America/St_Johns", "nzdt": "Pacific/Auckland", "nzst": "Pacific/Auckland",
		"pdt": "America/Los_Angeles", "pht": "Asia/Manila", "pkt": "Asia/Karachi", "pst": "America/Los_Angeles, Asia/Manila", "sast": "Africa/Johannesburg",
		"sgt": "Asia/Singapore", "wat": "Africa/Lagos", "west": "Europe/Lisbon, Atlantic/Canary", "wib": "Asia/Jakarta", "brt": "America/Sao_Paulo", "art": "America/Argentina/Buenos_Aires",
	}
}
