// Package profiles carries the marketplace profiles that ship with the
// product and opens those that a marketplace writes itself.
package profiles

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/profile"
)

//go:embed *.toml
var shipped embed.FS

// Default is the profile in use when none is named.
const Default = "massachusetts"

// sizeMax is far above any real profile and keeps a wrong path, such as a
// disk image, from being read into memory.
const sizeMax = 1 << 20

// Names lists the profiles that ship with the product.
func Names() []string {
	files, err := fs.Glob(shipped, "*.toml")
	if err != nil {
		panic("profiles: " + err.Error()) // the pattern is a constant
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, ".toml")
	}
	return files
}

// Open reads and checks a profile: a shipped one by name ("massachusetts"), or
// any other by the path of its file, which ends in .toml.
func Open(nameOrPath string) (*profile.Profile, error) {
	if strings.HasSuffix(nameOrPath, ".toml") {
		return openFile(nameOrPath)
	}
	data, err := shipped.ReadFile(nameOrPath + ".toml")
	if err != nil {
		return nil, fault.New(fault.NotFound, "profile.not_found",
			"there is no profile %q: use %s, or the path of a file that ends in .toml", nameOrPath, strings.Join(Names(), ", "))
	}
	return profile.Parse(nameOrPath, data)
}

func openFile(path string) (*profile.Profile, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.Wrap(fault.NotFound, "profile.not_found", err, "there is no file %s", path)
	case err != nil:
		return nil, fmt.Errorf("open profile: %w", err)
	case !info.Mode().IsRegular() || info.Size() > sizeMax:
		return nil, fault.New(fault.Invalid, "profile.not_a_profile", "%s is not a profile: it is no file or larger than 1 MB", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("open profile: %w", err)
	}
	return profile.Parse(strings.TrimSuffix(filepath.Base(path), ".toml"), data)
}
