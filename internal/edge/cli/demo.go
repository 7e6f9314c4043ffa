package cli

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/api"
	"quittance.org/quittance/internal/edge/banklink"
	"quittance.org/quittance/internal/edge/bankvalidation"
	"quittance.org/quittance/internal/edge/cardgateway/sandboxgateway"
	"quittance.org/quittance/internal/edge/courier"
	"quittance.org/quittance/internal/edge/phonegateway"
	"quittance.org/quittance/internal/edge/web/guest"
	"quittance.org/quittance/sandbox"
	"quittance.org/quittance/sandbox/population"
	"quittance.org/quittance/web/fonts"
)

type demoCommand struct {
	Run      demoRun      `cmd:"" default:"withargs" help:"Run the demo marketplace."`
	Generate demoGenerate `cmd:"" help:"Write a file of invented households."`
}

// Help is shown under the commands.
func (demoCommand) Help() string {
	return "Example:\n\n    quittance demo --data ./demo-data\n\n\"run\" may be left out; its flags: quittance demo run --help"
}

type demoRun struct {
	databaseFlags
	profileFlag
	trafficFlags
	Listen     string `help:"Address of the portal." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Sandbox    string `help:"Address of the simulated outside world." default:"127.0.0.1:8081" placeholder:"HOST:PORT"`
	Clock      string `help:"The day the demo begins, at 2 p.m." default:"2026-11-20" placeholder:"DATE"`
	Households int    `help:"Invented households beside the ten with a story." default:"200"`
	Seed       uint64 `help:"Seed of the invented households." default:"1"`
	JSON       bool   `help:"When ready, print one line of JSON and nothing else."`
	Verbose    bool   `help:"Log every page that is served, as serve does."`
}

// Help is shown under the command's flags.
func (demoRun) Help() string {
	return "Example:\n\n    quittance demo --data ./demo-data\n\n" +
		"Starts an invented marketplace with an embedded database, ten members with a story, a card processor, " +
		"a mailbox and a page that moves the clock: the business day of every night on the way is run. Stop it with Ctrl-C; the same folder goes on where it stopped."
}

// demoState is kept beside the database: that loading was finished, where the
// clock stood, and where the portal was.
type demoState struct {
	Now      civil.Instant `json:"now"`
	Portal   string        `json:"portal,omitempty"`
	Database string        `json:"database,omitempty"` // which one it is that was named; see databaseMark
}

const (
	demoStateFile   = "demo.json"
	demoLoadingFile = "demo.loading" // there until the stories are told
)

// demo is a demo being put together.
type demo struct {
	demoRun
	streams Streams
	profile *profile.Profile
	clock   *virtual.Clock
	log     *slog.Logger
	portal  string // URL
	world   *sandbox.World
	app     *app.App
	pages   *site
	gateway *sandboxgateway.Gateway
	link    *banklink.Link // to the sandbox's bank
	apiKey  string         // of the demo's one API client
}

// Run runs the demo until it is told to stop.
func (c demoRun) Run(ctx context.Context, s Streams) error {
	if c.Data == "" {
		c.Data = "demo-data"
	}
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelInfo
	}
	d := &demo{demoRun: c, streams: s, log: newLog(s.Err, level)}
	portal, err := listen("the portal", c.Listen)
	if err != nil {
		return err
	}
	defer portal.Close()
	outside, err := listen("the sandbox", c.Sandbox)
	if err != nil {
		return err
	}
	defer outside.Close()
	if d.profile, err = c.load(); err != nil {
		return err
	}
	loaded, err := d.prepare()
	if err != nil {
		return err
	}
	database, err := c.createToServe(ctx, d.clock)
	if err != nil {
		return err
	}
	defer database.Close()
	if err := database.Migrate(ctx); err != nil {
		return err
	}
	if err := d.begins(ctx, database, loaded); err != nil {
		return err
	}
	return d.live(ctx, database, portal, outside, loaded)
}

// prepare sets the clock, and clears what a load that was cut off left.
func (d *demo) prepare() (loaded bool, err error) {
	if err := os.MkdirAll(d.Data, 0o700); err != nil {
		return false, fault.Wrap(fault.Invalid, "demo.data", err, "can not make the data folder")
	}
	day, err := civil.ParseDate(d.Clock)
	if err != nil {
		return false, err
	}
	start := day.In(d.profile.Zone()).Add(14 * time.Hour)
	state, loaded, err := d.demoState()
	if err != nil {
		return false, err
	}
	if loaded {
		if state.Database != databaseMark(d.Database) {
			return false, fault.New(fault.Invalid, "demo.other_database", "the demo in %s has another database; choose another folder with --data", d.Data)
		}
		d.clock = virtual.Running(later(start, state.Now))
		return true, nil
	}
	if day.Before(population.StoryDay) {
		return false, fault.New(fault.Invalid, "demo.clock", "the demo's stories end on %s; begin on that day or later", population.StoryDay)
	}
	d.clock = virtual.Standing(start)
	return false, d.clear()
}

// clear removes the database of a load that was cut off, and no other.
func (d *demo) clear() error {
	file, loading := filepath.Join(d.Data, databaseFile), filepath.Join(d.Data, demoLoadingFile)
	if d.Database == "" {
		if exists(file) && !exists(loading) {
			return fault.New(fault.Invalid, "demo.not_a_demo", "%s was not made by a demo; choose another folder with --data", file)
		}
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(file + suffix); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	return os.WriteFile(loading, nil, 0o600)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// begins refuses to tell the stories in a database that holds anything.
func (d *demo) begins(ctx context.Context, database *app.Database, loaded bool) error {
	if loaded {
		return nil
	}
	n, err := database.CountAccounts(ctx)
	if err == nil && n > 0 {
		err = fault.New(fault.Invalid, "demo.not_empty", "the database holds accounts already; a demo begins with an empty one")
	}
	return err
}

// databaseMark tells one named database from another without its password.
func databaseMark(url string) string {
	if url == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(url))
	return hex.EncodeToString(sum[:8])
}

func later(a, b civil.Instant) civil.Instant {
	if a.Before(b) {
		return b
	}
	return a
}

// demoState reads what a demo has kept in the data folder, false if nothing.
func (f databaseFlags) demoState() (state demoState, found bool, err error) {
	if f.Data == "" {
		return state, false, nil
	}
	data, err := os.ReadFile(filepath.Join(f.Data, demoStateFile))
	if os.IsNotExist(err) {
		return state, false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &state)
	}
	if err != nil {
		return state, false, fault.Wrap(fault.Invalid, "demo.data", err, "the data folder is damaged; choose another one")
	}
	return state, true, nil
}

// keepState is called when the demo is ready, after every night and when it
// stops. A demo that is killed goes on at the last kept moment, or at the
// clock's starting day.
func (d *demo) keepState() error {
	data, err := json.Marshal(demoState{d.clock.Now(), d.portal, databaseMark(d.Database)})
	if err != nil {
		return err
	}
	path := filepath.Join(d.Data, demoStateFile)
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(d.Data, demoLoadingFile)); !os.IsNotExist(err) {
		return err
	}
	return nil
}

// live puts the marketplace and the sandbox together, tells the stories if
// need be, and serves.
func (d *demo) live(ctx context.Context, database *app.Database, portal, outside net.Listener, loaded bool) error {
	if err := d.assemble(ctx, database, portal, outside); err != nil {
		return err
	}
	defer d.world.Close()
	defer d.link.Close()
	sandboxPages := &replaceable{}
	sandboxPages.replace(d.world.Handler())
	defer d.serveSandbox(ctx, outside, sandboxPages)()
	start := d.clock.Now()
	if !loaded {
		l := &demoLoader{
			app: d.app, clock: d.clock, profile: d.profile, pages: d.pages, mailbox: d.world.Inbox, households: d.Households, seed: d.Seed,
			bar: newProgress(d.streams.Err, "Telling the stories", 0),
		}
		if err := l.load(ctx); err != nil {
			return err
		}
		d.clock.Run(start)
		if err := d.night(ctx, d.profile.Today(start)); err != nil {
			return err
		}
	}
	if err := d.keepState(); err != nil {
		return err
	}
	members, err := d.members(ctx)
	if err != nil {
		return err
	}
	d.world.SetMembers(members)
	sandboxPages.replace(d.world.Handler())
	if err := d.app.Start(ctx); err != nil {
		return err
	}
	clients := []api.KeyHash{{Name: "demo", Hash: api.HashKey(d.apiKey)}}
	pages, err := d.pages.handler(d.app, d.clock, d.portal, d.gateway.Origin(), clients, d.log)
	if err != nil {
		return err
	}
	d.announce(members, "http://"+outside.Addr().String())
	err = serve(ctx, map[net.Listener]*http.Server{portal: newServer(pages, d.log)})
	if stopped := d.app.Stop(ctx); err == nil {
		err = stopped
	}
	if kept := d.keepState(); err == nil {
		err = kept
	}
	return err
}

// assemble makes the sandbox and, around it, the marketplace.
func (d *demo) assemble(ctx context.Context, database *app.Database, portal, outside net.Listener) (err error) {
	d.portal = "http://" + named(d.Listen, portal.Addr())
	origin := "http://" + outside.Addr().String()
	processorKey, webhookSecret, validatorKey := rand.Text(), rand.Text(), rand.Text()
	phoneKey, phoneSecret := rand.Text(), rand.Text()
	d.apiKey = rand.Text()
	moved := &livedClock{Clock: d.clock}
	d.world, err = sandbox.New(sandbox.Options{
		Clock: moved, Zone: d.profile.Zone(), Origin: origin, PortalURL: d.portal, ProcessorKey: processorKey,
		APIKey: d.apiKey, WebhookURL: d.portal + "/webhooks/card", WebhookSecret: webhookSecret, ValidatorKey: validatorKey,
		PhoneKey: phoneKey, PhoneURL: d.portal + phonegateway.Path, PhoneSecret: phoneSecret,
		DataDir: filepath.Join(d.Data, "sandbox"), Log: d.log, Bank: d.bank(),
	})
	if err != nil {
		return err
	}
	if err := d.world.Start(); err != nil {
		return err
	}
	if d.link, err = d.bankLink(); err != nil {
		return err
	}
	d.gateway, err = sandboxgateway.New(sandboxgateway.Config{
		BaseURL: origin, Key: pii.NewSecret(processorKey), WebhookSecret: pii.NewSecret(webhookSecret), Clock: d.clock,
	})
	if err != nil {
		return err
	}
	validator, err := bankvalidation.New(bankvalidation.Config{BaseURL: origin, Key: pii.NewSecret(validatorKey)})
	if err != nil {
		return err
	}
	post, err := courier.New(courier.Config{
		Address: d.world.SMTPAddr(), From: d.profile.Marketplace.ShortName + " <no-reply@example.org>", TLS: courier.TLSNone,
	})
	if err != nil {
		return err
	}
	if d.pages, err = newSite(d.profile); err != nil {
		return err
	}
	d.pages.phones, err = phonegateway.New(phonegateway.Config{BaseURL: origin, Key: pii.NewSecret(phoneKey), WebhookSecret: pii.NewSecret(phoneSecret), Clock: d.clock})
	if err != nil {
		return err
	}
	d.app, err = app.New(database, app.Config{
		Profile: d.profile, Links: guest.Links{BaseURL: d.portal}, Gateway: d.gateway, Validator: validator, Courier: post,
		Letters: letterWriter{d.pages.catalogue, d.profile, d.portal}, People: letterWriter{d.pages.catalogue, d.profile, d.portal}, Origin: d.portal,
		Texts: d.pages.phones, Calls: d.pages.phones, BillTexts: true, Log: d.log, DayBegins: &demoDayBegins, PayPlaces: d.PayPlaces,
		Fonts: fonts.Files(), PrintDir: filepath.Join(d.Data, printFolder), BankLink: d.link,
	})
	if err != nil {
		return err
	}
	moved.days, moved.night = d.app.Closing, func(date civil.Date) error { return d.night(ctx, date) }
	return nil
}

// demoGenerate writes a file of invented households.
type demoGenerate struct {
	Households int    `help:"How many." default:"1000"`
	Seed       uint64 `help:"The same seed gives the same file." default:"1"`
	Year       int    `help:"Plan year." default:"2026"`
	Out        string `help:"Where to. Default: standard output." placeholder:"FILE" type:"path"`
}

// Help is shown under the command's flags.
func (demoGenerate) Help() string {
	return "Example:\n\n    quittance demo generate --households 5000 --seed 7 --out households.csv\n" +
		"    quittance import enrollments households.csv --data ./try"
}

// Run generates.
func (c demoGenerate) Run(s Streams) error {
	if c.Out == "" {
		return population.Generate(s.Out, c.Households, c.Seed, c.Year)
	}
	f, err := os.Create(c.Out)
	if err != nil {
		return fault.Wrap(fault.Invalid, "cli.file", err, "can not write the file")
	}
	start := clock.Start()
	err = population.Generate(f, c.Households, c.Seed, c.Year)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		fmt.Fprintf(s.Err, "%s households written to %s in %.1f s\n", thousands(c.Households), c.Out, clock.Elapsed(start).Seconds())
	}
	return err
}
