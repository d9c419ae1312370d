package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
	"github.com/deskbell/deskbell/jobs/quota"
)

func arrivals(property string, from, n int) string {
	var list []string
	for v := range n {
		list = append(list, fmt.Sprintf(`{"type":"visitor.arrived","data":{"property":%q,"visitor":"v%d","visit":"s"}}`, property, from+v))
	}
	return "[" + strings.Join(list, ",") + "]"
}

func TestAPropertyThatSendsTooManyEventsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Quotas.Events = 200 // 2,000 at once
	for _, id := range []string{"acme", "beta"} {
		b.Want(201, webtest.Request{}, "PUT", "/v1/properties/"+id, `{}`)
	}
	for range 2 {
		b.Want(202, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 0, 1000))
	}
	no := b.Want(429, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 0, 100))
	if no.Header.Get("Retry-After") != "1" || !strings.Contains(no.Problem(t).Detail, "quota of 200 events a second") {
		t.Errorf("%v %.300s", no.Header, no.Body)
	}
	both := b.Want(202, webtest.Request{}, "POST", "/v1/events", strings.TrimSuffix(arrivals("acme", 0, 1), "]")+","+arrivals("beta", 0, 1)[1:])
	if diff := cmp.Diff([]string{"over_quota /data/property", "taken"}, results(t, both)); diff != "" {
		t.Error(diff)
	}
	b.Pass(time.Second)
	b.Want(202, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 0, 200))
	b.Want(429, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 0, 1))
}

func TestLargeEventsCountMore(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Quotas.Events = 1 // 2,000 at once
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	var values []string
	for n := range 55 {
		values = append(values, fmt.Sprintf(`"k%d": %q`, n, strings.Repeat("x", 1000)))
	}
	large := fmt.Sprintf(`{"type":"visitor.custom","data":{"property":"acme","visitor":"v","name":"x","values":{%s}}}`, strings.Join(values, ","))
	taken := 0
	for b.Do("POST", "/v1/events", large).Code == 202 {
		taken++
	}
	if taken < 100 || taken > 2000/13 {
		t.Errorf("%d events of 55 KB were taken", taken)
	}
}

func TestAKeyHasAQuotaOfItsOwn(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Quotas.Keyed = 1
	one, other := webtest.Request{Key: b.Key(edit.Key{Name: "one"})}, webtest.Request{Key: b.Key(edit.Key{Name: "other"})}
	b.Want(201, one, "PUT", "/v1/properties/acme", `{}`)
	b.Want(202, one, "POST", "/v1/events", arrivals("acme", 0, 1000))
	b.Want(202, one, "POST", "/v1/events", arrivals("acme", 0, 1000))
	if no := b.Want(429, one, "POST", "/v1/events", goodEvent); !strings.Contains(no.Body, "a key that is over its quota") {
		t.Error(no.Body)
	}
	b.Want(202, other, "POST", "/v1/events", goodEvent)
}

// Those who are known go on, other properties do, and the next day begins anew.
func TestNewVisitorsOfADayHaveAQuota(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Quotas.NewVisitors = 10
	for _, id := range []string{"acme", "beta"} {
		b.Want(201, webtest.Request{}, "PUT", "/v1/properties/"+id, `{}`)
	}
	b.Want(202, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 0, 8))
	some := b.Want(202, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 6, 6))
	if diff := cmp.Diff([]string{"taken", "taken", "taken", "taken", "over_quota /data/property", "over_quota /data/property"}, results(t, some)); diff != "" {
		t.Error(diff)
	}
	no := b.Want(429, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 20, 1))
	if no.Header.Get("Retry-After") != fmt.Sprint((15*60+30)*60) { // it is half past eight
		t.Errorf("%v %s", no.Header, no.Body)
	}
	chat := `{"type":"chat.message","data":{"property":"acme","chat":"c1","from":"agent"}}`
	b.Want(429, webtest.Request{}, "POST", "/v1/events", chat)
	b.Want(202, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 0, 10))
	b.Want(202, webtest.Request{}, "POST", "/v1/events", arrivals("beta", 20, 10))
	b.Pass(24 * time.Hour)
	b.Want(202, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 20, 1))
}

// TestRecordsThatAreGoneCountAnew: a process remembers for a day whom it has counted, and no longer.
func TestRecordsThatAreGoneCountAnew(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Quotas.NewVisitors = 10
	b.Want(201, webtest.Request{}, "PUT", "/v1/properties/acme", `{}`)
	b.Want(202, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 0, 10)) // no worker takes them in: there are no records
	b.Want(429, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 20, 1))
	b.Pass(24 * time.Hour)
	b.Want(202, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 0, 10))
	b.Want(429, webtest.Request{}, "POST", "/v1/events", arrivals("acme", 20, 1))
}

// TestAPropertysOwnQuotasBeatTheDefaults: bigger or smaller, without a restart, and no key of the property changes them. What is refused is noted.
func TestAPropertysOwnQuotasBeatTheDefaults(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	b.Quotas.Book = quota.NewBook(b.Store, b.Quotas.Now, quota.Limits{Events: 1000, NewVisitors: 10})
	for _, id := range []string{"acme", "beta"} {
		b.Want(201, webtest.Request{}, "PUT", "/v1/properties/"+id, `{}`)
	}
	if err := quota.Set(t.Context(), b.Store, "acme", quota.Limits{NewVisitors: 20}); err != nil {
		t.Fatal(err)
	}
	own := webtest.Request{Key: b.Key(edit.Key{Name: "own", Properties: []string{"acme"}})}
	b.Want(202, own, "POST", "/v1/events", arrivals("acme", 0, 20))
	no := b.Want(429, own, "POST", "/v1/events", arrivals("acme", 20, 5))
	if !strings.Contains(no.Body, "its quota of 20 new visitors and chats today") {
		t.Error(no.Body)
	}
	all := webtest.Request{Key: b.Key(edit.Key{Name: "all"})}
	b.Want(202, all, "POST", "/v1/events", arrivals("beta", 0, 10))
	b.Want(429, all, "POST", "/v1/events", arrivals("beta", 20, 1))
	// The tenant's attempts: to remove the property and to make it anew, and to name quotas in it.
	b.Want(204, own, "DELETE", "/v1/properties/acme", "")
	b.Want(201, own, "PUT", "/v1/properties/acme", `{}`)
	b.Want(422, own, "PUT", "/v1/properties/acme", `{"quotas": {"new_visitors": 1000000}}`)
	b.Pass(6 * time.Second)
	b.Want(429, own, "POST", "/v1/events", arrivals("acme", 20, 5))
	if err := b.Quotas.Book.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	over, err := quota.OverNow(t.Context(), b.Store, nil, b.Quotas.Now())
	if err != nil || len(over["acme"]) != 1 || over["acme"][0].Refused != 10 || over["acme"][0].Quota != quota.NewVisitors || over["beta"][0].Refused != 1 {
		t.Errorf("over quotas: %+v %v", over, err)
	}
	shown := b.Want(200, all, "GET", "/v1/quotas", "").Body
	for _, want := range []string{`"property":"acme","own":{"new_visitors":20},"waiting":0,"over":[{"quota":"new_visitors"`, `"refused":10`, `"property":"beta","own":{}`} {
		if !strings.Contains(shown, want) {
			t.Errorf("%s lacks %s", shown, want)
		}
	}
}
