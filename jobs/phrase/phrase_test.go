package phrase_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/deskbell/deskbell/domain/hours/zones"

	"pgregory.net/rapid"

	"github.com/deskbell/deskbell/jobs/phrase"
)

// at reads a time of the wall clock, with seconds or without.
func at(t testing.TB, zone, clock string) time.Time {
	t.Helper()
	location, err := zones.Load(zone)
	if err != nil {
		t.Fatal(err)
	}
	layout := "2006-01-02 15:04:05"
	read, err := time.ParseInLocation(layout[:len(clock)], clock, location)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func TestBackInTheLanguageOfTheVisitor(t *testing.T) {
	t.Parallel()
	const now = "2026-11-21 08:59:30" // a Saturday
	opens := []string{
		"2026-11-21 09:30", "2026-11-21 09:58", "2026-11-21 15:00", "2026-11-22 09:00",
		"2026-11-23 09:00", "2026-12-14 09:00", "2027-01-04 12:00",
	}
	for _, test := range []struct {
		language string
		texts    [7]string
	}{
		{"en", [7]string{
			"in 35 minutes", "in 1 hour", "today at 3:00 PM", "tomorrow at 9:00 AM", "on Monday at 9:00 AM",
			"on Monday, December 14 at 9:00 AM", "on Monday, January 4, 2027 at 12:00 PM",
		}},
		{"en-GB", [7]string{
			"in 35 minutes", "in 1 hour", "today at 15:00", "tomorrow at 09:00", "on Monday at 09:00",
			"on Monday 14 December at 09:00", "on Monday, 4 January 2027 at 12:00",
		}},
		{"fr", [7]string{
			"dans 35 minutes", "dans 1 heure", "aujourd’hui à 15:00", "demain à 09:00", "lundi à 09:00",
			"lundi 14 décembre à 09:00", "lundi 4 janvier 2027 à 12:00",
		}},
		{"de-CH", [7]string{
			"in 35 Minuten", "in 1 Stunde", "heute um 15:00", "morgen um 09:00", "am Montag um 09:00",
			"am Montag, 14. Dezember um 09:00", "am Montag, 4. Januar 2027 um 12:00",
		}},
		{"es", [7]string{
			"dentro de 35 minutos", "dentro de 1 hora", "hoy, 15:00", "mañana, 9:00", "el lunes, 9:00",
			"el lunes, 14 de diciembre, 9:00", "el lunes, 4 de enero de 2027, 12:00",
		}},
		{"pt-BR", [7]string{
			"em 35 minutos", "em 1 hora", "hoje às 15:00", "amanhã às 09:00", "segunda-feira às 09:00",
			"segunda-feira, 14 de dezembro às 09:00", "segunda-feira, 4 de janeiro de 2027 às 12:00",
		}},
		{"ja", [7]string{
			"35 分後", "1 時間後", "今日の 15:00", "明日の 9:00", "月曜日 9:00",
			"12月14日月曜日 9:00", "2027年1月4日月曜日 12:00",
		}},
		{"zh-Hant", [7]string{
			"35 分鐘後", "1 小時後", "今天下午3:00", "明天上午9:00", "星期一 上午9:00",
			"12月14日星期一 上午9:00", "2027年1月4日 星期一 中午12:00",
		}},
		{"ru", [7]string{ // "through 1 hour" takes the singular
			"через 35 минут", "через 1 час", "сегодня в 15:00", "завтра в 09:00", "понедельник в 09:00",
			"понедельник, 14 декабря в 09:00", "понедельник, 4 января 2027\u202fг. в 12:00",
		}},
		{"fi", [7]string{ // a weekday of its own is inflected; within a date it is not
			"35 minuutin päästä", "1 tunnin päästä", "tänään klo 15.00", "huomenna klo 9.00", "maanantaina klo 9.00",
			"maanantai 14. joulukuuta klo 9.00", "maanantai 4. tammikuuta 2027 klo 12.00",
		}},
		{"fa", [7]string{ // digits of its own, and the months of a date with the year are inflected
			"۳۵ دقیقه بعد", "۱ ساعت بعد", "امروز، ساعت ۱۵:۰۰", "فردا، ساعت ۹:۰۰", "دوشنبه ساعت ۹:۰۰",
			"دوشنبه ۱۴ دسامبر ساعت ۹:۰۰", "دوشنبه ۴ ژانویهٔ ۲۰۲۷ ساعت ۱۲:۰۰",
		}},
		{"th", [7]string{ // with the era
			"ในอีก 35 นาที", "ในอีก 1 ชั่วโมง", "วันนี้ เวลา 15:00", "พรุ่งนี้ เวลา 09:00", "วันจันทร์ เวลา 09:00",
			"วันจันทร์ที่ 14 ธันวาคม เวลา 09:00", "วันจันทร์ที่ 4 มกราคม ค.ศ. 2027 เวลา 12:00",
		}},
	} {
		for i, want := range test.texts {
			if got := phrase.Back(test.language, at(t, "Europe/Zurich", now), at(t, "Europe/Zurich", opens[i])); got != want {
				t.Errorf("%s, opens %s: got %q, want %q", test.language, opens[i], got, want)
			}
		}
	}
}

func TestBackAtTheOddTimes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ zone, now, opens, text string }{
		// Minutes are rounded up.
		{"UTC", "2026-11-21 09:00:00", "2026-11-21 09:00:01", "in 5 minutes"},
		{"UTC", "2026-11-21 09:00:00", "2026-11-21 09:05:00", "in 5 minutes"},
		{"UTC", "2026-11-21 09:00:00", "2026-11-21 09:05:01", "in 10 minutes"},
		{"UTC", "2026-11-21 09:00:00", "2026-11-21 09:31:00", "in 35 minutes"},
		{"UTC", "2026-11-21 09:00:00", "2026-11-21 09:55:00", "in 55 minutes"},
		{"UTC", "2026-11-21 09:00:00", "2026-11-21 09:55:01", "in 1 hour"},
		{"UTC", "2026-11-21 09:00:00", "2026-11-21 10:00:00", "in 1 hour"},
		{"UTC", "2026-11-21 09:00:00", "2026-11-21 10:00:01", "today at 10:01 AM"}, // and so is the clock
		{"UTC", "2026-11-21 20:00:00", "2026-11-21 23:59:59", "tomorrow at 12:00 AM"},
		// Not ahead: nothing to say.
		{"UTC", "2026-11-21 09:00:00", "2026-11-21 09:00:00", ""},
		{"UTC", "2026-11-21 09:00:00", "2026-11-21 08:00:00", ""},
		{"UTC", "2026-11-21 09:00:00", "0001-01-01 00:00:00", ""},
		// Midnight.
		{"UTC", "2026-11-21 23:50", "2026-11-22 00:10", "in 20 minutes"},
		{"UTC", "2026-11-21 22:50", "2026-11-22 00:10", "tomorrow at 12:10 AM"},
		{"UTC", "2026-11-22 00:10", "2026-11-22 23:10", "today at 11:10 PM"},
		{"UTC", "2026-11-21 23:59", "2026-11-23 00:00", "on Monday at 12:00 AM"},
		// Six days ahead no weekday is ambiguous yet; seven days ahead it would be today's.
		{"UTC", "2026-11-21 09:00", "2026-11-27 23:00", "on Friday at 11:00 PM"},
		{"UTC", "2026-11-21 09:00", "2026-11-28 08:00", "on Saturday, November 28 at 8:00 AM"},
		// The end of the year.
		{"UTC", "2026-12-31 09:00", "2027-01-01 09:00", "tomorrow at 9:00 AM"},
		{"UTC", "2026-12-28 09:00", "2027-01-02 09:00", "on Saturday at 9:00 AM"},
		{"UTC", "2026-12-20 09:00", "2026-12-31 09:00", "on Thursday, December 31 at 9:00 AM"},
		{"UTC", "2026-12-20 09:00", "2027-01-04 09:00", "on Monday, January 4, 2027 at 9:00 AM"},
		{"UTC", "2026-12-20 09:00", "9999-12-31 09:00", "on Friday, December 31, 9999 at 9:00 AM"}, // further than a Duration
		// The clocks go forward at 02:00, and the day has 23 hours; back at 03:00, and it has 25.
		{"Europe/Berlin", "2026-03-28 09:30", "2026-03-29 09:00", "tomorrow at 9:00 AM"},
		{"Europe/Berlin", "2026-03-28 23:30", "2026-03-30 00:00", "on Monday at 12:00 AM"},
		{"Europe/Berlin", "2026-03-29 01:30", "2026-03-29 03:15", "in 45 minutes"},
		{"Europe/Berlin", "2026-03-29 01:30", "2026-03-29 03:45", "today at 3:45 AM"},
		{"Europe/Berlin", "2026-10-25 00:00", "2026-10-25 23:59", "today at 11:59 PM"},
		{"Europe/Berlin", "2026-10-24 23:00", "2026-10-26 00:00", "on Monday at 12:00 AM"},
		// A day without midnight, half an hour of daylight saving, and an island that slept a day.
		{"America/Havana", "2026-03-07 20:00", "2026-03-08 01:00", "tomorrow at 1:00 AM"},
		{"Australia/Lord_Howe", "2026-10-04 00:30", "2026-10-04 09:00", "today at 9:00 AM"},
		{"Pacific/Apia", "2011-12-29 20:00", "2011-12-31 09:00", "on Saturday at 9:00 AM"},
	} {
		if got := phrase.Back("en", at(t, test.zone, test.now), at(t, test.zone, test.opens)); got != test.text {
			t.Errorf("%s, now %s, opens %s: got %q, want %q", test.zone, test.now, test.opens, got, test.text)
		}
	}
}

