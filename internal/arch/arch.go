// Package arch holds the house rules that a program can check: which room may
// import which, where the clock, the environment and floats may be touched,
// and how long a function or a file may be.
//
// It reads source text, not the build: files under every build tag are
// covered, and a room that is not built yet needs no entry. Its test runs
// Check over the repository; docs/ARCHITECTURE.md tells the rules in words.
package arch

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Module is the import path of the repository's root.
const Module = "quittance.org/quittance"

// Violation is one broken rule.
type Violation struct {
	File string // slash-separated, from the repository's root
	Line int    // 0 when it is about the whole file
	Rule string // short name, stable
	Text string // what is wrong and what to do
}

// String gives "file:line: text [rule]".
func (v Violation) String() string {
	return fmt.Sprintf("%s:%d: %s [%s]", v.File, v.Line, v.Text, v.Rule)
}

// Exception allows one function or file to be longer than the limit.
type Exception struct{ What, Reason string }

// Check reads every Go file under root and gives what breaks the rules, in the
// order of files. An exception that nothing needs any more is a violation.
func Check(root fs.FS, exceptions []Exception) ([]Violation, error) {
	files, err := parse(root)
	if err != nil {
		return nil, err
	}
	c := &checker{exceptions: make(map[string]bool)}
	for _, e := range exceptions {
		c.exceptions[e.What] = false
		if len(strings.Fields(e.Reason)) < 4 {
			c.add("internal/arch", 0, "exception", "the exception for %s needs a reason in words", e.What)
		}
	}
	for _, f := range files {
		c.checkFile(f)
	}
	c.checkPackageComments(files)
	for what, used := range c.exceptions {
		if !used {
			c.add("internal/arch", 0, "exception", "nothing needs the exception for %s: remove it", what)
		}
	}
	slices.SortFunc(c.found, func(a, b Violation) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.Rule, b.Rule))
	})
	return c.found, nil
}

// source is one parsed Go file.
type source struct {
	path      string
	test      bool // a _test.go file, or part of a package that only tests import
	generated bool
	lines     int
	fset      *token.FileSet
	syntax    *ast.File
}

// dir gives the package's folder from the repository's root, "." for the root.
func (f source) dir() string { return path.Dir(f.path) }

func (f source) line(n ast.Node) int { return f.fset.Position(n.Pos()).Line }

func parse(root fs.FS) ([]source, error) {
	var files []source
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return skipped(root, name)
		case path.Ext(name) != ".go":
			return nil
		}
		f, err := parseFile(root, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		files = append(files, f)
		return nil
	})
	return files, err
}

// skipped leaves out what the go command leaves out: hidden folders, test
// data, and folders that are modules of their own, such as tools.
func skipped(root fs.FS, dir string) error {
	base := path.Base(dir)
	if dir == "." {
		return nil
	}
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "node_modules" {
		return fs.SkipDir
	}
	if _, err := fs.Stat(root, path.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func parseFile(root fs.FS, name string) (source, error) {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return source{}, err
	}
	fset := token.NewFileSet()
	syntax, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, err
	}
	return source{
		path:      name,
		test:      strings.HasSuffix(name, "_test.go") || forTests(path.Dir(name)),
		generated: ast.IsGenerated(syntax),
		lines:     strings.Count(string(text), "\n"),
		fset:      fset,
		syntax:    syntax,
	}, nil
}

// forTests tells whether the package in dir exists for tests alone, as
// store/storetest and testservers do.
func forTests(dir string) bool {
	name := path.Base(dir)
	return strings.HasSuffix(name, "test") || strings.HasPrefix(name, "test")
}

type checker struct {
	found      []Violation
	exceptions map[string]bool // name to whether it was used
}

func (c *checker) add(file string, line int, rule, text string, args ...any) {
	c.found = append(c.found, Violation{file, line, rule, fmt.Sprintf(text, args...)})
}

// except marks an exception as used and tells whether there is one.
func (c *checker) except(what string) bool {
	_, ok := c.exceptions[what]
	if ok {
		c.exceptions[what] = true
	}
	return ok
}

func (c *checker) checkFile(f source) {
	c.checkName(f)
	for _, spec := range f.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has accepted it: can not happen
		}
		c.checkImport(f, f.line(spec), imported)
	}
	c.checkUses(f)
	if !f.generated && !f.test {
		c.checkLength(f)
	}
}
