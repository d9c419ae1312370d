package definition

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/deskbell/deskbell/domain/wire"
)

func TestFormsAreThoseOfEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{}`,
		`{"name":"Acme","time_zone":"Europe/Paris","language":"fr","schedule":{"weekly":{"mon-fri":"09:00-18:00"}},"widget":{"outside_hours":"message","no_agents":"hidden","message":"A \u003c B","waiting_at_close":"reply"}}`,
		`{"schedule":"week","agents":["lea","tom"],"departments":{"sales":{"name":"Sales","schedule":"week","agents":["lea"]},"support":{}},"destinations":[]}`,
		`{"destinations":["crm"],"shortcuts":{"hi":{"text":"Hello"}},"triggers":[],"one_proactive_message_per_visit":true,"auto_replies":{"outside":"Later","form":""},"closing_soon":{"before":"10m"},"sla":{"first_answer":"30m","warn_before":"10m"},"reassign_after":"5m"}`,
		`{"triggers":[{"name":"Hi","type":"site","actions":[{"send_message":{"text":"Hello"}}]}],"rescue":[{"after":"30s","actions":[{"send_message":{"text":"Soon"}}]}]}`,
	} {
		sameProperty(t, body, true)
	}
	for _, body := range []string{
		`null`, ``, `{"name":null}`, `{"Name":"Acme"}`, `{"name": "Acme"}`, `{"language":"fr","name":"Acme"}`, `{"schedule":5}`, `{"schedule":{"a":}}`, `{"new":1}`, `{"name":"a"}}`, `{"name":"a""language":"b"}`,
	} {
		sameProperty(t, body, false)
	}
	for _, body := range []string{
		`{"name":"Lea","time_zone":"Asia/Tokyo","schedule":"week","leave":[{"date":"2026-12-24"}],"cover":[{"for":"lea","by":"tom","from":"2026-12-01","to":"2026-12-02"}],"online_when":"logged_in"}`,
		`{"notify":{"on":["hours_started"],"via":["logger://"]},"online_outside_hours":true,"auto_offline_after":"2m","idle":{"after":"10m","to":"offline"},"receive_when_slow":"1m","image":"https://a.example/b.png?c=1\u0026d=2","capacity":5,"at_shift_end":"keep"}`,
	} {
		var got, want Agent
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if !wire.Reads([]byte(body), &got, (*Agent).Form) || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read %+v, want %+v", body, got, want)
		}
	}
}

// sameProperty compares both ways of reading a property, and of writing it. One in the form that is stored is not left to encoding/json.
func sameProperty(t *testing.T, body string, quick bool) {
	t.Helper()
	var got, want Property
	gotErr, err := wire.Unmarshal([]byte(body), &got, (*Property).Form), json.Unmarshal([]byte(body), &want)
	if (gotErr == nil) != (err == nil) || err == nil && !reflect.DeepEqual(got, want) {
		t.Errorf("%s: read %+v (%v), want %+v (%v)", body, got, gotErr, want, err)
	}
	if read := wire.Reads([]byte(body), new(Property), (*Property).Form); read != quick {
		t.Errorf("%s: read by its form %v", body, read)
	}
	if err != nil {
		return
	}
	written, _ := wire.Append(nil, &want, (*Property).Form)
	if wanted, err := json.Marshal(want); err != nil || string(written) != string(wanted) {
		t.Errorf("%s: wrote %s, want %s (%v)", body, written, wanted, err)
	}
}
