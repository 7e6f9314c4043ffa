package arch

import (
	"path"
	"slices"
	"strings"
)

// room is one kind of package. dirs are folders from the repository's root;
// the longest that holds a package is its room.
type room struct {
	name    string
	dirs    []string
	imports []string // rooms that it may import, its own included if named
	std     rule     // which packages of the standard library
}

// rule names what is refused; an exact folder may be let through.
type rule struct {
	refused []string            // import paths; "os" covers "os/exec"
	allowed map[string][]string // folder to import paths let through there
}

// pure is the rule of floors 1 and 2: no files, no network, no logging, no
// context, no chance.
var pure = []string{
	"context", "crypto/rand", "database/sql", "log", "math/rand", "net/http", "net/smtp", "os", "plugin", "syscall",
}

var noDatabase = []string{"database/sql"}

var rooms = []room{
	{
		name: "base", dirs: []string{"internal/base"}, imports: []string{"base"},
		std: rule{refused: pure, allowed: map[string][]string{
			"internal/base/civil": {"database/sql/driver"},
			"internal/base/ident": {"database/sql/driver", "crypto/rand"},
			"internal/base/money": {"database/sql/driver"},
			"internal/base/pii":   {"log/slog"},
		}},
	},
	{
		name: "domain", dirs: []string{"internal/domain"}, imports: []string{"base", "domain"},
		// The ports of the card processor, the account check and the bank's mailbox
		// are the places where the domain names a context and a header.
		std: rule{refused: pure, allowed: map[string][]string{
			"internal/domain/ach": {"context"}, "internal/domain/payment": {"context", "net/http"},
		}},
	},
	{name: "format", dirs: []string{"internal/format"}, imports: []string{"base", "domain", "format"}, std: rule{refused: pure}},
	{
		name: "store", dirs: []string{"internal/store"}, imports: []string{"base", "domain", "store"},
		std: rule{refused: []string{"net/http", "net/smtp"}},
	},
	{
		name: "app", dirs: []string{"internal/app"}, imports: []string{"base", "domain", "format", "store"},
		std: rule{
			refused: []string{"database/sql", "net/http", "net/smtp"},
			allowed: map[string][]string{"internal/app/paying": {"net/http"}}, // hands a webhook's header to the port
		},
	},
	{
		name: "edge", dirs: []string{"internal/edge"}, imports: []string{"base", "domain", "format", "app", "edge", "assets"},
		std: rule{refused: noDatabase},
	},
	{
		name: "cli", dirs: []string{"internal/edge/cli"},
		imports: []string{"base", "domain", "format", "app", "edge", "cli", "assets", "sandbox", "simulate"},
		std:     rule{refused: noDatabase},
	},
	{name: "sandbox", dirs: []string{"sandbox"}, imports: []string{"base", "domain", "format", "sandbox"}, std: rule{refused: noDatabase}},
	{
		name: "simulate", dirs: []string{"simulate"}, imports: []string{"base", "domain", "format", "app", "sandbox", "simulate", "assets"},
		std: rule{refused: noDatabase},
	},
	{name: "cmd", dirs: []string{"cmd"}, imports: []string{"cli"}, std: rule{refused: noDatabase}},
	// Folders of data, each with a Go file that embeds and reads it.
	{
		name: "assets", dirs: []string{"profiles", "web"}, imports: []string{"base", "domain"},
		std: rule{refused: pure, allowed: map[string][]string{"profiles": {"os"}}},
	},
	{name: "arch", dirs: []string{"internal/arch"}},
	{name: "test servers", dirs: []string{"internal/testservers", "internal/testbrowser"}},
	{name: "bench", dirs: []string{"bench", "e2e"}}, // tests only
}

// libraries are the modules from outside and the folders that may import them.
// A new one needs an ADR that says what it replaces and what it drags in.
var libraries = map[string][]string{
	"github.com/BurntSushi/toml":          {"internal/domain/profile", "internal/edge/web/catalogue"},
	"github.com/ProtonMail/go-crypto":     {"internal/edge/banklink", "sandbox/bank"},
	"github.com/alecthomas/kong":          {"internal/edge/cli"},
	"github.com/alexedwards/argon2id":     {"internal/app/people"},
	"github.com/alexedwards/scs":          {"internal/edge/web"},
	"github.com/andybalholm/brotli":       {"internal/edge/web"},
	"github.com/arran4/golang-ical":       {"internal/format/ical"},
	"github.com/boombuler/barcode":        {"internal/format/billpdf"},
	"github.com/danielgtaylor/huma":       {"internal/edge/api"},
	"github.com/go-webauthn/webauthn":     {"internal/app/people", "internal/edge/web"},
	"github.com/jackc/pgx":                {"internal/store"},
	"github.com/mattn/go-isatty":          {"internal/edge/cli"},
	"github.com/moov-io/ach":              {"internal/format/nacha", "sandbox/bank"},
	"github.com/pkg/sftp":                 {"internal/edge/banklink", "sandbox/bank"},
	"github.com/pquerna/otp":              {"internal/app/people"},
	"github.com/ncruces/go-sqlite3":       {"internal/store"},
	"github.com/pressly/goose":            {"internal/store"},
	"github.com/prometheus/client_golang": {"internal/edge/telemetry"},
	"github.com/riverqueue/river":         {"internal/store"},
	"github.com/stripe/stripe-go":         {"internal/edge/cardgateway"},
	"github.com/tink-crypto/tink-go":      {"internal/store/vault"},
	"github.com/wneessen/go-mail":         {"internal/edge/courier"},
	"golang.org/x/crypto":                 {"internal/store", "internal/edge", "sandbox/bank"},
	"golang.org/x/sync":                   {"internal/store", "internal/app", "internal/edge", "sandbox", "simulate"},
	"golang.org/x/text":                   {"internal/domain/identity", "internal/edge", "internal/format"},
}

