package jobs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/domain/hours"
	"github.com/deskbell/deskbell/domain/widget"
	"github.com/deskbell/deskbell/jobs/redistest"
	"github.com/deskbell/deskbell/jobs/store"
	"github.com/deskbell/deskbell/jobs/view"
)

const boardShop = `{
	"schedules": {"office": {"time_zone": "Europe/Paris", "weekly": {"mon-fri": "09:00-12:00, 13:00-18:00"}}},
	"properties": {"acme": {"name": "ACME shop", "schedule": "office", "agents": ["lea", "tom"], "departments": {"sales": {"name": "Sales", "agents": ["lea"]}}}},
	"agents": {
		"lea": {"name": "Léa", "schedule": {"time_zone": "Europe/Paris", "weekly": {"mon-fri": "09:00-17:00"}}},
		"tom": {"schedule": {"time_zone": "Europe/Paris", "weekly": {"mon-fri": "10:00-11:00"}}, "notify": {"on": ["hours_started"], "via": ["ntfy://secret@ntfy.sh/tom"]}}
	}
}`

// board is the state of one property on the board.
func (b *bundle) board(id string) view.BoardState {
	b.Helper()
	_, states, err := b.client.BoardStates(b.Context(), []string{id})
	b.must(err)
	return states[0]
}

func TestBoardIsRightWithoutAWorker(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(boardShop)
	for _, tt := range []struct {
		clock  time.Time // 9:00 in UTC is 10:00 in Paris
		status widget.Status
		sales  widget.Status
		until  time.Time
		shift  string
		next   string
	}{
		{morning(7, 59), widget.Offline, widget.Offline, morning(8, 0), "", "08:00 true online, 11:00 false offline, 12:00 true online, 16:00 true away"},
		{morning(8, 0), widget.Online, widget.Online, morning(11, 0), "lea", "11:00 false offline, 12:00 true online, 16:00 true away, 17:00 false offline"},
		{morning(9, 30), widget.Online, widget.Online, morning(11, 0), "lea tom", "11:00 false offline, 12:00 true online, 16:00 true away, 17:00 false offline"},
		{morning(11, 30), widget.Offline, widget.Offline, morning(12, 0), "lea", "12:00 true online, 16:00 true away, 17:00 false offline, 08:00 true online"},
		{morning(16, 30), widget.Away, widget.Away, morning(17, 0), "", "17:00 false offline, 08:00 true online, 11:00 false offline, 12:00 true online"},
	} {
		b.clock.set(tt.clock)
		s := b.board("acme")
		if s.Widget.Status != tt.status || s.Widget.Departments["sales"].Status != tt.sales || !s.Widget.Until.Equal(tt.until) {
			t.Errorf("at %s: got %+v", tt.clock, s.Widget)
		}
		if got := onShift(s); got != tt.shift {
			t.Errorf("at %s: %q on shift, want %q", tt.clock, got, tt.shift)
		}
		if got := boundaries(s); got != tt.next {
			t.Errorf("at %s: next %s\nwant %s", tt.clock, got, tt.next)
		}
		if !s.Behind {
			t.Errorf("at %s: no worker has decided, and nothing says so", tt.clock)
		}
		if want := [][2]int{{9 * 3600, 12 * 3600}, {13 * 3600, 18 * 3600}}; !cmp.Equal(s.Today.Open, want) {
			t.Errorf("at %s: open %v, want %v", tt.clock, s.Today.Open, want)
		}
	}
	body, err := json.Marshal(b.board("acme"))
	if err != nil || strings.Contains(string(body), "secret") {
		t.Errorf("%s, %v", body, err)
	}
}

func onShift(s view.BoardState) string {
	var ids []string
	for _, a := range s.Agents {
		if a.Online {
			ids = append(ids, a.Agent)
		}
	}
	return strings.Join(ids, " ")
}

func boundaries(s view.BoardState) string {
	var list []string
	for _, b := range s.Boundaries {
		list = append(list, fmt.Sprint(b.At.Format("15:04"), " ", b.Open, " ", b.Status))
	}
	return strings.Join(list, ", ")
}

