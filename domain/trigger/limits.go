package trigger

import (
	"time"

	"github.com/deskbell/deskbell/domain/event"
)

// Limits of a property's definitions. Characters are Unicode code points, so that most emoji count as one.
const (
	MostTriggers    = 20   // of a property
	MostConditions  = 10   // of a trigger
	MostActions     = 5    // of a trigger, or of a step of the rescue ladder
	MostSteps       = 10   // of the rescue ladder
	MostSuggested   = 4    // replies that a message suggests
	MostShortcuts   = 200  // of a property
	MostAttachments = 10   // of a shortcut
	MostName        = 100  // characters of a trigger's name, a sender's, a tag, a suggested reply
	MostText        = 1000 // characters of a message as it is written: messengers show so many without a cut
	MostOperand     = 500  // characters of a text to compare with, or of a regular expression
	MostOperands    = 100  // values of a list to compare with
	MostInChat      = 20   // messages that triggers and the rescue ladder send in a chat without an agent's word in between
	MostDelay       = 24 * time.Hour
)

// What regular expressions may cost. A match takes at most as many steps as the compiled expression has instructions, for
// each character of the text; a step takes some 10 ns.
const (
	MostProgram  = 500                                // instructions of an expression
	MostPrograms = 5000                               // instructions of all expressions of a property
	mostCost     = MostProgram * (event.MostText + 1) // steps for one event: the largest expression over the longest text
	mostTogether = 5 * mostCost                       // steps for all events of a visitor that are decided on together: some 0.2 s, which nothing can stop
)

const (
	mostValue  = 200 // characters of a placeholder's value: a visitor may choose any name
	mostDigits = 40  // characters of a number
	mostShown  = 300 // characters of a value in a verdict
	mostPart   = 100 // characters of NAME in page.query.NAME
)
