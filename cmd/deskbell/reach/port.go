package reach

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
)

const portEnding = ".json"

// ports are places with a port of this machine, to which every user could connect. A file that only the user can read has
// the port and a secret.
type ports struct{ getenv func(string) string }

// portFile is the content of that file.
type portFile struct {
	Address string `json:"address"`
	Secret  []byte `json:"secret"`
}

func (p ports) folder() (folder, error) { return portFolder(p.getenv) }

func (ports) listen(f folder, n int) (door, error) {
	path := f.file(n, portEnding)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return door{}, fmt.Errorf("removing the file of one that has ended: %w", err)
	}
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return door{}, fmt.Errorf("listening for commands: %w", err)
	}
	content := portFile{l.Addr().String(), make([]byte, secretSize)}
	_, _ = rand.Read(content.Secret) // it never fails
	if err := content.write(path); err != nil {
		return door{}, errors.Join(err, l.Close())
	}
	return door{Listener: l, greet: func(c net.Conn) error { return admit(c, content.Secret) }, file: path}, nil
}

func (p portFile) write(path string) error {
	body, err := json.Marshal(p) //nolint:gosec // the secret is for this file, which only the user reads
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("making the file of the port: %w", err)
	}
	_, err = file.Write(body)
	return errors.Join(err, file.Close())
}

func (ports) dial(ctx context.Context, f folder, n int) (net.Conn, error) {
	body, err := os.ReadFile(f.file(n, portEnding))
	if err != nil {
		return nil, err
	}
	var p portFile
	if err := json.Unmarshal(body, &p); err != nil || len(p.Secret) != secretSize {
		return nil, errors.New("the file of the port is not whole")
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", p.Address)
	if err != nil {
		return nil, err
	}
	if err := greeted(conn, func(c net.Conn) error { return present(c, p.Secret) }); err != nil {
		conn.Close()
		return nil, fmt.Errorf("another program has the port now: %w", err)
	}
	return conn, nil
}

// The two sides prove to each other that they know the secret. The command sends a number; deskbell up answers with one of
// its own and a proof about both; the command ends with its proof. All have secretSize bytes. The numbers are new each time,
// so that no proof serves twice.
const secretSize = sha256.Size

var errStranger = errors.New("it does not know the secret")

// admit is the side of deskbell up.
func admit(c net.Conn, secret []byte) error {
	theirs, mine, proof := make([]byte, secretSize), make([]byte, secretSize), make([]byte, secretSize)
	if _, err := io.ReadFull(c, theirs); err != nil {
		return err
	}
	_, _ = rand.Read(mine) // it never fails
	if _, err := c.Write(append(mine[:secretSize:secretSize], prove(secret, "up", theirs, mine)...)); err != nil {
		return err
	}
	if _, err := io.ReadFull(c, proof); err != nil {
		return err
	}
	if !hmac.Equal(proof, prove(secret, "command", theirs, mine)) {
		return errStranger
	}
	return nil
}

// present is the side of a command.
func present(c net.Conn, secret []byte) error {
	mine, theirs, proof := make([]byte, secretSize), make([]byte, secretSize), make([]byte, secretSize)
	_, _ = rand.Read(mine) // it never fails
	if _, err := c.Write(mine); err != nil {
		return err
	}
	for _, part := range [][]byte{theirs, proof} {
		if _, err := io.ReadFull(c, part); err != nil {
			return err
		}
	}
	if !hmac.Equal(proof, prove(secret, "up", mine, theirs)) {
		return errStranger
	}
	_, err := c.Write(prove(secret, "command", mine, theirs))
	return err
}

// prove is about the number of a command and that of deskbell up.
func prove(secret []byte, side string, command, up []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(side))
	mac.Write(command)
	mac.Write(up)
	return mac.Sum(nil)
}