func TestBoardIsGoodUntilSomethingOnItChanges(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(8, 30)})
	b.define(boardShop)
	for _, tt := range []struct{ clock, until time.Time }{
		{morning(8, 30), morning(9, 0)},   // tom comes, and the widget stays as it is
		{morning(9, 30), morning(10, 0)},  // tom goes
		{morning(10, 30), morning(11, 0)}, // the hours end
		{morning(22, 30), morning(23, 0)}, // midnight in Paris
	} {
		b.clock.set(tt.clock)
		if s := b.board("acme"); !s.GoodUntil.Truncate(time.Second).Equal(tt.until) {
			t.Errorf("at %s: good until %s, want %s", tt.clock, s.GoodUntil, tt.until)
		}
	}
	b.clock.set(morning(8, 30))
	if _, err := b.client.SetOverride(t.Context(), "acme", &hours.Override{From: morning(8, 30), Until: morning(8, 45)}); err != nil {
		t.Fatal(err)
	}
	s := b.board("acme")
	if !s.GoodUntil.Equal(morning(8, 45)) || s.Override == nil || s.Widget.Status != widget.Offline || s.Widget.Reason != "override" || !s.NextHours.Equal(morning(11, 0)) {
		t.Errorf("under an override: %+v", s)
	}
	b.clock.set(morning(8, 45))
	if s = b.board("acme"); s.Override != nil || s.Widget.Status != widget.Online {
		t.Errorf("after it: %+v", s)
	}
}

