package store

import "syscall"

// mapFile maps a part of a file, which may be longer than the file is yet: what is
// written to it in whatever way is seen there at once, as Linux keeps it only once.
func mapFile(fd uintptr, off int64, length int) ([]byte, error) {
	return syscall.Mmap(int(fd), off, length, syscall.PROT_READ, syscall.MAP_SHARED)
}

func unmapFile(bytes []byte) error { return syscall.Munmap(bytes) }

// startWriting has the disk begin with what was written to a file, and waits for
// nothing. What goes wrong with it the next sync of the file tells.
func startWriting(fd uintptr) error {
	const write = 2 // SYNC_FILE_RANGE_WRITE
	return syscall.SyncFileRange(int(fd), 0, 0, write)
}