// testLibraries are for tests alone, wherever they are.
var testLibraries = []string{
	"github.com/chromedp/cdproto", "github.com/chromedp/chromedp", "github.com/google/go-cmp",
	"github.com/rogpeppe/go-internal", "pgregory.net/rapid", "golang.org/x/net/html",
}

// roomOf gives the room of a package's folder.
func roomOf(dir string) (room, bool) {
	var found room
	longest := -1
	for _, r := range rooms {
		for _, d := range r.dirs {
			if within(dir, d) && len(d) > longest {
				found, longest = r, len(d)
			}
		}
	}
	return found, longest >= 0
}

// within tells whether name is folder or below it; both slash-separated.
func within(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

func (c *checker) checkImport(f source, line int, imported string) {
	first, _, _ := strings.Cut(imported, "/")
	switch {
	case imported == "C":
		c.add(f.path, line, "cgo", "cgo is not used: the binary is built with CGO_ENABLED=0")
	case within(imported, Module):
		c.checkRoom(f, line, strings.TrimPrefix(imported, Module+"/"))
	case strings.Contains(first, "."):
		c.checkLibrary(f, line, imported)
	case !f.test:
		c.checkStandard(f, line, imported)
	}
}

// checkRoom follows an arrow inside the repository. Tests may build on any
// room below the edges, so that they need no stand-in for what lies beneath,
// but the rooms of floors 1 and 2 stay pure even there.
func (c *checker) checkRoom(f source, line int, imported string) {
	from, ok := roomOf(f.dir())
	to, known := roomOf(imported)
	if !ok || !known {
		return // checkName speaks up
	}
	if forTests(imported) && !f.test {
		c.add(f.path, line, "test-package", "%s is for tests only", imported)
	}
	if imported == "internal/base/clock/virtual" && !mayTurnTheClock(f) {
		c.add(f.path, line, "virtual-clock", "the virtual clock is for the demo, the simulator, the sandbox and tests: take a clock.Clock")
	}
	// A use case may have rooms inside; internal/app itself, which opens the
	// store and puts the use cases together, has them all inside.
	if slices.Contains(from.imports, to.name) || from.name == to.name && within(imported, f.dir()) {
		return
	}
	if f.test && testMayImport(from, to) {
		return
	}
	c.add(f.path, line, "arrow", "%s (%s) must not import %s (%s)", f.dir(), from.name, imported, to.name)
}

func testMayImport(from, to room) bool {
	switch from.name {
	case "base", "domain", "format":
		return to.name == "assets" || to.name == "format"
	case "store":
		return to.name == "assets"
	case "sandbox":
		return false // it must not know more of the product than the world does
	}
	return to.name != "cmd"
}

func mayTurnTheClock(f source) bool {
	from, _ := roomOf(f.dir())
	return f.test || from.name == "sandbox" || from.name == "simulate" ||
		from.name == "cli" && strings.HasPrefix(path.Base(f.path), "demo")
}

func (c *checker) checkLibrary(f source, line int, imported string) {
	for _, module := range testLibraries {
		if within(imported, module) {
			if !f.test {
				c.add(f.path, line, "library", "%s is for tests only", imported)
			}
			return
		}
	}
	for module, folders := range libraries {
		if !within(imported, module) {
			continue
		}
		if !f.test && !slices.ContainsFunc(folders, func(folder string) bool { return within(f.dir(), folder) }) {
			c.add(f.path, line, "library", "%s belongs to %s", imported, strings.Join(folders, ", "))
		}
		return
	}
	c.add(f.path, line, "library", "%s is not on the list in internal/arch: a new dependency needs an ADR", imported)
}

func (c *checker) checkStandard(f source, line int, imported string) {
	r, _ := roomOf(f.dir())
	if slices.Contains(r.std.allowed[f.dir()], imported) {
		return
	}
	for _, refused := range r.std.refused {
		if within(imported, refused) {
			c.add(f.path, line, "standard-library", "%s must not be used on this floor (%s)", imported, r.name)
			return
		}
	}
}
