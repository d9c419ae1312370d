package api

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/deskbell/deskbell/domain/event"
)

// lineReader cuts a body of lines into parts while it comes, and holds one part of it at most.
type lineReader struct {
	from  io.Reader
	buf   []byte
	begin int   // of what was read and not given
	end   int   // of the whole lines in it
	lines int   // of these, how many are not empty
	skip  bool  // the rest of a line that is too long
	err   error // of from
}

// firstRead is how many bytes are read at first. The buffer grows to event.MaxBody.
const firstRead = 32 << 10

// next gives the next whole lines: event.MaxEvents of them that are not empty, and event.MaxBody bytes, at most. A line that is longer than
// that is cut there. They stay until the next call. The error is io.EOF at the end; of another error, the lines that were read since the
// last call are lost.
func (l *lineReader) next() ([]byte, error) {
	for {
		if n := l.cut(); n > l.begin {
			part := l.buf[l.begin:n]
			l.begin, l.end, l.lines = n, n, 0
			return part, nil
		}
		if l.err != nil {
			return nil, l.err
		}
		l.fill()
	}
}

// cut finds the end of a part in what was read; l.begin: more is needed.
func (l *lineReader) cut() int {
	for l.lines < event.MaxEvents {
		i := bytes.IndexByte(l.buf[l.end:], '\n')
		if i < 0 {
			break
		}
		if len(bytes.TrimSpace(l.buf[l.end:l.end+i])) > 0 {
			l.lines++
		}
		l.end += i + 1
	}
	isFull := len(l.buf)-l.begin == event.MaxBody
	switch {
	case isFull && l.end == l.begin:
		l.skip = true
		return len(l.buf)
	case isFull || l.lines == event.MaxEvents:
		return l.end
	case errors.Is(l.err, io.EOF):
		return len(l.buf)
	}
	return l.begin
}

// fill reads more.
func (l *lineReader) fill() {
	old := copy(l.buf, l.buf[l.begin:])
	l.end -= l.begin
	l.begin = 0
	if l.buf = l.buf[:old]; old == cap(l.buf) {
		l.buf = slices.Grow(l.buf, min(max(firstRead, cap(l.buf)), event.MaxBody-old))
	}
	n, err := l.from.Read(l.buf[old:min(cap(l.buf), event.MaxBody)])
	l.buf, l.err = l.buf[:old+n], err
	if !l.skip {
		return
	}
	i := bytes.IndexByte(l.buf, '\n') // nothing else is in the buffer
	l.skip = i < 0
	if i < 0 {
		i = len(l.buf) - 1
	}
	l.begin, l.end = i+1, i+1
}
