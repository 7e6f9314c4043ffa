package store

import "syscall"

// mapFile maps a part of a file, which may be longer than the file is yet: what is
// written to it in whatever way is seen there at once, as Linux keeps it only once.
func mapFile(fd uintptr, off int64, length int) ([]byte, error) {
	return syscall.Mmap(int(fd), off, length, syscall.PROT_READ, syscall.MAP_SHARED)
}

func unmapFile(bytes []byte) error { return syscall.Munmap(bytes) }
