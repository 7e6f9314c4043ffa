// Package formattest serves the tests of the file formats: it finds the sample
// files of other systems, which are not part of this repository.
package formattest

import (
	"os"
	"path/filepath"
	"testing"
)

// Sample is one file of another system.
type Sample struct {
	Name string // folder and file, as in SOURCES.md: "moov-io+ach/0.ach"
	Text []byte
}

// Samples gives the files of one format ("ach", "bai2"), or of all with "*", in
// the order of their names. They lie in shared/samples beside the repository or
// in a folder above it; QUITTANCE_SAMPLES names another place. Where they are
// missing the test is skipped and says so, and fails when CI is set: there they
// must be.
func Samples(t testing.TB, format string) []Sample {
	t.Helper()
	root := folder(t)
	if root == "" {
		const missing = "the sample files are missing: put them into shared/samples beside the repository, or name their folder in QUITTANCE_SAMPLES"
		if os.Getenv("CI") != "" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	paths, err := filepath.Glob(filepath.Join(root, format, "*", "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no %s samples in %s: %v", format, root, err)
	}
	samples := make([]Sample, len(paths))
	for i, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path))
		if format == "*" {
			name = filepath.Join(filepath.Base(filepath.Dir(filepath.Dir(path))), name)
		}
		samples[i] = Sample{filepath.ToSlash(name), text}
	}
	return samples
}

// folder looks for shared/samples upwards from the working directory.
func folder(t testing.TB) string {
	t.Helper()
	if named := os.Getenv("QUITTANCE_SAMPLES"); named != "" {
		return named
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		candidate := filepath.Join(dir, "shared", "samples")
		if info, err := os.Stat(candidate); err == nil && info.IsDir() {
			return candidate
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}
