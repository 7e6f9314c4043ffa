package store_test

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"github.com/ncruces/go-sqlite3/vfs"

	"quittance.org/quittance/internal/store"
)

// frailDisk is a disk of which it is known what a power failure leaves. All goes
// on to real files, where everybody reads it; for the file of the database and its
// log it notes what has been synced, and what has been written since. A sync that
// succeeds covers what was written before it began.
type frailDisk struct {
	vfs.VFSFilename

	mu     sync.Mutex
	chance *rand.Rand
	main   frailFile
	log    frailFile
	news   bool           // somebody was just shown what nobody was told
	told   map[string]int // what nobody may find less of afterwards

	images   chan image // what failures have left
	failures int        // as many as there are to be
	had      int
	fails    func(f *frailFile) bool // a sync
}

// frailFile is a file on the disk.
type frailFile struct {
	synced  []byte
	since   []change
	settled int // changes that are in synced, or lost for good
	anew    int // how often it was begun anew
	syncs   int
	failed  int // syncs
}

// change is a write, or a cut.
type change struct {
	at   int64
	data []byte // nil: the file was cut there
}

// image is what a failure has left, and what must be there.
type image struct {
	main, log []byte
	told      map[string]int
	number    int
}

func newFrailDisk() *frailDisk {
	return &frailDisk{
		VFSFilename: vfs.Find("").(vfs.VFSFilename), chance: rand.New(rand.NewPCG(1, 2)), told: map[string]int{}, images: make(chan image),
		fails: func(*frailFile) bool { return false },
	}
}

// OpenFilename opens a file. What it has when that happens first is on the disk.
func (d *frailDisk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	file, got, err := d.VFSFilename.OpenFilename(name, flags)
	if err != nil || flags&(vfs.OPEN_MAIN_DB|vfs.OPEN_WAL) == 0 {
		return file, got, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := &d.main
	if flags&vfs.OPEN_WAL != 0 {
		f = &d.log
	}
	opened := frailHandle{File: file, disk: d, file: f}
	if f.synced == nil {
		size, err := file.Size()
		f.synced = make([]byte, size)
		if err == nil && size > 0 {
			_, err = file.ReadAt(f.synced, 0)
		}
		if err != nil {
			return nil, got, errors.Join(err, file.Close())
		}
	}
	if f == &d.main {
		return &frailMain{opened, file.(vfs.FileSharedMemory)}, got, nil
	}
	return &opened, got, nil
}

// frailHandle is a file that is open.
type frailHandle struct {
	vfs.File
	disk *frailDisk
	file *frailFile
}

type frailMain struct {
	frailHandle
	shared vfs.FileSharedMemory
}

func (m *frailMain) SharedMemory() vfs.SharedMemory { return m.shared.SharedMemory() }

// Fd is the real file, which pages may be taken from, and which the real disk may
// begin with; of this one that says nothing.
func (h *frailHandle) Fd() uintptr { return h.File.(store.Descriptor).Fd() }

func (h *frailHandle) WriteAt(p []byte, off int64) (n int, err error) {
	h.disk.happens(func() {
		if n, err = h.File.WriteAt(p, off); err == nil {
			h.file.since = append(h.file.since, change{at: off, data: bytes.Clone(p)})
		}
		if off == 0 {
			h.file.anew++
		}
	})
	return n, err
}

func (h *frailHandle) Truncate(size int64) (err error) {
	h.disk.happens(func() {
		if err = h.File.Truncate(size); err == nil {
			h.file.since = append(h.file.since, change{at: size})
		}
	})
	return err
}

var errFrail = errors.New("the disk is broken")

// Sync takes its time. When it fails, the disk has nothing of what was to be
// synced, which counts as synced, and only who has asked hears of it: Linux tells everybody
// once who has the file open, but nobody who opens it later.
func (h *frailHandle) Sync(vfs.SyncFlag) (err error) {
	d, f, before := h.disk, h.file, 0
	d.happens(func() { before = f.settled + len(f.since) })
	d.takesTime()
	d.happens(func() {
		due := max(0, before-f.settled)
		if f.syncs++; d.fails(f) {
			f.failed, err = f.failed+1, errFrail
		} else {
			f.synced = after(f.synced, pieces(f.since[:due]), nil)
		}
		f.since, f.settled = f.since[due:], f.settled+due
	})
	return err
}

// takesTime lets others go on meanwhile, twice out of three times.
func (d *frailDisk) takesTime() {
	d.mu.Lock()
	turns := max(0, d.chance.IntN(300)-100)
	d.mu.Unlock()
	for range turns {
		runtime.Gosched()
	}
}

// tell notes that somebody knows that there are so many of something.
func (d *frailDisk) tell(what string, n int) {
	d.happens(func() { d.told[what] = max(d.told[what], n) })
}

// show notes what somebody has seen, of which nobody was told yet perhaps.
func (d *frailDisk) show(found map[string]int) {
	d.happens(func() {
		for what, n := range found {
			d.news = d.news || n > d.told[what]
			d.told[what] = max(d.told[what], n)
		}
	})
}

// happens does something, after which the power may fail.
func (d *frailDisk) happens(do func()) {
	d.mu.Lock()
	do()
	risk, ways := d.risk()
	var left []image
	if d.chance.Float64() < risk {
		for range min(ways, d.failures-d.had) {
			left = append(left, d.image())
		}
	}
	d.mu.Unlock()
	for _, i := range left {
		d.images <- i
	}
}

// risk is how likely it is that the power fails now, and in how many ways: more
// while the disk may not have what was moved or shown, and most while it may have pages of a
// log and not its head, which is what must never be.
func (d *frailDisk) risk() (risk float64, ways int) {
	head := slices.ContainsFunc(d.log.since, func(c change) bool { return c.at == 0 })
	news := d.news
	d.news = false
	switch {
	case news:
		return 0.5, 1
	case head && len(d.log.since) > 1:
		return 1, 8
	case head, len(d.main.since) > 0:
		return 0.01, 2
	}
	return 0.003, 1
}

// image is what there is if the power fails now. The disk is locked.
func (d *frailDisk) image() image {
	d.had++
	return image{left(d.chance, d.main.synced, d.main.since), left(d.chance, d.log.synced, d.log.since), maps.Clone(d.told), d.had}
}

// works tells whether there are to be more failures.
func (d *frailDisk) works() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.had < d.failures
}

