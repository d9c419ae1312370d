// Package reach lets the commands of a user reach the deskbell up that the same user runs, and lets nobody else.
//
// On Unix that is a socket of mode 0600, in a folder of mode 0700 of the user's own: deskbell in XDG_RUNTIME_DIR, or
// deskbell-UID in the temporary folder. A folder that another made or may change, or that is a symbolic link, is refused: in
// a temporary folder that all share, anybody may have put it there. Where the path is longer than the address of a socket may
// be, the socket is in /tmp/deskbell-UID, under a name made of that path.
//
// On Windows it is a port of 127.0.0.1, and a file in the user's own AppData\Local with that port and a secret. Both sides
// prove that they know the secret before anything else is said, and neither sends it.
//
// A place has a lock, which the system takes back when its process ends, in whatever way. So the holder of the lock knows
// that a socket or a file that is there already is stale. Several deskbell up take a place each, in the order of their
// start; commands reach the first one that answers.
//
//	folder.go   where the places are, and whether the folder is safe
//	place.go    places, taking one, and finding those that are taken
//	socket.go   a place with a socket
//	port.go     a place with a port and a secret
package reach
