package hours

import (
	"testing"
	"time"
)

const nested = `{weekly: 24/7, exceptions: [
  {from: 2026-08-01, to: 2026-08-31, closed: true, name: Summer},
  {from: 2026-08-10, to: 2026-08-16, hours: 9-12, name: Fair},
  {on: 2026-08-15, hours: 14-16, name: Assumption},
  {from: 12-20, to: 01-05, yearly: true, closed: true, name: Winter},
  {from: 12-28, to: 12-30, yearly: true, hours: 9-12, name: Inventory},
  {on: 12-29, yearly: true, hours: 14-16, name: Party},
  {from: 2026-12-01, to: 2026-12-29, hours: 10-11, name: December}]}`

// Exceptions lie inside of longer ones, three deep, in both layers.
func TestTheShortestExceptionHolds(t *testing.T) {
	t.Parallel()
	s := schedule(t, "UTC", nested)
	for _, tt := range []struct{ clock, want string }{
		{"2026-07-31T23:00:00Z", "open (weekly) from 2026-01-06T00:00:00Z to 2026-08-01T00:00:00Z"},
		{"2026-08-01T00:00:00Z", "closed (Summer) from 2026-08-01T00:00:00Z to 2026-08-10T09:00:00Z"},
		{"2026-08-10T09:00:00Z", "open (Fair) from 2026-08-10T09:00:00Z to 2026-08-10T12:00:00Z"},
		{"2026-08-15T10:00:00Z", "closed (Assumption) from 2026-08-14T12:00:00Z to 2026-08-15T14:00:00Z"},
		{"2026-08-15T14:00:00Z", "open (Assumption) from 2026-08-15T14:00:00Z to 2026-08-15T16:00:00Z"},
		{"2026-08-16T10:00:00Z", "open (Fair) from 2026-08-16T09:00:00Z to 2026-08-16T12:00:00Z"},
		{"2026-08-16T12:00:00Z", "closed (Fair) from 2026-08-16T12:00:00Z to 2026-09-01T00:00:00Z"},
		{"2027-12-29T12:00:00Z", "closed (Party) from 2027-12-28T12:00:00Z to 2027-12-29T14:00:00Z"},
		{"2027-12-30T10:00:00Z", "open (Inventory) from 2027-12-30T09:00:00Z to 2027-12-30T12:00:00Z"},
		{"2027-12-31T10:00:00Z", "closed (Winter) from 2027-12-30T12:00:00Z to 2028-01-06T00:00:00Z"},
		{"2026-12-29T10:30:00Z", "open (December) from 2026-12-29T10:00:00Z to 2026-12-29T11:00:00Z"}, // dated, and so above the yearly ones, however short
	} {
		if got := verdict(s.At(instant(t, tt.clock))); got != tt.want {
			t.Errorf("at %s:\n got %s\nwant %s", tt.clock, got, tt.want)
		}
	}
	spec, err := Parse(tree(t, nested))
	if err != nil {
		t.Fatal(err)
	}
	if err := roundTrip(spec); err != nil {
		t.Error(err)
	}
}

// Ranges that lie across each other are laid by the same rule.
func TestTheShortestOfExceptionsThatCrossHolds(t *testing.T) {
	t.Parallel()
	s := schedule(t, "UTC", `{weekly: closed, exceptions: [{from: 2026-08-01, to: 2026-08-10, hours: 9-10, name: ten}, {from: 2026-08-08, to: 2026-08-12, hours: 11-12, name: five}]}`)
	for at, want := range map[string]string{"2026-08-07T09:00:00Z": "ten", "2026-08-08T11:00:00Z": "five", "2026-08-12T11:00:00Z": "five"} {
		if got := s.At(instant(t, at)); !got.Open || got.Reason != want {
			t.Errorf("at %s: %s", at, verdict(got))
		}
	}
}

func TestAThousandNestedExceptionsCompile(t *testing.T) {
	t.Parallel()
	spec := &Spec{}
	middle := Date{2026, time.August, 15}.number()
	for i := range maxExceptions {
		spec.Exceptions = append(spec.Exceptions, Exception{From: dateOf(middle - i), To: dateOf(middle + i), Hours: []Window{{540, 541 + i%60}}})
	}
	s, err := spec.Compile(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 1, 500, maxExceptions - 1} {
		opens := time.Unix(startOf(middle+i)+540*60, 0).UTC()
		if got, want := s.At(opens).Until, opens.Add(time.Duration(1+i%60)*time.Minute); !got.Equal(want) {
			t.Errorf("%d days from the middle: open until %s, want %s", i, got, want)
		}
	}
	for i := range spec.Exceptions {
		spec.Exceptions[i].From, spec.Exceptions[i].To = dateOf(middle), dateOf(middle)
	}
	if _, err := spec.Compile(nil); err == nil {
		t.Error("a thousand exceptions on one date compile")
	}
}
