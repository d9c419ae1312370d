// Package trigger says which messages a property sends by itself, and on what conditions.
//
// A trigger starts at an event, looks at conditions, waits, and acts. This package knows its parts and decides the three
// questions that can be answered without anybody's state: do the conditions hold (Compiled.Match), may the message be
// sent again (Allowed), and what does its text say (Text.Render). When it starts, whether it is still wanted at its due
// time, and what has fired already is for the packages that keep visits and chats.
//
// Each table stands once: the fields that a condition may look at (Fields), the operators (Operators), the events at
// which an advanced trigger may start (Starts), the actions (Actions) and the placeholders of texts (Placeholders). What
// is refused, the JSON Schema and the README's reference come from them.
//
// # What is absent
//
// A visitor may have no name, a page no title, a chat no queue. Every operator is false of what is absent, and a negative
// operator (is_not, not_in, not_contains, not_exists) is the denial of its positive one: whoever has no country is not
// in France, and a trigger for everybody outside of France means them too. What cannot be read as what the field holds,
// an address that is none, is absent.
package trigger
