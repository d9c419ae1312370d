package main

import (
	"errors"
	"reflect"
	"strings"

	"deskbell.example/contract/api"
)

// all is an event of each type.
func all() ([]api.Event, error) {
	page := api.EventPage{Url: "https://acme.example/pricing"}
	form := api.EventForm{Kind: "contact"}
	var list []api.Event
	err := errors.Join(
		add(&list, (*api.Event).FromEventVisitorArrived, api.EventVisitorArrived{Data: api.EventVisitorArrivedData{Property: "acme", Visitor: "v-go", Visit: "s-go", Page: &page}}),
		add(&list, (*api.Event).FromEventPageViewed, api.EventPageViewed{Data: api.EventPageViewedData{Property: "acme", Visitor: "v-go", Visit: "s-go", Page: page}}),
		add(&list, (*api.Event).FromEventVisitorUpdated, api.EventVisitorUpdated{Data: api.EventVisitorUpdatedData{Property: "acme", Visitor: "v-go", Attributes: api.EventAttributes{Name: ptr("Zoë")}}}),
		add(&list, (*api.Event).FromEventVisitorCustom, api.EventVisitorCustom{Data: api.EventVisitorCustomData{Property: "acme", Visitor: "v-go", Name: "cart"}}),
		add(&list, (*api.Event).FromEventWidgetMaximized, api.EventWidgetMaximized{Data: api.EventWidgetMaximizedData{Property: "acme", Visitor: "v-go"}}),
		add(&list, (*api.Event).FromEventWidgetMinimized, api.EventWidgetMinimized{Data: api.EventWidgetMinimizedData{Property: "acme", Visitor: "v-go"}}),
		add(&list, (*api.Event).FromEventDepartmentChosen, api.EventDepartmentChosen{Data: api.EventDepartmentChosenData{Property: "acme", Visitor: "v-go", Department: "sales"}}),
		add(&list, (*api.Event).FromEventFormAbandoned, api.EventFormAbandoned{Data: api.EventFormAbandonedData{Property: "acme", Visitor: "v-go", Form: form}}),
		add(&list, (*api.Event).FromEventFormSubmitted, api.EventFormSubmitted{Data: api.EventFormSubmittedData{Property: "acme", Visitor: "v-go", Form: form}}),
		add(&list, (*api.Event).FromEventChatRequested, api.EventChatRequested{Data: api.EventChatRequestedData{Property: "acme", Visitor: "v-go", Chat: "c-go", Text: ptr("Hello?")}}),
		add(&list, (*api.Event).FromEventChatMessage, api.EventChatMessage{Data: api.EventChatMessageData{Property: "acme", Chat: "c-go", From: "visitor", Text: ptr("Anybody?")}}),
		add(&list, (*api.Event).FromEventChatQueued, api.EventChatQueued{Data: api.EventChatQueuedData{Property: "acme", Chat: "c-go"}}),
		add(&list, (*api.Event).FromEventChatAssigned, api.EventChatAssigned{Data: api.EventChatAssignedData{Property: "acme", Chat: "c-go", Agent: "lea"}}),
		add(&list, (*api.Event).FromEventChatAgentJoined, api.EventChatAgentJoined{Data: api.EventChatAgentJoinedData{Property: "acme", Chat: "c-go", Agent: "lea"}}),
		add(&list, (*api.Event).FromEventChatAgentLeft, api.EventChatAgentLeft{Data: api.EventChatAgentLeftData{Property: "acme", Chat: "c-go", Agent: "lea"}}),
		add(&list, (*api.Event).FromEventChatHandoff, api.EventChatHandoff{Data: api.EventChatHandoffData{Property: "acme", Chat: "c-go"}}),
		add(&list, (*api.Event).FromEventChatTagged, api.EventChatTagged{Data: api.EventChatTaggedData{Property: "acme", Chat: "c-go", Added: &[]string{"buyer"}}}),
		add(&list, (*api.Event).FromEventChatEnded, api.EventChatEnded{Data: api.EventChatEndedData{Property: "acme", Chat: "c-go"}}),
		add(&list, (*api.Event).FromEventAgentLoggedIn, api.EventAgentLoggedIn{Data: api.EventAgentLoggedInData{Agent: "lea"}}),
		add(&list, (*api.Event).FromEventAgentActive, api.EventAgentActive{Data: api.EventAgentActiveData{Agent: "lea"}}),
		add(&list, (*api.Event).FromEventAgentStatusSet, api.EventAgentStatusSet{Data: api.EventAgentStatusSetData{Agent: "lea", Status: "away"}}),
		add(&list, (*api.Event).FromEventAgentLoggedOut, api.EventAgentLoggedOut{Data: api.EventAgentLoggedOutData{Agent: "lea"}}),
		add(&list, (*api.Event).FromEventVisitorLeft, api.EventVisitorLeft{Data: api.EventVisitorLeftData{Property: "acme", Visitor: "v-go", Visit: "s-go"}}),
	)
	return list, err
}

