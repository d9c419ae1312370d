//go:build unix && !linux

package kept

import "syscall"

// attributes keep a Ctrl-C in the terminal from the server, which has to last longer than the work.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
