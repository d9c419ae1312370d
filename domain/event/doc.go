// Package event holds the events of chat applications: CloudEvents 1.0 in JSON. One table (tables.go) names every type of
// event with its fields. Package table makes of it the decoder, the refusal of unknown keys, the JSON Schema and the rows
// of the reference.
//
// An Intake reads events: one, an array, or one a line. It refuses an event whole, with every fault at once, and
// accepts the good ones beside it. Three rules tell a fault from other input:
//
//   - A mistake of the programmer is a fault: an unknown key, a wrong type, an id that is none. It shows at the first
//     try, and a typo that was let through would lose messages for ever after.
//   - Text from people and browsers is no fault for being long: texts, titles and addresses of pages are cut at
//     their bound, since the end of a text is worth less than the event.
//   - A null and an empty text are the same as an absent field, since many languages write an unknown value so.
//
// # Ids
//
// Properties, departments and agents are named as in the definitions. The ids of visitors, visits, chats and events are
// the application's own: 1 to 128 letters, digits and -._~!$&'()*+,;=:@ but neither "." nor "..". Those are the
// characters that a segment of a URL may hold as they are (RFC 3986, pchar without escapes). So an id stands unescaped
// in a Redis key, in a task id that the web monitor can link, and in an address; a UUID, a number, an e-mail address
// and a Matrix or Firebase id all pass. '/', '#', '?', '%', blanks, control characters and letters that only look alike
// do not, and '/' may separate ids. A whole number counts as its digits.
//
// # Time
//
// Events come late, twice and out of order, so each says when it happened. Intake says how the time is used.
package event
