package reach

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
)

const socketEnding = ".sock"

// sockets are places with a socket. The system lets nobody but the user and root connect.
type sockets struct{ getenv func(string) string }

func (s sockets) folder() (folder, error) { return socketFolder(s.getenv), nil }

func (sockets) listen(f folder, n int) (door, error) {
	path := f.file(n, socketEnding)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return door{}, fmt.Errorf("removing the socket of one that has ended: %w", err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return door{}, fmt.Errorf("making the socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil { // until now, the folder has kept others out
		return door{}, errors.Join(fmt.Errorf("closing the socket to others: %w", err), l.Close())
	}
	return door{Listener: l}, nil // it removes its file by itself
}

func (sockets) dial(ctx context.Context, f folder, n int) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", f.file(n, socketEnding))
}
