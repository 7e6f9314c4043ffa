package store

import "sync"

// sqliteSyncs are the files that this program has open, by their names.
type sqliteSyncs struct {
	mu sync.Mutex
	of map[string]*sqliteSync
}

// sqliteSync is what all who have one file open know of the disk. After a sync
// that failed Linux takes what was written for written, and tells of it only those
// who had the file open, each of them once. So none of them all may have
// a sync succeed any more, nor who opens the file later, until all have closed it.
type sqliteSync struct {
	files  *sqliteSyncs
	name   string
	opened int // by so many; files are locked
	mapped sqliteMapped

	mu     sync.Mutex
	failed error
}

func (s *sqliteSyncs) open(name string) *sqliteSync {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.of[name]
	if f == nil {
		f = &sqliteSync{files: s, name: name}
		s.of[name] = f
	}
	f.opened++
	return f
}

func (f *sqliteSync) close() {
	f.files.mu.Lock()
	defer f.files.mu.Unlock()
	if f.opened--; f.opened == 0 {
		delete(f.files.of, f.name)
		f.mapped.close()
	}
}

// do has the disk take the file.
func (f *sqliteSync) do(sync func() error) error {
	if err := f.lost(); err != nil {
		return err
	}
	if err := sync(); err != nil {
		f.fail(err)
	}
	return f.lost() // another one may have failed meanwhile
}

func (f *sqliteSync) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == nil {
		f.failed = err
	}
}

// lost is the error of the first sync that failed.
func (f *sqliteSync) lost() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}
