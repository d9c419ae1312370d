package engine

import (
	"fmt"
	"runtime/debug"
)

// guard makes an error of a panic: a record at which a decision breaks must not hold up the others.
func guard(decide func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("deciding broke, which is a fault of Deskbell (please report it): %v\n%s", p, debug.Stack())
		}
	}()
	return decide()
}