func TestBackCountsDaysInTheZoneOfTheProperty(t *testing.T) {
	t.Parallel()
	now := at(t, "Asia/Tokyo", "2026-11-22 06:00") // the 21st in Berlin, at 22:00
	if got := phrase.Back("en-GB", now, at(t, "Europe/Berlin", "2026-11-22 09:00")); got != "tomorrow at 09:00" {
		t.Error("got", got)
	}
}

func TestLanguagesAreMatched(t *testing.T) {
	t.Parallel()
	for language, want := range map[string]string{
		"pt": "amanhã às 09:00", "pt_BR": "amanhã às 09:00", "PT-br": "amanhã às 09:00", "de-u-hc-h12": "morgen um 09:00",
		"gsw": "morgen um 09:00", "zh-TW": "明天上午9:00", "zh-CN": "明天 09:00", "zh": "明天 09:00", "iw": "מחר, 9:00",
		"no": "i morgen kl. 09:00", "en-NL": "tomorrow at 09:00", "es-MX": "mañana, 9:00\u202fa.m.",
		"fr-CH, fr;q=0.9, en;q=0.8": "demain à 09:00", "tlh, fr": "demain à 09:00",
		"az-Arab": "tomorrow at 9:00 AM", "": "tomorrow at 9:00 AM", "*": "tomorrow at 9:00 AM", "tlh": "tomorrow at 9:00 AM", "not a tag": "tomorrow at 9:00 AM",
	} {
		if got := phrase.Back(language, at(t, "UTC", "2026-11-21 12:00"), at(t, "UTC", "2026-11-22 09:00")); got != want {
			t.Errorf("%q: got %q, want %q", language, got, want)
		}
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ language, at, text string }{
		{"en", "2026-11-21 17:30", "5:30 PM"},
		{"en", "2026-11-21 17:30:59", "5:30 PM"},
		{"en", "2026-11-21 00:05", "12:05 AM"},
		{"en", "2026-11-21 12:05", "12:05 PM"},
		{"en-GB", "2026-11-21 17:30", "17:30"},
		{"de", "2026-11-21 00:00", "00:00"},
		{"fr-CA", "2026-11-21 17:30", "17 h 30"},
		{"ja", "2026-11-21 09:30", "9:30"},
		{"bg", "2026-11-21 09:30", "9:30"},
		{"zh-Hant", "2026-11-21 05:00", "清晨5:00"},
		{"ar-EG", "2026-11-21 17:30", "٥:٣٠ م"},
		{"xx", "2026-11-21 17:30", "5:30 PM"},
	} {
		if got := phrase.Clock(test.language, at(t, "Europe/Sofia", test.at)); got != test.text {
			t.Errorf("%s, %s: got %q, want %q", test.language, test.at, got, test.text)
		}
	}
}