func TestBoardSaysWhenDepartmentsOpenOrCloseNext(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{clock: morning(8, 30)})
	b.define(`{"properties": {"acme": {"schedule": {"weekly": {"daily": "08:00-11:00"}}, "departments": {
		"early": {"schedule": {"weekly": {"daily": "07:00-09:00"}}}, "late": {"schedule": {"weekly": {"daily": "10:00-22:00"}}},
		"never": {"schedule": "closed"}, "support": {"schedule": "24/7"}, "sales": {}}}}}`)
	want := map[string]time.Time{"early": morning(9, 0), "late": morning(10, 0), "never": {}, "support": morning(11, 0)}
	for range 2 {
		s := b.board("acme")
		if diff := cmp.Diff(want, s.DepartmentHours); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if !s.GoodUntil.Equal(morning(9, 0)) {
			t.Errorf("it is good until %s", s.GoodUntil)
		}
		for _, department := range []string{"early", "late"} { // overrides are no hours
			if _, err := b.client.Force(t.Context(), "acme", department, &hours.Override{From: morning(8, 30)}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestBoardDayHasTheHoursThatItsClocksMake(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(`{"properties": {
		"paris": {"schedule": {"time_zone": "Europe/Paris", "weekly": {"daily": "01:00-04:00, 22:00-02:00"}}},
		"lord": {"schedule": {"time_zone": "Australia/Lord_Howe", "weekly": {"daily": "09:00-17:00"}}},
		"always": {}}}`)
	const h = 3600
	for _, tt := range []struct {
		id, clock, date string
		length          int
		ticks           []int
		open            [][2]int
	}{
		{"paris", "2026-11-23T12:00:00Z", "2026-11-23", 24 * h, []int{0, 3 * h, 6 * h, 9 * h, 12 * h, 15 * h, 18 * h, 21 * h, 24 * h}, [][2]int{{0, 4 * h}, {22 * h, 24 * h}}},
		{"paris", "2027-03-28T12:00:00Z", "2027-03-28", 23 * h, []int{0, 2 * h, 5 * h, 8 * h, 11 * h, 14 * h, 17 * h, 20 * h, 23 * h}, [][2]int{{0, 3 * h}, {21 * h, 23 * h}}},
		{"paris", "2026-10-25T12:00:00Z", "2026-10-25", 25 * h, []int{0, 4 * h, 7 * h, 10 * h, 13 * h, 16 * h, 19 * h, 22 * h, 25 * h}, [][2]int{{0, 5 * h}, {23 * h, 25 * h}}},
		{"lord", "2027-04-04T01:00:00Z", "2027-04-04", 24*h + h/2, []int{0, 3*h + h/2, 6*h + h/2, 9*h + h/2, 12*h + h/2, 15*h + h/2, 18*h + h/2, 21*h + h/2, 24*h + h/2}, [][2]int{{9*h + h/2, 17*h + h/2}}},
		{"always", "2026-11-23T12:00:00Z", "2026-11-23", 24 * h, []int{0, 3 * h, 6 * h, 9 * h, 12 * h, 15 * h, 18 * h, 21 * h, 24 * h}, [][2]int{{0, 24 * h}}},
	} {
		at, err := time.Parse(time.RFC3339, tt.clock)
		b.must(err)
		b.clock.set(at)
		day := b.board(tt.id).Today
		if day.Date != tt.date || day.To.Sub(day.From) != time.Duration(tt.length)*time.Second || !cmp.Equal(day.Ticks, tt.ticks) || !cmp.Equal(day.Open, tt.open) {
			t.Errorf("%s at %s: got %+v", tt.id, tt.clock, day)
		}
	}
}

func TestBoardPagesAndSearches(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	var many []string
	for i := range 250 {
		many = append(many, fmt.Sprintf(`"p%03d": {"name": "Shop No. %d"}`, i, i))
	}
	b.define(`{"properties": {` + strings.Join(many, ",") + `, "odd": {"name": "<img> Zürich"}}}`)
	seen := make(map[string]int)
	pages := 0
	for q := (view.BoardQuery{Limit: 60}); ; {
		page, err := b.client.Board(t.Context(), q)
		b.must(err)
		pages++
		for _, p := range page.Properties {
			seen[p.Property]++
		}
		if len(page.Properties) > 60 || !slices.IsSortedFunc(page.Properties, func(a, b view.BoardState) int { return strings.Compare(a.Property, b.Property) }) {
			t.Errorf("a page of %d: %v", len(page.Properties), page.Properties)
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	if len(seen) != 251 || pages < 5 || pages > 10 {
		t.Errorf("%d properties on %d pages", len(seen), pages)
	}
	for search, want := range map[string]string{
		"p04":     "p040 p041 p042 p043 p044 p045 p046 p047 p048 p049",
		"ZÜRICH":  "odd",
		"<IMG>":   "odd",
		"no. 249": "p249",
		"p007":    "p007",
		"nothing": "",
		"*":       "",
		"a b/c":   "",
	} {
		page, err := b.client.Board(t.Context(), view.BoardQuery{Search: search})
		b.must(err)
		var ids []string
		for _, p := range page.Properties {
			ids = append(ids, p.Property)
		}
		if got := strings.Join(ids, " "); got != want || page.Next != "" || page.Partial {
			t.Errorf("%s: got %q, next %q, want %q", search, got, page.Next, want)
		}
	}
	if _, err := b.client.Board(t.Context(), view.BoardQuery{Cursor: "x"}); !errors.Is(err, store.ErrCursor) {
		t.Errorf("with another's cursor: %v", err)
	}
}

func TestBoardShowsWhatCannotBeDecidedOn(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.define(boardShop)
	b.must(b.rdb.HDel(t.Context(), "deskbell:{all}:schedules", "office").Err())
	if s := b.board("acme"); !strings.Contains(s.Fault, `"office": it is not defined`) || s.Name != "ACME shop" {
		t.Errorf("without its schedule: %+v", s)
	}
	if s := b.board("nobody"); !s.Gone {
		t.Errorf("one that is not there: %+v", s)
	}
}

func TestRecentActionsAreDecoded(t *testing.T) {
	t.Parallel()
	b := newBundle(t, setup{})
	b.worker()
	b.define(boardShop)
	redistest.Wait(t, "actions of all", func() bool {
		recent, err := b.client.Recent(t.Context(), 50)
		b.must(err)
		return len(recent) == 4 && recent[0].ID != "" && !recent[0].Time.IsZero()
	})
	redistest.Wait(t, "the workers are not behind", func() bool { return !b.board("acme").Behind })
}