// ofPage is an event of each type that a page may send. The key and the token say of whom they are.
func ofPage() ([]api.PageEvent, error) {
	page, name, text := api.EventPage{Url: "https://acme.example/pricing"}, "Zoë", "Hello?"
	form := api.EventForm{Kind: "contact"}
	var list []api.PageEvent
	err := errors.Join(
		add(&list, (*api.PageEvent).FromPageEventVisitorArrived, api.PageEventVisitorArrived{Data: api.PageEventVisitorArrivedData{Page: &page}}),
		add(&list, (*api.PageEvent).FromPageEventPageViewed, api.PageEventPageViewed{Data: api.PageEventPageViewedData{Page: page}}),
		add(&list, (*api.PageEvent).FromPageEventVisitorUpdated, api.PageEventVisitorUpdated{Data: api.PageEventVisitorUpdatedData{Attributes: api.EventAttributes{Name: &name}}}),
		add(&list, (*api.PageEvent).FromPageEventVisitorCustom, api.PageEventVisitorCustom{Data: api.PageEventVisitorCustomData{Name: "cart"}}),
		add(&list, (*api.PageEvent).FromPageEventWidgetMaximized, api.PageEventWidgetMaximized{}),
		add(&list, (*api.PageEvent).FromPageEventWidgetMinimized, api.PageEventWidgetMinimized{}),
		add(&list, (*api.PageEvent).FromPageEventDepartmentChosen, api.PageEventDepartmentChosen{Data: api.PageEventDepartmentChosenData{Department: "sales"}}),
		add(&list, (*api.PageEvent).FromPageEventFormAbandoned, api.PageEventFormAbandoned{Data: api.PageEventFormAbandonedData{Form: form}}),
		add(&list, (*api.PageEvent).FromPageEventFormSubmitted, api.PageEventFormSubmitted{Data: api.PageEventFormSubmittedData{Form: form}}),
		add(&list, (*api.PageEvent).FromPageEventChatRequested, api.PageEventChatRequested{Data: api.PageEventChatRequestedData{Text: &text}}),
		add(&list, (*api.PageEvent).FromPageEventChatMessage, api.PageEventChatMessage{Data: api.PageEventChatMessageData{Text: &text}}),
		add(&list, (*api.PageEvent).FromPageEventVisitorLeft, api.PageEventVisitorLeft{}),
	)
	return list, err
}

// members says how many types the union has that a pointer points to: there is a method to make it of each.
func members(union any) int {
	t, count := reflect.TypeOf(union), 0
	for i := range t.NumMethod() {
		if strings.HasPrefix(t.Method(i).Name, "From") {
			count++
		}
	}
	return count
}

// add adds an event, by the method that makes one of a type: it sets the type.
func add[U, E any](list *[]U, from func(*U, E) error, of E) error {
	var e U
	err := from(&e, of)
	*list = append(*list, e)
	return err
}