// A visitor who comes at the time in the text comes at the opening or shortly after it.
func TestBackIsNeverEarly(t *testing.T) {
	t.Parallel()
	zones := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Kolkata"})
	rapid.Check(t, func(r *rapid.T) {
		zone := at(t, zones.Draw(r, "zone"), "2026-01-01 00:00").Location()
		now := time.Unix(rapid.Int64Range(1_300_000_000, 1_900_000_000).Draw(r, "now"), 0)
		wait := time.Duration(rapid.Int64Range(1, int64(40*24*time.Hour)).Draw(r, "wait"))
		if rapid.Bool().Draw(r, "soon") {
			wait %= 2 * time.Hour
		}
		opens := now.Add(wait + 1).In(zone)
		text := phrase.Back("en", now, opens)
		if minutes, relative := relativeMinutes(text); relative {
			if over := time.Duration(minutes)*time.Minute - opens.Sub(now); over < 0 || over >= 5*time.Minute {
				r.Fatalf("%q for %s", text, opens.Sub(now))
			}
			return
		}
		if over := reading(r, text, now.In(zone)).Sub(wall(opens)); over < 0 || over >= time.Minute {
			r.Fatalf("%q at %s for %s", text, now.In(zone), opens)
		}
	})
}

func relativeMinutes(text string) (n int, ok bool) {
	if text == "in 1 hour" {
		return 60, true
	}
	_, err := fmt.Sscanf(text, "in %d minutes", &n)
	return n, err == nil
}

