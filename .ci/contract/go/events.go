package main

import (
	"errors"

	"deskbell.example/contract/api"
)

// all is an event of each type.
func all() ([]api.Event, error) {
	page := api.EventPage{Url: "https://shop.example/pricing"}
	form := api.EventForm{Kind: "contact"}
	var list []api.Event
	err := errors.Join(
		add(&list, (*api.Event).FromEventVisitorArrived, api.EventVisitorArrived{Data: api.EventVisitorArrivedData{Property: "shop", Visitor: "v-go", Visit: "s-go", Page: &page}}),
		add(&list, (*api.Event).FromEventPageViewed, api.EventPageViewed{Data: api.EventPageViewedData{Property: "shop", Visitor: "v-go", Visit: "s-go", Page: page}}),
		add(&list, (*api.Event).FromEventVisitorUpdated, api.EventVisitorUpdated{Data: api.EventVisitorUpdatedData{Property: "shop", Visitor: "v-go", Attributes: api.EventAttributes{Name: ptr("Zoë")}}}),
		add(&list, (*api.Event).FromEventVisitorCustom, api.EventVisitorCustom{Data: api.EventVisitorCustomData{Property: "shop", Visitor: "v-go", Name: "cart"}}),
		add(&list, (*api.Event).FromEventWidgetMaximized, api.EventWidgetMaximized{Data: api.EventWidgetMaximizedData{Property: "shop", Visitor: "v-go"}}),
		add(&list, (*api.Event).FromEventWidgetMinimized, api.EventWidgetMinimized{Data: api.EventWidgetMinimizedData{Property: "shop", Visitor: "v-go"}}),
		add(&list, (*api.Event).FromEventDepartmentChosen, api.EventDepartmentChosen{Data: api.EventDepartmentChosenData{Property: "shop", Visitor: "v-go", Department: "sales"}}),
		add(&list, (*api.Event).FromEventFormAbandoned, api.EventFormAbandoned{Data: api.EventFormAbandonedData{Property: "shop", Visitor: "v-go", Form: form}}),
		add(&list, (*api.Event).FromEventFormSubmitted, api.EventFormSubmitted{Data: api.EventFormSubmittedData{Property: "shop", Visitor: "v-go", Form: form}}),
		add(&list, (*api.Event).FromEventChatRequested, api.EventChatRequested{Data: api.EventChatRequestedData{Property: "shop", Visitor: "v-go", Chat: "c-go", Text: ptr("Hello?")}}),
		add(&list, (*api.Event).FromEventChatMessage, api.EventChatMessage{Data: api.EventChatMessageData{Property: "shop", Chat: "c-go", From: "visitor", Text: ptr("Anybody?")}}),
		add(&list, (*api.Event).FromEventChatQueued, api.EventChatQueued{Data: api.EventChatQueuedData{Property: "shop", Chat: "c-go"}}),
		add(&list, (*api.Event).FromEventChatAssigned, api.EventChatAssigned{Data: api.EventChatAssignedData{Property: "shop", Chat: "c-go", Agent: "lea"}}),
		add(&list, (*api.Event).FromEventChatAgentJoined, api.EventChatAgentJoined{Data: api.EventChatAgentJoinedData{Property: "shop", Chat: "c-go", Agent: "lea"}}),
		add(&list, (*api.Event).FromEventChatAgentLeft, api.EventChatAgentLeft{Data: api.EventChatAgentLeftData{Property: "shop", Chat: "c-go", Agent: "lea"}}),
		add(&list, (*api.Event).FromEventChatHandoff, api.EventChatHandoff{Data: api.EventChatHandoffData{Property: "shop", Chat: "c-go"}}),
		add(&list, (*api.Event).FromEventChatTagged, api.EventChatTagged{Data: api.EventChatTaggedData{Property: "shop", Chat: "c-go", Added: &[]string{"buyer"}}}),
		add(&list, (*api.Event).FromEventChatEnded, api.EventChatEnded{Data: api.EventChatEndedData{Property: "shop", Chat: "c-go"}}),
		add(&list, (*api.Event).FromEventAgentLoggedIn, api.EventAgentLoggedIn{Data: api.EventAgentLoggedInData{Agent: "lea"}}),
		add(&list, (*api.Event).FromEventAgentActive, api.EventAgentActive{Data: api.EventAgentActiveData{Agent: "lea"}}),
		add(&list, (*api.Event).FromEventAgentStatusSet, api.EventAgentStatusSet{Data: api.EventAgentStatusSetData{Agent: "lea", Status: "away"}}),
		add(&list, (*api.Event).FromEventAgentLoggedOut, api.EventAgentLoggedOut{Data: api.EventAgentLoggedOutData{Agent: "lea"}}),
		add(&list, (*api.Event).FromEventVisitorLeft, api.EventVisitorLeft{Data: api.EventVisitorLeftData{Property: "shop", Visitor: "v-go", Visit: "s-go"}}),
	)
	return list, err
}

// add adds an event, by the method that makes one of a type: it sets the type.
func add[E any](list *[]api.Event, from func(*api.Event, E) error, of E) error {
	var e api.Event
	err := from(&e, of)
	*list = append(*list, e)
	return err
}
