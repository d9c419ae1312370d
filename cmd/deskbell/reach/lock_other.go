//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package reach

import (
	"errors"
	"os"
)

func lock(*os.File) error { return errors.ErrUnsupported }

const noFollow = 0
