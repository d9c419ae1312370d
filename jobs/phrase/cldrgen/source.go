package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The packages.
const (
	core    = "cldr-core"
	dates   = "cldr-dates-full"
	numbers = "cldr-numbers-full"
)

// A source is the folder with the packages.
type source string

// gregorian is the part read of a locale's Gregorian calendar.
type gregorian struct {
	Months      names `json:"months"`
	Days        names `json:"days"`
	DayPeriods  names `json:"dayPeriods"`
	Eras        struct{ EraAbbr map[string]string }
	TimeFormats map[string]any `json:"timeFormats"`
	DateFormats map[string]any `json:"dateFormats"`
	Formats     struct {
		Available map[string]any `json:"availableFormats"`
	} `json:"dateTimeFormats"`
	AtTime   joins `json:"dateTimeFormats-atTime"`
	Relative joins `json:"dateTimeFormats-relative"`
}

type names struct {
	Format     map[string]map[string]string `json:"format"`
	StandAlone map[string]map[string]string `json:"stand-alone"`
}

type joins struct {
	Standard struct{ Full string } `json:"standard"`
}

// field is a unit of time, with its relative texts: "relative-type-1" is tomorrow.
type field map[string]any

// future are the patterns of "in 5 minutes" by plural category.
func (f field) future() map[string]string {
	patterns := map[string]string{}
	all, _ := f["relativeTime-type-future"].(map[string]any)
	for key, pattern := range all {
		patterns[strings.TrimPrefix(key, "relativeTimePattern-count-")], _ = pattern.(string)
	}
	return patterns
}

func (f field) relative(offset string) string {
	text, _ := f["relative-type-"+offset].(string)
	return text
}

func (s source) read(into any, elem ...string) error {
	name := filepath.Join(append([]string{string(s)}, elem...)...)
	text, err := os.ReadFile(name) //nolint:gosec // the person at the keyboard names the folder
	if err != nil {
		return fmt.Errorf("reading CLDR: %w", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("decoding %s: %w", name, err)
	}
	return nil
}

func (s source) version() (string, error) {
	var about struct{ Version string }
	err := s.read(&about, dates, "package.json")
	return about.Version, err
}

// locale reads the texts of one locale.
func (s source) locale(tag string) (locale, error) {
	var calendars struct {
		Main map[string]struct {
			Dates struct {
				Calendars struct{ Gregorian gregorian }
			}
		}
	}
	var fields struct {
		Main map[string]struct {
			Dates struct{ Fields map[string]field }
		}
	}
	if err := s.read(&calendars, dates, "main", tag, "ca-gregorian.json"); err != nil {
		return locale{}, err
	}
	if err := s.read(&fields, dates, "main", tag, "dateFields.json"); err != nil {
		return locale{}, err
	}
	digits, err := s.digits(tag)
	if err != nil {
		return locale{}, err
	}
	l := locale{tag: tag, gregorian: calendars.Main[tag].Dates.Calendars.Gregorian, fields: fields.Main[tag].Dates.Fields, digits: digits}
	if strings.Contains(l.clock(), "B") {
		l.hours, err = s.dayPeriods(tag)
	}
	return l, err
}

// digits are those that the locale writes; "" stands for 0 to 9.
func (s source) digits(tag string) (string, error) {
	var file struct {
		Main map[string]struct {
			Numbers struct{ DefaultNumberingSystem string }
		}
	}
	var systems struct {
		Supplemental struct {
			NumberingSystems map[string]struct {
				Digits string `json:"_digits"`
			}
		}
	}
	if err := s.read(&file, numbers, "main", tag, "numbers.json"); err != nil {
		return "", err
	}
	if err := s.read(&systems, core, "supplemental", "numberingSystems.json"); err != nil {
		return "", err
	}
	system := file.Main[tag].Numbers.DefaultNumberingSystem
	if system == "latn" {
		return "", nil
	}
	return systems.Supplemental.NumberingSystems[system].Digits, nil
}

// dayPeriods are, for each hour, the key of the part of the day it is in.
func (s source) dayPeriods(tag string) ([]string, error) {
	var file struct {
		Supplemental struct {
			Rules map[string]map[string]struct {
				From   string `json:"_from"`
				Before string `json:"_before"`
			} `json:"dayPeriodRuleSet"`
		}
	}
	if err := s.read(&file, core, "supplemental", "dayPeriods.json"); err != nil {
		return nil, err
	}
	language, _, _ := strings.Cut(tag, "-")
	hours := make([]string, 24)
	for key, rule := range file.Supplemental.Rules[language] {
		if rule.From == "" { // noon and midnight: an instant, and no part of the day
			continue
		}
		var from, before int
		if _, err := fmt.Sscanf(rule.From+" "+rule.Before, "%d:00 %d:00", &from, &before); err != nil {
			return nil, fmt.Errorf("reading the hours of %s in %s: %w", key, tag, err)
		}
		for h := from; h%24 != before%24; h++ {
			hours[h%24] = key
		}
	}
	return hours, nil
}
