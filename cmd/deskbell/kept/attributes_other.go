//go:build !unix

package kept

import "syscall"

func attributes() *syscall.SysProcAttr { return nil }
