// Package visit decides which of a property's triggers speak to one visitor, and when. It keeps the facts of the
// visitor: their visits, their page, the messages that they have had, and the timers of those that they may still get.
//
// Merge adds events, in any order. Decide starts triggers for the events that Merge found to be new, carries out the
// timers that are due, and says when to decide again. It is level-triggered: at a timer's due time everything is
// checked once more, and an effect that is no longer wanted is dropped with a reason.
//
// # Order
//
// Events come late, twice and out of order. State keeps instants and, of facts that can change, the last; so the same
// events end in the same State in any order. Every list in it is bounded: of visits the last three are kept, of events
// the last 64 by their own time. An event older than all those may be a repeat, and starts nothing.
//
// # Visits and tabs
//
// A page, the minimized widget and what lasts on a page are facts of a visit, and where events name browser tabs, of a tab.
// Attributes, tags, chats and the effects that a visitor has had are the visitor's. An event that names no visit is of the
// visit that was the latest then; one that names no tab is on the page that the visit has opened last.
//
// All that belongs to a chat goes to the chat's visit: see State.Home.
//
// A page is its URL without the fragment. A view that differs from the one before it in the fragment alone opens no page:
// it starts nothing and begins no time anew. To a trigger that asks about fragments it is another page.
//
// # Which instant wins
//
// An answer, the closing of the widget and the end of a chat at the very instant at which a timer started, or at which
// it is due, win: nothing is sent. A visitor who is seen at the instant at which they left is there: where clocks have
// whole seconds, each page that is left for another looks like that.
//
// # What ends a timer
//
// A change for good ends a timer at once: another page, an answer, the end of the chat, the widget minimized. (A
// visitor who comes back to a page starts its trigger anew.) Everything else is checked at the due time alone: whether
// the visitor is there, the widget is online, and the conditions hold. A visitor who leaves may come back, and each
// page that is left for another looks like that: the timer stays, but need not run while they are away. They need not
// be there for a trigger that belongs to a chat, since a chat can be read later, nor for one that notifies agents or
// the application of them. But no message goes into a chat that has ended, except by a trigger that starts at its end.
//
// After a wait within its actions a trigger goes on without asking its conditions again. An answer to the visitor it
// rescues, the end of its chat and the closing of the widget end it there, too.
//
// A message that a trigger sends of itself, to a visitor who has not asked for one, never comes into a running chat: the
// trigger is held back while the visitor is in a chat, at its start, at its due time and after each wait. (Which triggers
// those are says trigger.YieldsToChat. Actions other than messages are carried out all the same.)
//
// A condition on how long something has lasted is checked at the start, but for the due time: a trigger that speaks
// after 60 seconds on the page may ask that they be 30.
//
// # The chat's department
//
// A chat that names no department is in the one that the visitor chose last, at most a day before it began: for
// conditions, texts and doors alike. Triggers that promise help in a chat (rescue, chat.unanswered, chat.idle) need the
// widget of its department to be online, and not the property's. Others in a chat need the property's, since they may say
// that the department is closed.
//
// chat.unanswered counts from each message that waits. Whether a message waits depends on the instants of answers, and so
// not on the order in which events arrive.
//
// # What Deskbell did
//
// A trigger acts before the next one starts. What it did to the visitor or the chat (Did) is in the State as if the
// application had said it, so that later conditions and texts see it, and a later word of the application wins. A chat gets
// so many messages without an agent's word in between (trigger.MostInChat), and no more: a program may be answering them.
//
// # Within hours
//
// A trigger may count its delays in open time, at the door of its chat's department or else of the property, or be
// deferred to the next opening (trigger.Timing). Its timers keep when their delay began, and their due times are found
// anew with each decision: an edit of the hours moves them. A trigger that is deferred may start while it is closed. That
// it waits is recorded once, at the time that it would have had without hours. At its due time everything is checked as
// ever.
//
// A trigger that promises help in a chat begins its delay again at the end of a snooze that puts the chat aside, as the rescue
// ladder does, for what the visitor had said up to then.
//
// # How often
//
// The effects that a visitor has had are recorded when a trigger acts, in the State that is committed with the effects.
// Two tabs and two workers are two timers, of which the second finds that the first was quicker.
package visit
