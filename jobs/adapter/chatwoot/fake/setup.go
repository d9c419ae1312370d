package fake

import "time"

// An Agent is a user of an account: who answers visitors.
type Agent struct {
	ID            int    // 0: the next one
	Name, Email   string // Email "": made of the id
	Administrator bool
	Availability  string // online, busy or offline; "": offline
	AutoOffline   bool   // online and busy need [Chatwoot.Ping] within 20 seconds
	Token         string // for the API; "": a random one
}

// role is the name of an agent's rights.
func (a Agent) role() string {
	if a.Administrator {
		return "administrator"
	}
	return "agent"
}

// A Bot is an agent bot.
type Bot struct {
	ID    int // 0: the next one
	Name  string
	Token string // for the API; "": a random one
}

// An Inbox is a website with Chatwoot's widget.
type Inbox struct {
	ID           int // 0: the next one
	Name         string
	Website      string
	TimeZone     string // "": UTC
	HoursEnabled bool
	Hours        [7]Day // by day of week, 0 is Sunday; all zero: Chatwoot's own, Monday to Friday from 9 to 17
	OutOfOffice  string // said once a day to visitors who write outside of hours; "": nothing
	Greeting     string // said at a visitor's first message; "": nothing
}

// A Day has the hours of an inbox on one day of the week: one window, which ends on the same day.
type Day struct {
	Closed, OpenAllDay                             bool
	OpenHour, OpenMinutes, CloseHour, CloseMinutes int
}

// usualHours are those of a new inbox.
func usualHours() (days [7]Day) {
	for i := range days {
		days[i] = Day{OpenHour: 9, CloseHour: 17}
	}
	days[time.Sunday], days[time.Saturday] = Day{Closed: true}, Day{Closed: true}
	return days
}

// allowed tells whether Chatwoot takes such a row.
func (d Day) allowed() bool {
	if d.Closed {
		return !d.OpenAllDay
	}
	inDay := d.OpenHour >= 0 && d.OpenHour < 24 && d.CloseHour >= 0 && d.CloseHour < 24
	inHour := d.OpenMinutes >= 0 && d.OpenMinutes < 60 && d.CloseMinutes >= 0 && d.CloseMinutes < 60
	return inDay && inHour && d.OpenHour*60+d.OpenMinutes < d.CloseHour*60+d.CloseMinutes
}

// open tells whether a wall clock stands within the hours, its last minute's first instant included, as Chatwoot has it.
func (d Day) open(clock time.Time) bool {
	at := time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute +
		time.Duration(clock.Second())*time.Second + time.Duration(clock.Nanosecond())
	from := time.Duration(d.OpenHour*60+d.OpenMinutes) * time.Minute
	to := time.Duration(d.CloseHour*60+d.CloseMinutes) * time.Minute
	return !d.Closed && from <= at && at <= to
}

// A Browser is what a visitor's page tells of itself.
type Browser struct {
	Page                      string // its URL; "": the inbox's website
	Language                  string // "": en
	Name, Version             string // "": Firefox, 145
	Device                    string // "": Unknown, as for computers
	Platform, PlatformVersion string // "": Generic Linux, 0
}
