// Package sandbox is the simulated outside world of the demo and of tests: a
// card processor, an account validation service, a bank, a mailbox, phones, a post
// office and a control page. All but the doors of bank and mailbox are on one
// origin that is not the marketplace's.
//
// It meets the product only over HTTP, SMTP and SFTP, as the real world would,
// so that each part can be replaced by the real one.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"quittance.org/quittance/sandbox/bank"
	"quittance.org/quittance/sandbox/bank/sftpd"
	"quittance.org/quittance/sandbox/control"
	"quittance.org/quittance/sandbox/inbox"
	"quittance.org/quittance/sandbox/page"
	"quittance.org/quittance/sandbox/phone"
	"quittance.org/quittance/sandbox/postoffice"
	"quittance.org/quittance/sandbox/processor"
	"quittance.org/quittance/sandbox/validator"
)

// Options configure a World. Clock, Origin and the three keys are needed.
type Options struct {
	Clock         control.Clock
	Zone          *time.Location // of the pages; nil: UTC
	Origin        string         // of Handler, as browsers reach it: "http://127.0.0.1:8091"
	PortalURL     string         // the marketplace's address, for links
	ProcessorKey  string         // bearer key of the card processor
	WebhookURL    string         // where the processor reports; empty: nowhere
	WebhookSecret string         // signs the reports
	ValidatorKey  string         // bearer key of the account validation
	PhoneKey      string         // bearer key of the service of texts and calls; empty: none can be sent
	PhoneURL      string         // where it tells what phones answer; empty: nowhere
	PhoneSecret   string         // signs that
	APIKey        string         // of the marketplace's API, for the post office
	SMTPAddress   string         // of the mailbox; empty: "127.0.0.1:0"
	Bank          *bank.Options  // its Journal, PaysIn and Zone are set here; nil: no bank
	BankAddress   string         // of the bank's SFTP server; empty: "127.0.0.1:0"
	DataDir       string         // keeps what processor and bank remember, and the bank's keys; empty: none, and the bank has no door
	SlowFor       time.Duration  // how long the slow card's bank thinks
	Members       []control.Member
	Log           *slog.Logger
}

// World is the sandbox. Its parts can be reached for tests.
type World struct {
	Processor *processor.Processor
	Validator *validator.Validator
	Inbox     *inbox.Inbox
	Phone     *phone.Service
	Post      *postoffice.Office
	Bank      *bank.Bank    // nil if there is none
	BankKeys  *sftpd.Keys   // nil if the bank has no door
	BankDoor  *sftpd.Server // nil before Start
	payIns    *payIns

	options Options
	stop    context.CancelFunc
	running sync.WaitGroup
}

// New makes a World that is not running yet.
func New(o Options) (*World, error) {
	if o.Clock == nil || o.ValidatorKey == "" {
		return nil, errors.New("sandbox: Clock and ValidatorKey are needed")
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.SMTPAddress == "" {
		o.SMTPAddress = "127.0.0.1:0"
	}
	journal := ""
	if o.DataDir != "" {
		if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
			return nil, fmt.Errorf("make the sandbox's folder: %w", err)
		}
		journal = filepath.Join(o.DataDir, "processor.jsonl")
	}
	p, err := processor.New(processor.Options{
		Clock: o.Clock, Key: o.ProcessorKey, Origin: o.Origin, WebhookURL: o.WebhookURL, WebhookSecret: o.WebhookSecret,
		Journal: journal, SlowFor: o.SlowFor, Zone: o.Zone, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	w := &World{
		Processor: p, Validator: validator.New(o.ValidatorKey), Inbox: inbox.New(o.Clock, o.Log), options: o,
		Phone: phone.New(phone.Options{Clock: o.Clock, Key: o.PhoneKey, WebhookURL: o.PhoneURL, WebhookSecret: o.PhoneSecret, Log: o.Log}),
		Post:  postoffice.New(o.Clock, o.Zone, o.PortalURL, o.APIKey),
	}
	if o.Bank == nil {
		return w, nil
	}
	return w, w.openBank(*o.Bank)
}

// openBank opens the bank, into which card processor and lockbox pay.
func (w *World) openBank(o bank.Options) (err error) {
	w.payIns = &payIns{processor: w.Processor, post: w.Post, zone: w.options.Zone, banked: map[int]bool{}}
	o.Zone, o.PaysIn = w.options.Zone, w.payIns.on
	if w.options.DataDir != "" {
		o.Journal = filepath.Join(w.options.DataDir, "bank.jsonl")
		if w.BankKeys, err = sftpd.OpenKeys(filepath.Join(w.options.DataDir, "keys")); err != nil {
			return err
		}
	}
	w.Bank, err = bank.New(o)
	return err
}

// Handler serves everything that the sandbox shows and answers.
func (w *World) Handler() http.Handler {
	panel := &control.Panel{
		Clock: w.options.Clock, Zone: w.options.Zone, Portal: w.options.PortalURL, Members: w.options.Members,
		Processor: w.Processor, Validator: w.Validator, Post: w.Post, Bank: w.Bank,
	}
	mail := w.Inbox.Handler(w.options.Zone)
	mux := http.NewServeMux()
	mux.Handle("/", panel.Handler())
	mux.Handle("/assets/", page.Assets())
	mux.Handle("/c/", w.Processor.Handler())
	mux.Handle("/v1/", w.Processor.Handler())
	mux.Handle("/v1/account-validations", w.Validator.Handler())
	phones := w.Phone.Handler(w.options.Zone)
	mux.Handle("/v1/texts", w.Phone.API())
	mux.Handle("/v1/calls", w.Phone.API())
	mux.Handle("/v1/phone", phones)
	mux.Handle("/phone", phones)
	mux.Handle("/phone/", phones)
	mux.Handle("/v1/messages", mail)
	mux.Handle("/inbox", mail)
	mux.Handle("/inbox/", mail)
	return mux
}

// SetMembers says whom the control page lists. It goes before Handler.
func (w *World) SetMembers(members []control.Member) { w.options.Members = members }

// Start takes mail and bank files and delivers webhooks until Close.
func (w *World) Start() (err error) {
	if err := w.Inbox.Listen(w.options.SMTPAddress); err != nil {
		return fmt.Errorf("start the mailbox: %w", err)
	}
	if w.BankKeys != nil {
		w.BankDoor, err = sftpd.Listen(sftpd.Options{
			Bank: w.Bank, Clock: w.options.Clock, Keys: w.BankKeys, Address: w.options.BankAddress, Log: w.options.Log,
		})
		if err != nil {
			return err
		}
	}
	ctx, stop := context.WithCancel(context.Background()) //nolint:forbidigo // it runs until Close, longer than any caller
	w.stop = stop
	w.running.Go(func() { w.Processor.Run(ctx) })
	w.running.Go(func() { w.Phone.Run(ctx) })
	return nil
}

// SMTPAddr tells where mail is taken, once started.
func (w *World) SMTPAddr() string { return w.Inbox.Addr() }

// Close stops the World and waits for what is under way.
func (w *World) Close() error {
	if w.stop != nil {
		w.stop()
	}
	w.running.Wait()
	err := errors.Join(w.Inbox.Close(), w.Processor.Close())
	if w.BankDoor != nil {
		err = errors.Join(err, w.BankDoor.Close())
	}
	if w.Bank != nil {
		err = errors.Join(err, w.Bank.Close())
	}
	return err
}