// reading is the wall clock's time in an English text, as if it were UTC.
func reading(r *rapid.T, text string, now time.Time) time.Time {
	day, clock, _ := strings.Cut(text, " at ")
	read, err := time.Parse("3:04 PM", clock)
	if err != nil {
		r.Fatal(err)
	}
	date := wall(now).Truncate(24 * time.Hour)
	names := func() bool {
		switch day {
		case "today":
			return date.Equal(wall(now).Truncate(24 * time.Hour))
		case "tomorrow":
			return date.Add(-24 * time.Hour).Equal(wall(now).Truncate(24 * time.Hour))
		}
		return day == "on "+date.Format("Monday") || day == "on "+date.Format("Monday, January 2") || day == "on "+date.Format("Monday, January 2, 2006")
	}
	for days := 0; !names(); days++ {
		if date = date.Add(24 * time.Hour); days > 400 {
			r.Fatalf("no day is %q", day)
		}
	}
	return date.Add(time.Duration(read.Hour())*time.Hour + time.Duration(read.Minute())*time.Minute)
}

func wall(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

func FuzzLanguage(f *testing.F) {
	for _, seed := range []string{"en", "pt-BR", "zh-Hant-TW", "de-DE-1996-u-hc-h12", "i-klingon", "x-private", "fr;q=0.8, *;q=0.1", "und", "\xff-\x00", strings.Repeat("a-", 2000), strconv.Itoa(1 << 40)} {
		f.Add(seed)
	}
	now := at(f, "UTC", "2026-11-21 09:00")
	f.Fuzz(func(t *testing.T, language string) {
		for _, wait := range []time.Duration{time.Minute, time.Hour, 2 * time.Hour, 24 * time.Hour, 48 * time.Hour, 240 * time.Hour, 2400 * time.Hour} {
			if text := phrase.Back(language, now, now.Add(wait)); text == "" || !utf8.ValidString(text) || strings.Contains(text, "{") {
				t.Errorf("%q, in %s: %q", language, wait, text)
			}
		}
		if text := phrase.Clock(language, now); text == "" || !utf8.ValidString(text) {
			t.Errorf("%q: %q", language, text)
		}
	})
}

func BenchmarkBack(b *testing.B) {
	now, opens := at(b, "Europe/Berlin", "2026-11-21 09:00"), at(b, "Europe/Berlin", "2026-12-14 09:00")
	for b.Loop() {
		phrase.Back("en-NL", now, opens)
	}
}
