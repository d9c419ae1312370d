// Package foreign recognises opening hours in the forms of other products, and converts them: people paste what they have.
//
//	schemaorg.go  openingHours and openingHoursSpecification of schema.org
//	google.go     regularHours of Google Business Profile, periods of Google Maps
//	chatwoot.go   working_hours of Chatwoot
//	zendesk.go    intervals of Zendesk, in minutes since Sunday 00:00
//	spatie.go     days of spatie/opening-hours
//	osm.go        opening_hours of OpenStreetMap
//	draft.go      a week while it is put together
package foreign
