package banklink

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
)

// folder is a mailbox on this machine, whence another program takes files to
// the bank.
type folder struct{ root string }

// openFolder makes the three folders if need be.
func openFolder(root string) (*folder, error) {
	for _, name := range []string{inbox, outbox, archive} {
		if err := os.MkdirAll(filepath.Join(root, name), 0o700); err != nil {
			return nil, fault.Wrap(fault.Invalid, CodeConfig, err, "can not make the folders of the bank in %s", root)
		}
	}
	return &folder{root}, nil
}

func (f *folder) tree(context.Context) (tree, error) { return f, nil }
func (f *folder) drop()                              {}
func (f *folder) Close() error                       { return nil }

func (f *folder) path(name string) string { return filepath.Join(f.root, filepath.FromSlash(name)) }

func (f *folder) write(name string, size int64) (io.WriteCloser, error) {
	file, err := os.OpenFile(f.path(name), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err = file.Truncate(size); err == nil {
		_, err = file.Seek(size, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return durable{file}, nil
}

// durable is on the disk when it is closed.
type durable struct{ *os.File }

func (d durable) Close() error { return errors.Join(d.Sync(), d.File.Close()) }

func (f *folder) stat(name string) (int64, error) {
	info, err := os.Stat(f.path(name))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f *folder) open(name string, from int64) (io.ReadCloser, error) {
	file, err := os.Open(f.path(name))
	if err != nil {
		return nil, err
	}
	if _, err := file.Seek(from, io.SeekStart); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// rename links the new name first, which fails when there is one; a kill in
// between leaves both, and the second try finds the new one.
func (f *folder) rename(from, to string) error {
	if err := os.Link(f.path(from), f.path(to)); err != nil {
		return err
	}
	return f.remove(from)
}

func (f *folder) remove(name string) error {
	if err := os.Remove(f.path(name)); err != nil {
		return err
	}
	return nil
}

func (f *folder) list(name string) ([]ach.File, error) {
	entries, err := os.ReadDir(f.path(name))
	var all []ach.File
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // taken meanwhile
		}
		if err != nil {
			return nil, err
		}
		if info.Mode().IsRegular() {
			all = append(all, ach.File{Name: e.Name(), Size: info.Size()})
		}
	}
	return all, err
}