// brokenLog tells whether a sync of the log has failed.
func (d *frailDisk) brokenLog() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.failed > 0
}

const sectorBytes = 512

// piece is what a change does to one sector, or a cut.
type piece struct {
	change
	number int // of the change
	sector int64
}

// pieces takes changes apart.
func pieces(changes []change) (all []piece) {
	for i, c := range changes {
		if c.data == nil {
			all = append(all, piece{c, i, -1})
		}
		for at, rest := c.at, c.data; len(rest) > 0; {
			n := min(int64(len(rest)), sectorBytes-at%sectorBytes)
			all = append(all, piece{change{at, rest[:n:n]}, i, at / sectorBytes})
			at, rest = at+n, rest[n:]
		}
	}
	return all
}

// after is a file after those of the changes that are kept; nil is all.
func after(file []byte, changes []piece, kept []bool) []byte {
	for i, p := range changes {
		switch end := int(p.at) + len(p.data); {
		case kept != nil && !kept[i]:
		case p.data == nil:
			file = file[:min(len(file), int(p.at))]
		default:
			if more := end - len(file); more > 0 {
				file = append(file, make([]byte, more)...)
			}
			copy(file[p.at:], p.data)
		}
	}
	return file
}

// left is what may be left of a file. Each sector is as it was at some moment
// since the last sync, whatever others are like.
func left(chance *rand.Rand, synced []byte, since []change) []byte {
	all := pieces(since)
	kept := draw(chance, len(all))
	if chance.IntN(3) == 0 { // a write is there or not
		whole := draw(chance, len(since))
		for i, p := range all {
			kept[i] = whole[p.number]
		}
	}
	later := map[int64]bool{}
	for i := len(all) - 1; i >= 0; i-- {
		if p := all[i]; p.data != nil {
			kept[i] = kept[i] || later[p.sector]
			later[p.sector] = kept[i]
		}
	}
	return after(bytes.Clone(synced), all, kept)
}

// draw chooses among n: none, all, those before one or, most often, from it on, what
// is between two or around them, or each by chance.
func draw(chance *rand.Rand, n int) []bool {
	from, to := chance.IntN(n+1), chance.IntN(n+1)
	from, to = min(from, to), max(from, to)
	share := []float64{1. / 16, 1. / 4, 1. / 2, 3. / 4, 15. / 16}[chance.IntN(5)]
	chosen := []func(i int) bool{
		func(int) bool { return false },
		func(int) bool { return true },
		func(i int) bool { return i < to },
		func(i int) bool { return i >= from },
		func(i int) bool { return i >= to },
		func(i int) bool { return i >= from && i < to },
		func(i int) bool { return i < from || i >= to },
		func(int) bool { return chance.Float64() < share },
	}[chance.IntN(8)]
	all := make([]bool, n)
	for i := range all {
		all[i] = chosen(i)
	}
	return all
}
