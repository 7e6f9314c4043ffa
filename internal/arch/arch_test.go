package arch_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/arch"
)

// exceptions are the functions ("path:Type.Name") and files ("path") that may
// be longer than the limit, each with its reason. Keep it short.
var exceptions []arch.Exception

func TestHouse(t *testing.T) {
	t.Parallel()
	found, err := arch.Check(os.DirFS("../.."), exceptions)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Error(v)
	}
}

// Each row is a small repository that breaks one rule, or none.
func TestRules(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\t_ = 0\n", 69)
	for _, c := range []struct {
		name, path, source string
		want               string // rules broken, in order
	}{
		{"base imports a room above", "internal/base/a/a.go", pkg("a", "internal/domain/bill"), "arrow"},
		{"base reads a file", "internal/base/a/a.go", pkg("a", "std:os"), "standard-library"},
		{"base runs a program", "internal/base/a/a.go", pkg("a", "std:os/exec"), "standard-library"},
		{"base takes a library", "internal/base/a/a.go", pkg("a", "lib:github.com/jackc/pgx/v5"), "library"},
		{"money stores itself", "internal/base/money/a.go", pkg("money", "std:database/sql/driver"), ""},
		{"money queries", "internal/base/money/a.go", pkg("money", "std:database/sql"), "standard-library"},
		{"another base package stores itself", "internal/base/a/a.go", pkg("a", "std:database/sql/driver"), "standard-library"},
		{"domain on base and domain", "internal/domain/bill/a.go", pkg("bill", "internal/base/money", "internal/domain/plan"), ""},
		{"domain imports store", "internal/domain/bill/a.go", pkg("bill", "internal/store"), "arrow"},
		{"domain imports a format", "internal/domain/bill/a.go", pkg("bill", "internal/format/nacha"), "arrow"},
		{"domain takes a context", "internal/domain/bill/a.go", pkg("bill", "std:context"), "standard-library"},
		{"the payment port takes a context and a header", "internal/domain/payment/a.go", pkg("payment", "std:context", "std:net/http"), ""},
		{"the payment port makes a request", "internal/domain/payment/a.go", pkg("payment", "std:net/http") + "var _ = http.Get\n", "standard-library"},
		{"the payment port names a header", "internal/domain/payment/a.go", pkg("payment", "std:net/http") + "var _ http.Header\n", ""},
		{"paying hands a header on", "internal/app/paying/a.go", pkg("paying", "std:net/http") + "var _ http.Header\n", ""},
		{"paying makes a request", "internal/app/paying/a.go", pkg("paying", "std:net/http") + "var _ = http.DefaultClient\n", "standard-library"},
		{"billing takes HTTP", "internal/app/billing/a.go", pkg("billing", "std:net/http"), "standard-library"},
		{"domain logs", "internal/domain/bill/a.go", pkg("bill", "std:log/slog"), "standard-library"},
		{"domain throws dice", "internal/domain/bill/a.go", pkg("bill", "std:math/rand/v2"), "standard-library"},
		{"domain test reads test data", "internal/domain/bill/a_test.go", pkg("bill_test", "std:os", "lib:pgregory.net/rapid"), ""},
		{"domain test imports store", "internal/domain/bill/a_test.go", pkg("bill_test", "internal/store"), "arrow"},
		{"format on domain", "internal/format/nacha/a.go", pkg("nacha", "internal/domain/payment", "internal/base/money"), ""},
		{"format opens a file", "internal/format/nacha/a.go", pkg("nacha", "std:os"), "standard-library"},
		{"store on domain", "internal/store/a.go", pkg("store", "internal/domain/bill", "std:database/sql", "lib:github.com/jackc/pgx/v5/pgxpool"), ""},
		{"store serves", "internal/store/a.go", pkg("store", "std:net/http"), "standard-library"},
		{"store writes a file format", "internal/store/a.go", pkg("store", "internal/format/nacha"), "arrow"},
		{"store calls a use case", "internal/store/a.go", pkg("store", "internal/app/paying"), "arrow"},
		{"use case on store", "internal/app/paying/a.go", pkg("paying", "internal/store", "internal/format/nacha"), ""},
		{"use case calls its neighbour", "internal/app/paying/a.go", pkg("paying", "internal/app/billing"), "arrow"},
		{"use case has a room inside", "internal/app/paying/a.go", pkg("paying", "internal/app/paying/inner"), ""},
		{"use case writes SQL", "internal/app/paying/a.go", pkg("paying", "std:database/sql"), "standard-library"},
		{"use case calls an edge", "internal/app/paying/a.go", pkg("paying", "internal/edge/cardgateway"), "arrow"},
		{"use case test calls its neighbour", "internal/app/paying/a_test.go", pkg("paying_test", "internal/app/billing", "internal/store/storetest"), ""},
		{"the assembly puts use cases together", "internal/app/a.go", pkg("app", "internal/app/billing", "internal/app/paying", "internal/store"), ""},
		{"use case calls the assembly", "internal/app/paying/a.go", pkg("paying", "internal/app"), "arrow"},
		{"edge on app", "internal/edge/web/a.go", pkg("web", "internal/app/paying", "internal/edge/telemetry", "std:net/http", "web"), ""},
		{"edge imports store", "internal/edge/web/a.go", pkg("web", "internal/store"), "arrow"},
		{"edge imports a room of store", "internal/edge/web/a.go", pkg("web", "internal/store/vault"), "arrow"},
		{"edge writes SQL", "internal/edge/web/a.go", pkg("web", "std:database/sql"), "standard-library"},
		{"edge takes a driver", "internal/edge/web/a.go", pkg("web", "lib:github.com/jackc/pgx/v5"), "library"},
		{"edge imports cli", "internal/edge/web/a.go", pkg("web", "internal/edge/cli"), "arrow"},
		{"edge imports the sandbox", "internal/edge/web/a.go", pkg("web", "sandbox"), "arrow"},
		{"edge test pays at the sandbox", "internal/edge/web/a_test.go", pkg("web_test", "sandbox", "internal/store/storetest"), ""},
		{"cli starts the sandbox and the simulator", "internal/edge/cli/demo.go", pkg("cli", "sandbox/processor", "simulate", "internal/app"), ""},
		{"cli imports store", "internal/edge/cli/a.go", pkg("cli", "internal/store"), "arrow"},
		{"sandbox on domain", "sandbox/bank/a.go", pkg("bank", "internal/domain/payment", "sandbox/page", "std:net/http"), ""},
		{"sandbox imports a use case", "sandbox/bank/a.go", pkg("bank", "internal/app/paying"), "arrow"},
		{"sandbox imports an edge", "sandbox/bank/a.go", pkg("bank", "internal/edge/web"), "arrow"},
		{"sandbox imports store", "sandbox/bank/a.go", pkg("bank", "internal/store"), "arrow"},
		{"sandbox test imports an edge", "sandbox/bank/a_test.go", pkg("bank_test", "internal/edge/web"), "arrow"},
		{"main on cli", "cmd/quittance/main.go", "// Command quittance bills.\n" + pkg("main", "internal/edge/cli"), ""},
		{"main on app", "cmd/quittance/main.go", "// Command quittance bills.\n" + pkg("main", "internal/app"), "arrow"},
		{"someone imports main", "internal/edge/cli/a.go", pkg("cli", "cmd/quittance"), "arrow"},
		{"product imports a test package", "internal/app/paying/a.go", pkg("paying", "internal/store/storetest"), "test-package"},
		{"product imports a test library", "internal/store/a.go", pkg("store", "lib:github.com/google/go-cmp/cmp"), "library"},
		{"test package takes a test library", "internal/store/storetest/a.go", pkg("storetest", "lib:github.com/google/go-cmp/cmp"), ""},
		{"unknown library", "internal/store/a.go", pkg("store", "lib:example.org/orm"), "library"},
		{"unknown library in a test", "internal/store/a_test.go", pkg("store_test", "lib:example.org/mock"), "library"},
		{"a library with a longer name", "internal/store/a.go", pkg("store", "lib:github.com/jackc/pgxevil"), "library"},
		{"cgo", "internal/store/a.go", pkg("store", "std:C"), "cgo"},
		{"virtual clock in production", "internal/app/paying/a.go", pkg("paying", "internal/base/clock/virtual"), "virtual-clock"},
		{"virtual clock in serve", "internal/edge/cli/serve.go", pkg("cli", "internal/base/clock/virtual"), "virtual-clock"},
		{"virtual clock in the demo", "internal/edge/cli/demo.go", pkg("cli", "internal/base/clock/virtual"), ""},
		{"virtual clock in a test", "internal/app/paying/a_test.go", pkg("paying_test", "internal/base/clock/virtual"), ""},
		{"virtual clock in the sandbox", "sandbox/world/a.go", pkg("world", "internal/base/clock/virtual"), ""},
		{"folder of nothing", "internal/util/a.go", pkg("util"), "room package-name"},
		{"folder outside the house", "pkg/billing/a.go", pkg("billing"), "room"},
		{"package of nothing", "internal/domain/helpers/a.go", pkg("helpers"), "package-name"},
		{"types hidden in a good folder", "internal/domain/bill/a.go", pkg("types"), "package-name"},
		{"no package comment", "internal/domain/bill/a.go", "package bill\n", "package-comment"},
		{"comment that does not say Package", "internal/domain/bill/a.go", "// bills.\npackage bill\n", "package-comment"},
		{"reads the clock", "internal/app/paying/a.go", pkg("paying", "std:time") + "var _ = time.Now\n", "clock"},
		{"measures time", "internal/app/paying/a.go", pkg("paying", "std:time") + "func f(t time.Time) { _ = time.Since(t) }\n", "clock"},
		{"reads the clock under another name", "internal/app/paying/a.go", comment("paying") + "import tm \"time\"\nvar _ = tm.Now\n", "clock"},
		{"another Now", "internal/app/paying/a.go", pkg("paying") + "var time struct{ Now int }\nvar _ = time.Now\n", ""},
		{"the clock reads the clock", "internal/base/clock/a.go", pkg("clock", "std:time") + "var _ = time.Now\n", ""},
		{"a test sleeps", "internal/app/paying/a_test.go", pkg("paying_test", "std:time") + "func f() { time.Sleep(1) }\n", "sleep"},
		{"a test sleeps in a bubble", "internal/app/paying/a_test.go", pkg("paying_test", "std:time", "std:testing/synctest") + "func f() { time.Sleep(1) }\n", ""},
		{"reads the environment", "internal/store/a.go", pkg("store", "std:os") + "var _ = os.Getenv\n", "environment"},
		{"cli reads the environment", "internal/edge/cli/a.go", pkg("cli", "std:os") + "var _ = os.Getenv\n", ""},
		{"float type near money", "internal/domain/ledger/a.go", pkg("ledger") + "var x float64\n", "float"},
		{"float literal near money", "internal/domain/plan/a.go", pkg("plan") + "const factor = 1.5752\n", "float"},
		{"float parsed near money", "internal/store/a.go", pkg("store", "std:strconv") + "var _ = strconv.ParseFloat\n", "float"},
		{"float far from money", "internal/edge/telemetry/a.go", pkg("telemetry") + "var x float64 = 0.5\n", ""},
		{"function of 71 lines", "internal/store/a.go", pkg("store") + "func (d *DB) f() {\n" + long + "}\n", "function-length"},
		{"function of 70 lines", "internal/store/a.go", pkg("store") + "func f() {\n" + long[:len(long)-len("\t_ = 0\n")] + "}\n", ""},
		{"test function of 71 lines", "internal/store/a_test.go", pkg("store_test") + "func f() {\n" + long + "}\n", ""},
		{"generated function of 71 lines", "internal/store/a.go", "// Code generated by hand. DO NOT EDIT.\n\n" + pkg("store") + "func f() {\n" + long + "}\n", ""},
		{"file of 501 lines", "internal/store/a.go", pkg("store") + strings.Repeat("\n", 499), "file-length"},
		{"file of 500 lines", "internal/store/a.go", pkg("store") + strings.Repeat("\n", 498), ""},
		{"main of 31 lines", "cmd/quittance/main.go", "// Command quittance bills.\n" + pkg("main") + strings.Repeat("\n", 28), "file-length"},
		{"another module", "tools/x/a.go", "package util\n", ""},
		{"test data", "internal/store/testdata/a.go", "package util\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			repository := fstest.MapFS{c.path: {Data: []byte(c.source)}, "tools/go.mod": {}}
			found, err := arch.Check(repository, nil)
			if err != nil {
				t.Fatal(err)
			}
			var rules []string
			for _, v := range found {
				if v.Rule != "package-comment" || c.want == "package-comment" {
					rules = append(rules, v.Rule)
				}
			}
			if got := strings.Join(rules, " "); got != c.want {
				t.Errorf("broken rules %q, want %q: %v\n%s", got, c.want, found, c.source)
			}
		})
	}
}

