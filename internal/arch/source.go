package arch

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Limits on length. Tests and generated files are free.
const (
	maxFunctionLines = 70
	maxFileLines     = 500
	maxMainLines     = 30
)

// emptyNames say nothing about what a package holds.
var emptyNames = []string{
	"common", "helper", "helpers", "lib", "misc", "model", "models", "shared", "type", "types", "util", "utils",
}

// exact are the folders where money is counted: no float goes near it (M2).
var exact = []string{
	"internal/base/money", "internal/domain/bill", "internal/domain/ledger", "internal/domain/payment",
	"internal/domain/plan", "internal/domain/standing", "internal/store",
}

func (c *checker) checkName(f source) {
	if _, ok := roomOf(f.dir()); !ok {
		c.add(f.path, 1, "room", "%s is in no room of the house: see docs/ARCHITECTURE.md and internal/arch", f.dir())
	}
	name := strings.TrimSuffix(f.syntax.Name.Name, "_test")
	for _, n := range []string{name, path.Base(f.dir())} {
		if slices.Contains(emptyNames, n) {
			c.add(f.path, f.line(f.syntax.Name), "package-name", "%q says nothing: name the package for what it holds", n)
			return
		}
	}
}

var packageComment = regexp.MustCompile(`^(Package [a-z0-9_]+|Command [a-z0-9-]+) `)

// checkPackageComments wants one file of each package to say what it is for.
func (c *checker) checkPackageComments(files []source) {
	commented := make(map[string]bool)
	first := make(map[string]string)
	for _, f := range files {
		if strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		if _, ok := first[f.dir()]; !ok {
			first[f.dir()] = f.path
		}
		if packageComment.MatchString(f.syntax.Doc.Text()) {
			commented[f.dir()] = true
		}
	}
	for dir, file := range first {
		if !commented[dir] {
			c.add(file, 1, "package-comment", "no file of %s has a comment \"Package … \" that says what it is for", dir)
		}
	}
}

// checkUses looks at names taken from time and os, and at floats.
func (c *checker) checkUses(f source) {
	names := imports(f.syntax)
	noFloats := !f.test && slices.ContainsFunc(exact, func(folder string) bool { return within(f.dir(), folder) })
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok {
				c.checkUse(f, f.line(n), names[x.Name]+"."+n.Sel.Name, names)
			}
		case *ast.Ident:
			if noFloats && (n.Name == "float32" || n.Name == "float64" || n.Name == "ParseFloat") {
				c.add(f.path, f.line(n), "float", "%s near money: use money.Amount and MulDiv", n.Name)
			}
		case *ast.BasicLit:
			if noFloats && n.Kind == token.FLOAT {
				c.add(f.path, f.line(n), "float", "%s near money: use money.Amount and MulDiv", n.Value)
			}
		}
		return true
	})
}

// headerOnly are the folders that may name a header and nothing else of HTTP.
var headerOnly = []string{"internal/domain/payment", "internal/app/paying"}

func (c *checker) checkUse(f source, line int, used string, names map[string]string) {
	if strings.HasPrefix(used, "net/http.") && used != "net/http.Header" && !f.test && slices.Contains(headerOnly, f.dir()) {
		c.add(f.path, line, "standard-library", "%s: only http.Header may be named here", used)
	}
	switch used {
	case "time.Now", "time.Since", "time.Until":
		if !f.test && !within(f.dir(), "internal/base/clock") {
			c.add(f.path, line, "clock", "%s: ask the clock.Clock you were given, or clock.Start and clock.Elapsed for timings", used)
		}
	case "time.Sleep":
		if f.test && !importsPath(names, "testing/synctest") {
			c.add(f.path, line, "sleep", "a test must not sleep: wait for the event, or use testing/synctest")
		}
	case "os.Getenv", "os.LookupEnv", "os.Environ":
		if !f.test && !within(f.dir(), "internal/edge/cli") {
			c.add(f.path, line, "environment", "%s: only internal/edge/cli reads the environment", used)
		}
	}
}

// imports gives the import path behind each package name of a file.
func imports(file *ast.File) map[string]string {
	names := make(map[string]string)
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = imported
	}
	return names
}

func importsPath(names map[string]string, imported string) bool {
	for _, p := range names {
		if p == imported {
			return true
		}
	}
	return false
}

func (c *checker) checkLength(f source) {
	limit := maxFileLines
	if within(f.path, "cmd") && path.Base(f.path) == "main.go" {
		limit = maxMainLines
	}
	if f.lines > limit && !c.except(f.path) {
		c.add(f.path, 1, "file-length", "%d lines, more than %d: split it by subject", f.lines, limit)
	}
	for _, decl := range f.syntax.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		lines := f.fset.Position(fn.End()).Line - f.line(fn.Type) + 1
		if lines > maxFunctionLines && !c.except(f.path+":"+functionName(fn)) {
			c.add(f.path, f.line(fn), "function-length", "%s has %d lines, more than %d", functionName(fn), lines, maxFunctionLines)
		}
	}
}

// functionName gives "Name" or "Type.Name".
func functionName(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	receiver := fn.Recv.List[0].Type
	for {
		switch t := receiver.(type) {
		case *ast.StarExpr:
			receiver = t.X
		case *ast.IndexExpr:
			receiver = t.X
		case *ast.IndexListExpr:
			receiver = t.X
		case *ast.Ident:
			return t.Name + "." + fn.Name.Name
		default:
			return fn.Name.Name
		}
	}
}
