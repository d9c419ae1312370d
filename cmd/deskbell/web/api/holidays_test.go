package api_test

import (
	"strings"
	"testing"

	"github.com/deskbell/deskbell/cmd/deskbell/web/webtest"
	"github.com/deskbell/deskbell/jobs/edit"
)

func TestHolidaysOfACountry(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	for _, c := range []struct {
		path string
		code int
		want string // a part of the answer
	}{
		{"/v1/holidays/FR?year=2027", 200, `"date":"2027-07-14","name":"Bastille Day","local_name":"Fête nationale","type":"public","observed":false,"estimated":false}`},
		{"/v1/holidays/fr-57?year=2027", 200, `"region":"57","year":2027,"first_year":2015,"last_year":2060`},
		{"/v1/holidays/FR?region=57&year=2027", 200, `{"date":"2027-12-26"`},
		{"/v1/holidays/SE?year=2026&also=bank,optional", 200, `"date":"2026-12-24","name":"Christmas Eve","local_name":"julafton","type":"bank"`},
		{"/v1/holidays/TR?year=2026", 200, `"estimated":true,"from":"13:00","to":"24:00"`},
		{"/v1/holidays/CA?year=2026", 200, `{"code":"ON","name":"Ontario"}`},
		{"/v1/holidays/AU", 404, `has no holidays of the whole country: name a region; allowed: ACT, NSW, NT`},
		{"/v1/holidays/XX", 404, `is not a country with known holidays`},
		{"/v1/holidays/FR-XX", 404, `is not a region of FR with holidays of its own; allowed: 57, 67`},
		{"/v1/holidays/FR?year=2061", 422, `lies outside the years that are known, 2015 to 2060`},
		{"/v1/holidays/FR?also=observance", 422, `also`},
		{"/v1/holidays", 200, `{"code":"AU","name":"Australia","regional":true,"regions":["ACT",`},
		{"/v1/holidays/FR?year=0", 422, `lies outside the years that are known, 2015 to 2060","location":"query.year","value":"0"`},
		{"/v1/holidays/FR?year=next", 422, `is not a year; allowed: 2015 to 2060","location":"query.year","value":"next"`},
		{"/v1/holidays/FR?yeer=2027", 422, `is not a parameter here; allowed: year, region, also (did you mean \"year\"?)","location":"query.yeer","value":"2027"`},
		{"/v1/holidays/FR?year=2027&year=2028", 422, `is there more than once; allowed: one value","location":"query.year","value":"2027, 2028"`},
		{"/v1/holidays/FR-57?region=67", 404, `is not the region that FR-57 names; allowed: 57, or no region here","location":"query.region","value":"67"`},
		{"/v1/holidays/FR-57?region=FR-57&year=2027", 200, `"region":"57"`},
		{"/v1/holidays/FR?region=xx", 404, `"location":"query.region","value":"xx"`},
		{"/v1/holidays/fr-", 404, `names no region after the dash; allowed: FR, or a region such as DE-BY","location":"path.code","value":"fr-"`},
		{"/v1/holidays/france?year=3000", 404, `(did you mean \"FR\"?)","location":"path.code","value":"france"},{"message":"lies outside the years`},
	} {
		a := b.Do("GET", c.path, "")
		if a.Code != c.code || !strings.Contains(a.Body, c.want) {
			t.Errorf("%s: %d %s, want %d %s", c.path, a.Code, a.Body, c.code, c.want)
		}
	}
}

func TestHolidaysAreForAnyKey(t *testing.T) {
	t.Parallel()
	b := webtest.New(t)
	key := b.Key(edit.Key{Name: "staff", ReadOnly: true, Properties: []string{"acme"}})
	b.Want(401, webtest.Request{}, "GET", "/v1/holidays/FR", "")
	b.Want(200, webtest.Request{Key: key}, "GET", "/v1/holidays/FR", "")
}
