// Package chat decides what is said in one conversation without anybody's doing: the rescue ladder while nobody answers,
// auto-replies, the hand-over by a bot, and what comes before and at the end of the hours. It also answers forms.
//
// A State is merged from events in any order, and repeated events change nothing: it keeps instants, and lists of which
// the newest so many are kept. Decide is level-triggered: it may run late, twice, or without need. What it has decided
// on once it remembers in the State, so that no decision is made twice.
//
// # Who waits, and who answers
//
// A visitor waits from a request (chat.requested, chat.handoff) or a message on, until an agent's message at the same
// instant or later, or the end of the chat. A bot's message is no answer, and an agent who has joined has not answered.
// A chat that has ended goes on with the visitor's next request or message.
//
// While a bot is answering (`bot: true`, until the hand-over, or until an agent joins or writes) the chat is the
// bot's: the visitor does not wait for anybody, and nothing here speaks. With the hand-over the waiting begins.
//
// # The rescue ladder
//
// A step is due so long after the first message that waits. A step without `repeat` is for requests alone. One with
// `repeat` is taken again for the first message that is written after it was last due: each message left unanswered is
// followed by the step, and several written in a row share one.
//
// Steps are taken while the widget is online or away, and not while it is offline. That nobody is available in hours is
// what a ladder is for, so that a widget which is away does not end it; but outside hours "we are nearly with you" would
// not be true, and the outside reply has said what is. A step that falls there is skipped, and not made up for at
// the opening: the outside reply named that time. The visitor may have left the page: a chat is read again later.
//
// What a step does after a wait is held to the same: once an agent has answered or the chat has ended, it is dropped, and
// so is what falls outside hours.
//
// # Auto-replies
//
// They answer the newest message of the visitor, each once looked at. Which of the two it is, the hours of the chat's
// department decide, not who is available. The reply in hours is for the minute after the message; the reply outside
// may come late, as long as that closed time lasts, for it stays true. A message that was written before the hours
// ended and is looked at after is not answered: what becomes of who waits at close says `waiting_at_close`.
//
// A request for a department that is closed while the property is open gets the outside reply though it may have no
// text, and the departments that are open are offered.
//
// # The end of the hours
//
// Before it, chats in which somebody waits or has stirred of late are told: many a chat is never ended. At it,
// `waiting_at_close` is for requests of these hours that no agent has answered or joined; a chat that an agent has taken
// runs on.
//
// # What came in while closed
//
// At the opening a Digest says it once: forms, messages, and the chats that wait then. Events say what came in, each by its
// own time. Who waits at the opening no event says, and so each chat in which somebody waits while it is closed is put on
// the list (ForDigest), and asked again at the opening (Awaits): it may have been answered since. What was told once is not
// told again: a chat that is still waiting a day later is in no second digest, unless the visitor has asked again. Many
// a chat is never ended, and would be told of each morning.
package chat
