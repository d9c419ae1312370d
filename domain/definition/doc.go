// Package definition holds the definitions that people write, checked: the schedules, properties, agents and destinations
// of a deskbell.yaml, or single ones of them that come by the HTTP API.
//
// Parse reads the tree that a YAML or JSON decoder yields and answers with the definitions or with every fault at once.
// A fault has its place (a JSON pointer, from which the config package makes a line and a column), the value that
// stands there and the values that may. Nothing is repaired or guessed, and bad input is refused whole.
//
// One table per object (tables.go) names its keys. Package table makes of it the decoder, the refusal of unknown keys,
// the JSON Schema for editors and the rows of the reference. The keys inside a schedule belong to package hours;
// schedule_keys.go only describes them, and a test holds the description to hours.Parse.
//
// The types marshal to canonical JSON in the shape of the YAML file. That is their stored form, and Parse reads it back
// to the same value.
package definition
