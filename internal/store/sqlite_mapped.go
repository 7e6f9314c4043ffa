package store

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// sqliteMapped is a file as the kernel has it in memory, for all who have it
// open: a page is copied from there, where a read would be a call of the system. It
// is for who answers many at the same time: what was read of the file counts as
// memory of the program then, though the kernel takes it back whenever it likes.
//
// Where the disk fails, or the file ends, a copy breaks off (SIGBUS). The page is
// read as ever then, which tells what is wrong.
type sqliteMapped struct {
	mu      sync.Mutex
	windows [mappedWindows]atomic.Pointer[mappedWindow]
}

// mappedWindow is a part of the file, and of what it may grow to.
type mappedWindow struct{ bytes []byte } // nil: it can not be mapped

// What lies beyond all windows is read.
const (
	mappedWindowBytes = 1 << 30
	mappedWindows     = 64
)

// descriptor is a file of the system.
type descriptor interface{ Fd() uintptr }

// readAt copies what is at a place of the file. It says no if that has to be read.
func (m *sqliteMapped) readAt(file descriptor, p []byte, off int64) (ok bool) {
	window, within := off/mappedWindowBytes, off%mappedWindowBytes
	if off < 0 || window >= mappedWindows || within+int64(len(p)) > mappedWindowBytes {
		return false
	}
	w := m.windows[window].Load()
	if w == nil {
		w = m.open(file, window)
	}
	return w.bytes != nil && copies(p, w.bytes[within:])
}

// open maps a window that nobody has read from yet.
func (m *sqliteMapped) open(file descriptor, window int64) *mappedWindow {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.windows[window].Load()
	if w == nil {
		bytes, err := mapFile(file.Fd(), window*mappedWindowBytes, mappedWindowBytes)
		if err != nil {
			bytes = nil // of a limit of the system
		}
		w = &mappedWindow{bytes}
		m.windows[window].Store(w)
	}
	return w
}

// close lets go of the file, which nobody has open any more.
func (m *sqliteMapped) close() {
	for i := range m.windows {
		if w := m.windows[i].Swap(nil); w != nil && w.bytes != nil {
			_ = unmapFile(w.bytes) // it can only fail for another address
		}
	}
}

// brokenOff is how Go tells that memory can not be read.
type brokenOff interface{ Addr() uintptr }

// copies fills p from memory that may break off.
func copies(p, from []byte) (ok bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if ok {
			return
		}
		if cause := recover(); !isFault(cause) {
			panic(cause)
		}
	}()
	copy(p, from)
	return true
}

func isFault(cause any) bool {
	_, is := cause.(brokenOff)
	return is
}
