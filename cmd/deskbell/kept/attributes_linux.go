package kept

import "syscall"

// attributes keep a Ctrl-C in the terminal from the server, which has to last longer than the work; and end it where this process is killed.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
