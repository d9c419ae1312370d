//go:build !unix

package reach

import "io/fs"

// There are no owners by number: a folder is the user's where the system keeps others out of it, which folder.private says.

func isMine(fs.FileInfo) bool { return false }

func isRoots(fs.FileInfo) bool { return false }
