package portal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/portal/states"
)

// A state of the catalogue that no handler can show makes words look used that
// nobody ever reads: every view, every field that is set and every kind must be
// named in the code of the sites.
func TestEveryStateIsShownByAHandler(t *testing.T) {
	t.Parallel()
	sites := readCode(t, "..", func(dir string) bool {
		return slices.Contains([]string{"guest", "account", "owing", "serving"}, filepath.Base(dir))
	})
	own := readCode(t, ".", func(dir string) bool { return dir == "." })
	kinds := kindsOf(own)
	missing := map[string]string{}
	for _, s := range states.All() {
		for _, v := range []any{s.View, s.Frame} {
			walk(reflect.ValueOf(v), func(name string, t reflect.Type, v reflect.Value) {
				switch {
				case sites.selected["portal."+t.Name()+" whole"]: // set without names
				case name != "" && !sites.named[name]:
					missing[t.Name()+"."+name] = s.URL()
				case name == "" && !sites.converted[t.Name()] && !own.converted[t.Name()] && kinds[kind{t.Name(), v.String()}] != "":
					if constant := kinds[kind{t.Name(), v.String()}]; !sites.selected["portal."+constant] && !own.made[constant] {
						missing[constant] = s.URL()
					}
				}
			})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("no handler uses portal.%s, which %s shows", name, missing[name])
	}
}

// code is what the code of some folders names.
type code struct {
	files     []*ast.File
	selected  map[string]bool // "portal.StopPaid"; "portal.Link whole" of a literal without field names
	named     map[string]bool // fields that are set or read
	converted map[string]bool // types that a value is made into: portal.AccountKind(x)
	made      map[string]bool // what functions give, set or hand on, not what they compare with
}

func readCode(t *testing.T, root string, wanted func(dir string) bool) *code {
	t.Helper()
	c := &code{selected: map[string]bool{}, named: map[string]bool{}, converted: map[string]bool{}, made: map[string]bool{}}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || !wanted(filepath.Dir(path)) {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		if err == nil {
			c.files = append(c.files, file)
			ast.Inspect(file, c.note)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *code) note(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		c.named[n.Sel.Name] = true
		if from, ok := n.X.(*ast.Ident); ok {
			c.selected[from.Name+"."+n.Sel.Name] = true
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok {
			c.named[key.Name] = true
		}
		c.makes(n.Value)
	case *ast.ReturnStmt:
		c.makes(n.Results...)
	case *ast.AssignStmt:
		c.makes(n.Rhs...)
	case *ast.CallExpr:
		c.makes(n.Args...)
		switch to := n.Fun.(type) {
		case *ast.SelectorExpr:
			c.converted[to.Sel.Name] = true
		case *ast.Ident:
			c.converted[to.Name] = true
		}
	case *ast.CompositeLit:
		c.makes(n.Elts...)
		if of, ok := n.Type.(*ast.SelectorExpr); ok && len(n.Elts) > 0 {
			if _, keyed := n.Elts[0].(*ast.KeyValueExpr); !keyed {
				c.selected["portal."+of.Sel.Name+" whole"] = true
			}
		}
	}
	return true
}

func (c *code) makes(all ...ast.Expr) {
	for _, e := range all {
		if name, ok := e.(*ast.Ident); ok {
			c.made[name.Name] = true
		}
	}
}

// kind is a constant of a type of portal, by its value.
type kind struct{ of, value string }

func kindsOf(c *code) map[kind]string {
	all := map[kind]string{}
	for _, file := range c.files {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			of, named := spec.Type.(*ast.Ident)
			value, literal := spec.Values[0].(*ast.BasicLit)
			if named && literal && value.Kind == token.STRING {
				text, err := strconv.Unquote(value.Value)
				if err == nil && text != "" {
					all[kind{of.Name, text}] = spec.Names[0].Name
				}
			}
			return true
		})
	}
	return all
}

// walk visits what is set in a view: each field of a struct of portal, by its
// name, and each value of a kind.
func walk(v reflect.Value, visit func(name string, t reflect.Type, v reflect.Value)) {
	ours := func(t reflect.Type) bool { return t.PkgPath() == reflect.TypeFor[portal.Frame]().PkgPath() }
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), visit)
		}
	case reflect.String:
		if ours(v.Type()) {
			visit("", v.Type(), v)
		}
	case reflect.Struct:
		if !ours(v.Type()) {
			return
		}
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() && !v.Field(i).IsZero() {
				visit(field.Name, v.Type(), v.Field(i))
				walk(v.Field(i), visit)
			}
		}
	}
}
