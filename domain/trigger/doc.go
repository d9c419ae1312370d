// Package trigger says which messages a property sends by itself, and on what conditions.
//
// A trigger starts at an event, checks conditions, waits, and acts. This package knows its parts and decides the three
// questions that need no visitor's state: do the conditions hold (Compiled.Match), may the message be sent again
// (Allowed), and what does its text say (Text.Render). The packages that keep visits and chats decide when it starts,
// whether it is still wanted at its due time, and whether it has fired already.
//
// Each table stands once: the fields that a condition may compare (Fields), the operators (Operators), the events at
// which an advanced trigger may start (Starts), the actions (Actions) and the placeholders of texts (Placeholders). The
// refusals, the JSON Schema and the README's reference come from them.
//
// # Absent values
//
// A visitor may have no name, a page no title, a chat no queue. Every operator is false of an absent value, and a
// negative operator (is_not, not_in, not_contains, not_exists) is the denial of its positive one: a visitor without a
// country is not in France, and a trigger for everybody outside of France means them too. A value that does not fit its
// field, such as an address that is none, is absent.
package trigger
