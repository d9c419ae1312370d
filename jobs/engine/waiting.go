package engine

import "context"

// Quotas bounds how many messages wait on a property: of triggers, and the next look at each chat, which the rescue ladder asks for. Where as
// many wait as may, triggers and steps of the ladder begin to wait for nothing more; those that wait already go on.
type Quotas interface {
	// Room is how many more messages may wait on a property, below 0 where too many do, and the most that may.
	Room(ctx context.Context, property string) (left, most int, err error)
	// Waits notes that so many more messages wait, or fewer.
	Waits(property string, more int)
	// RefusedMessages notes that so many messages were held back because too many wait.
	RefusedMessages(property string, n int)
}

// reserve is the part of the room that is for chats alone: pages that visitors open, of which there may be any number, leave it to visitors
// who ask for something.
const reserve = 10