func TestExceptions(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("\t_ = 0\n", 80)
	repository := fstest.MapFS{"internal/store/a.go": {Data: []byte(
		pkg("store") + "func (d *DB[T]) read() {\n" + body + "}\n" + "func read() {\n" + body + "}\n")}}
	const reason = "a table of states is clearer in one piece"
	for _, c := range []struct {
		name       string
		exceptions []arch.Exception
		want       []string
	}{
		{"none", nil, []string{"function-length", "function-length"}},
		{"one of two", []arch.Exception{{What: "internal/store/a.go:DB.read", Reason: reason}}, []string{"function-length"}},
		{"both", []arch.Exception{{"internal/store/a.go:DB.read", reason}, {"internal/store/a.go:read", reason}}, nil},
		{"one that nothing needs", []arch.Exception{{"internal/store/a.go:DB.read", reason}, {"internal/store/a.go:read", reason}, {"internal/store/b.go", reason}}, []string{"exception"}},
		{"without a reason", []arch.Exception{{"internal/store/a.go:DB.read", ""}, {"internal/store/a.go:read", reason}}, []string{"exception"}},
	} {
		found, err := arch.Check(repository, c.exceptions)
		if err != nil {
			t.Fatal(err)
		}
		var rules []string
		for _, v := range found {
			rules = append(rules, v.Rule)
		}
		if diff := cmp.Diff(c.want, rules); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestBrokenSourceIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := arch.Check(fstest.MapFS{"internal/store/a.go": {Data: []byte("pakcage store")}}, nil); err == nil {
		t.Error("a file that does not parse was passed over")
	}
}

// comment gives the head of a file with a package comment.
func comment(name string) string {
	return fmt.Sprintf("// Package %s is a sample.\npackage %[1]s\n", name)
}

// pkg gives a source file that imports the named folders of the repository,
// "std:" packages and "lib:" packages.
func pkg(name string, imported ...string) string {
	var b strings.Builder
	b.WriteString(comment(name))
	for _, i := range imported {
		i, std := strings.CutPrefix(i, "std:")
		i, lib := strings.CutPrefix(i, "lib:")
		if !std && !lib {
			i = arch.Module + "/" + i
		}
		fmt.Fprintf(&b, "import %q\n", i)
	}
	return b.String()
}
