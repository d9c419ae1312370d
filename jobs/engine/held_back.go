package engine

import (
	"fmt"
	"strconv"
	"time"

	"github.com/deskbell/deskbell/domain/action"
	"github.com/deskbell/deskbell/domain/chat"
	"github.com/deskbell/deskbell/domain/trigger"
	"github.com/deskbell/deskbell/domain/visit"
	"github.com/deskbell/deskbell/jobs/store"
)

// Skipped is a message that was held back: a decision went against it. It becomes an action only
// where somebody wants to read it, since a worker holds back many.
type Skipped struct {
	subject       store.Subject
	visit, chat   string
	trigger, rule string // the one or the other
	event         string // the id of the one from which a trigger counts
	Reason        string
	verdict       trigger.Verdict // zero: no condition decided
	at            time.Time
}

// action reports it, with a text that says why.
func (s *Skipped) action(text string) action.Action {
	property, id, _ := s.subject.Visitor()
	key := s.chat + "/" + s.trigger + s.rule + "/" + s.event + "/" + s.Reason + "/" + strconv.FormatInt(s.at.UnixMilli(), 10)
	return action.Action{ID: action.VisitorID(action.MessageSkipped, property, id, key), Type: action.MessageSkipped, Time: s.at, Data: action.Visitor{
		Property: property, Visitor: id, Visit: s.visit, Chat: s.chat, Trigger: s.trigger, Rule: s.rule,
		Reason: s.Reason, Cause: action.Cause{Event: s.event}, Text: text,
	}}
}

// The reasons for which a record forgets facts that events brought. The rule of such a Skipped is recordRule.
const (
	attributesFull = "attributes_full"
	chatsFull      = "chats_full"

	recordRule = "record"
)

// Explained is the action with the condition that decided, and the value it saw.
func (s *Skipped) Explained() action.Action {
	if s.verdict.Condition.IsZero() {
		return s.action("")
	}
	return s.action(s.verdict.String())
}

// SkipReasons are all reasons for which a message is held back, with the words in which the
// board says them. Without words the board says nothing: those messages were never under way,
// because the trigger is not for this visitor, or not again, or because it has begun to count anew.
// They are many, and each is as it should be. The others were about to be sent, and something came
// in between: someone may wonder where they are.
func SkipReasons() map[string]string {
	return map[string]string{
		string(visit.Conditions):    "",
		string(visit.Frequency):     "", // of rules, too
		string(visit.OnePerVisit):   "",
		string(visit.Superseded):    "",
		string(visit.Budget):        "the regular expressions of conditions would take too long on texts of this length",
		string(visit.Chatting):      "the visitor is in a chat",
		string(visit.Late):          "it would have come too late",
		string(visit.WidgetOffline): "the widget is offline",
		string(visit.VisitorLeft):   "the visitor has left",
		string(visit.OtherPage):     "the visitor has left the page",
		string(visit.Answered):      "an agent has answered",
		string(visit.Bot):           "a bot is answering",
		string(visit.Joined):        "an agent has joined",
		string(visit.ChatEnded):     "the chat has ended",
		string(visit.Minimized):     "the visitor has closed the widget",
		string(visit.Disabled):      "the trigger is switched off",
		string(visit.Removed):       "it is not defined any more",
		string(visit.Edited):        "the trigger was edited meanwhile",
		string(visit.NoChat):        "the visitor has no chat",
		string(visit.Deferred):      "it waits for the opening",
		string(visit.NoOpening):     "no opening is in sight until which the chat could be put aside",
		string(chat.Snooze):         "the chat is put aside",
		string(visit.NoAnswer):      "no agent has written for 20 messages",
		string(visit.TooMany):       "too much waits for this visitor already",
		string(visit.TagsFull):      fmt.Sprintf("there are %d tags already", trigger.MostTags), // of the visitor, or of the chat
		string(visit.NotesFull):     fmt.Sprintf("Deskbell has added %d notes already", trigger.MostNotes),
		string(visit.Quota):         "as many messages wait on the property as may",
		attributesFull:              fmt.Sprintf("the visitor has %d custom attributes: the oldest were forgotten", trigger.MostCustom),
		chatsFull:                   fmt.Sprintf("the visitor has %d chats: the one in which something was asked longest ago was forgotten", trigger.MostChats),
		string(chat.JustAnswered):   "an agent has just answered",
		string(chat.HoursChanged):   "the hours have begun or ended since it was asked",
		string(chat.NobodyLeft):     "nobody is left to have the chat",
		string(chat.StillOnline):    "the agent is online still",
		string(chat.Empty):          "its text is empty without the values it names",
	}
}
