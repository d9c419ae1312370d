// Package chat decides the automatic messages in one conversation: the rescue ladder while nobody answers,
// auto-replies, the hand-over by a bot, and the messages before and at the end of the hours. It also answers forms.
//
// A State is merged from events in any order, and repeated events change nothing: it keeps instants, and bounded lists
// of the newest entries. Decide is level-triggered: it may run late, twice, or without need. It remembers its decisions
// in the State, so that none is made twice.
//
// # Who waits, and who answers
//
// A visitor waits from a request (chat.requested, chat.handoff) or a message on, until an agent's message at the same
// instant or later, or the end of the chat. A bot's message is no answer, and an agent who has joined has not answered.
// A chat that has ended goes on with the visitor's next request or message.
//
// While a bot is answering (`bot: true`, until the hand-over, or until an agent joins or writes) the chat is the bot's:
// the visitor does not wait, and this package sends nothing. With the hand-over the waiting begins.
//
// # The rescue ladder
//
// A step is due so long after the first message that waits. A step without `repeat` is for requests alone. One with
// `repeat` is due again for the first message that is written after it was last due: each message left unanswered is
// followed by the step, and several written in a row share one.
//
// Steps run while the widget is online or away, and not while it is offline. A ladder is for hours in which nobody is
// available, so a widget that is away does not end it. But outside hours "we are nearly with you" would not be true,
// and the outside reply has told the truth. A step that falls there is skipped, and not made up for at the opening: the
// outside reply named that time. The visitor may have left the page: a chat is read again later.
//
// The actions of a step after a wait obey the same rules. They are dropped once an agent has answered or the chat has
// ended, and outside hours.
//
// What a step did to the visitor or the chat (Did) is known to all that is decided after it. Triggers and steps together send
// so many messages without an agent's word in between (trigger.MostInChat), and no more: a program may be answering them.
//
// # Within hours
//
// A step may count open time at the door of the chat's department (trigger.Timing), or be deferred to the next opening.
// Its due time depends on the hours as they are, so it is found anew with each decision, and never stored for good. A
// deferred step is skipped with a reason at the time that it would have had without hours, once, so that somebody who
// wonders finds it.
//
// A step, or a trigger, may put the chat aside until the next opening (snooze.go). The ladder of everything asked so far
// begins again then, as if it had been asked at that instant. The visitor's next message has its own ladder, and its
// auto-reply, since it is new. A ladder snoozes once for each question: many a chat is never answered and never ended, and
// its visitor would be told each morning that it will not be long. While a snooze goes on, its end is found anew with each
// decision: an edit or an override of the hours moves it, and the receivers are told.
//
// A warning (sla.go) is due so much open time before the first answer is late. It is for agents, so nothing but an answer
// or the end of the chat takes it back. One that would come after the answer is late says nothing new, and is skipped.
//
// # Helpers, reassignment, and the end of a shift
//
// The chat sees its Colleagues as they are at the instant of the decision. A colleague is given a chat by one order of choice
// (Next): on shift, online and below their capacity, with the fewest chats, idle for longest, then by id.
//
// A hidden agent who helps when it is slow is invited so long after the first message that waits: as by a step of the ladder
// with `repeat`, by the same rules, once until there is an answer. Whether they are hidden is asked at that time: somebody
// who hides only later has a look around anyway.
//
// An assignment that has no answer for so long goes to the next colleague. The time counts from the assignment, or from the
// visitor's first message that waits, whichever is later, and again from each reassignment, whatever the application makes of
// it. Joining is no answer, but a colleague who joins a chat sees to it: then nothing is reassigned. Nobody gets a chat again
// that they have had since the last answer. Where nobody is left, it stays with its agent, as it would in LiveChat: a slow
// agent is better than none.
//
// At the end of a shift the open chats of the agent are kept, or go to the next colleague, or people are told of them. A chat is
// open while the visitor is there, or waits for an answer since less than a day. The hours of the agent end a shift, with
// their leave, and an edit of either; a pause does not, nor a lost connection: running chats stay with an agent who chooses to be
// away or offline, and auto-offline and reassignment are for agents who do not answer. Where nobody is there at that instant, the
// chat waits a quarter of an hour for a shift that begins late.
//
// # Auto-replies
//
// They answer the newest message of the visitor, and consider each once. The hours of the chat's department choose one
// of the two, not the agents available. The reply in hours is for the minute after the message; the reply outside may
// come late, as long as that closed time lasts, for it stays true. A message that was written before the hours ended
// and is considered after is not answered: `waiting_at_close` is for visitors who wait then.
//
// A request for a department that is closed while the property is open gets the outside reply though it may have no
// text, and the departments that are open are offered.
//
// # The end of the hours
//
// Before it, visitors who wait or have stirred of late get a message: many a chat is never ended. At it,
// `waiting_at_close` is for requests of these hours that no agent has answered or joined; a chat that an agent has
// answered or joined runs on.
//
// # The digest at the opening
//
// At the opening a Digest lists it once: forms, messages, and the chats that wait then. Events report forms and
// messages, each by its own time. No event reports the chats that wait at the opening. So each chat with a visitor who
// waits while it is closed is put on the list (ForDigest), and checked again at the opening (Awaits): it may have been
// answered since. Nothing is listed twice: a chat that is still waiting a day later is in no second digest, unless the
// visitor has asked again. Many a chat is never ended, and would be listed each morning.
package chat
