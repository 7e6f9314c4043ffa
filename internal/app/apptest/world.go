// Package apptest builds small marketplaces for the tests of use cases: a
// database of each engine, a clock to turn, households with coverage, and what
// the tests ask of the books. It invents no facts of its own: everything goes
// through the store and the use cases.
package apptest

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/verifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
	"quittance.org/quittance/profiles"
)

// World is a marketplace with a clock that the test turns. Its clock begins at
// storetest.Noon, 20 November 2026.
type World struct {
	TB         testing.TB
	DB         *store.DB
	Clock      *virtual.Clock
	Profile    *profile.Profile
	Billing    *billing.Service
	Collecting *collecting.Service
	Jobs       *Jobs
	Validator  *Validator
	Log        *slog.Logger // of the services that NewPaying makes; says nothing at first

	serial atomic.Uint64
}

// Each runs test in a fresh world on every engine.
func Each(t *testing.T, test func(t *testing.T, w *World)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB, c *virtual.Clock) { test(t, New(t, db, c)) })
}

// New makes a world of an empty database.
func New(tb testing.TB, db *store.DB, c *virtual.Clock) *World {
	tb.Helper()
	w := &World{TB: tb, DB: db, Clock: c, Jobs: &Jobs{}, Validator: &Validator{}, Log: slog.New(slog.DiscardHandler)}
	w.Under(profiles.Default)
	w.InTx(func(tx *store.Tx) error {
		tx.PutPlan(store.PlanRow{PlanID: medicalPlan, Name: "Harbor Silver", Kind: enrollment.KindMedical, CarrierID: "HARBOR", CarrierName: "Harbor Health Plan"})
		tx.PutPlan(store.PlanRow{PlanID: dentalPlan, Name: "Tide Dental", Kind: enrollment.KindDental, CarrierID: "TIDE", CarrierName: "Tide Dental Plan"})
		return nil
	})
	return w
}

// Under goes by another of the shipped profiles from here on.
func (w *World) Under(name string) {
	w.TB.Helper()
	p, err := profiles.Open(name)
	if err != nil {
		w.TB.Fatal(err)
	}
	w.Profile, w.Billing, w.Collecting = p, billing.New(w.DB, p), collecting.New(w.DB, p)
}

const medicalPlan, dentalPlan = "HARBOR-SILVER", "TIDE-LOW"

// NewPaying makes the paying service on the world's database: once at first,
// and again for the process that comes up after one was killed.
func (w *World) NewPaying(gateway payment.CardGateway) *paying.Service {
	return paying.New(paying.Config{
		DB: w.DB, Profile: w.Profile, Jobs: w.Jobs, Links: links{}, Gateway: gateway, Validator: w.Validator, Mailer: Mails{}, Texts: true,
		Log: w.Log,
	})
}

// At sets the clock to a moment in Boston, "2026-11-23 23:59:59" or a day at
// noon.
func (w *World) At(moment string) {
	w.TB.Helper()
	if !strings.Contains(moment, " ") {
		moment += " 12:00:00"
	}
	t, err := time.ParseInLocation("2006-01-02 15:04:05", moment, w.Profile.Zone())
	if err != nil {
		w.TB.Fatal(err)
	}
	w.Clock.Set(civil.InstantOf(t))
}

// Today is the business date.
func (w *World) Today() civil.Date { return w.Profile.Today(w.Clock.Now()) }

// InTx runs fn in a transaction that must succeed.
func (w *World) InTx(fn func(*store.Tx) error) {
	w.TB.Helper()
	if err := w.DB.InTx(w.TB.Context(), "test", fn); err != nil {
		w.TB.Fatal(err)
	}
}

// Cover is one enrollment of a household.
type Cover struct {
	Kind    enrollment.Kind
	First   string // "2026-12"
	Last    string // "" is December of the same year
	Window  string // the last day to select, if any
	Renewal bool
	Premium enrollment.Premium
}

// Medical is subsidised medical coverage from a month to the end of its year.
func Medical(first, member string) Cover {
	share := Amount(member)
	return Cover{Kind: enrollment.KindMedical, First: first, Premium: enrollment.Premium{
		Gross: share.Add(Amount("390.50")), APTC: Amount("300.00"), State: Amount("90.50"), Member: share,
	}}
}

// FullPrice is medical coverage without any help.
func FullPrice(first, member string) Cover {
	return Cover{Kind: enrollment.KindMedical, First: first, Premium: enrollment.Premium{Gross: Amount(member), Member: Amount(member)}}
}

// Dental is unsubsidised dental coverage.
func Dental(first, member string) Cover {
	c := FullPrice(first, member)
	c.Kind = enrollment.KindDental
	return c
}

// Renewed marks coverage as carried over from last year: no first payment.
func (c Cover) Renewed() Cover { c.Renewal = true; return c }

// SelectedUntil ends the enrollment window.
func (c Cover) SelectedUntil(day string) Cover { c.Window = day; return c }

// Until ends the coverage earlier than December.
func (c Cover) Until(last string) Cover { c.Last = last; return c }

// Household is an account as its members know it.
type Household struct {
	Account       enrollment.AccountID
	SubscriberID  ident.SubscriberID
	BillingNumber string
	BirthDate     civil.Date
	ZIP           string
	Enrollments   []enrollment.ID
	References    []string
}

// Household stores an account of one person with its coverage, as the
// eligibility system tells it.
func (w *World) Household(covers ...Cover) Household {
	w.TB.Helper()
	return w.account(enrollment.AccountIndividual, covers)
}

// Group is Household for an employer.
func (w *World) Group(covers ...Cover) Household {
	w.TB.Helper()
	return w.account(enrollment.AccountGroup, covers)
}

func (w *World) account(kind enrollment.AccountKind, covers []Cover) Household {
	w.TB.Helper()
	var h Household
	w.InTx(func(tx *store.Tx) (err error) {
		h, err = w.insertAccount(tx, kind)
		return err
	})
	for _, c := range covers {
		w.Enroll(&h, c)
	}
	return h
}

func (w *World) insertAccount(tx *store.Tx, kind enrollment.AccountKind) (Household, error) {
	serial := w.serial.Add(1)
	h := Household{
		Account: enrollment.AccountID{UUID: tx.NewID()}, SubscriberID: ident.NewSubscriberID(70010000000 + serial),
		BillingNumber: fmt.Sprintf("7%08d", serial), BirthDate: civil.MustParseDate("1980-02-29"), ZIP: "02199",
	}
	return h, tx.InsertAccount(enrollment.Account{
		ID: h.Account, Kind: kind, SubscriberID: h.SubscriberID, BillingNumber: h.BillingNumber, FirstName: "Ana", LastName: "Testperson",
		BirthDate: h.BirthDate, ZIP: h.ZIP, Language: "en", CreatedAt: tx.Now(),
	})
}

// Crowd stores many households with the same coverage in one transaction.
func (w *World) Crowd(n int, c Cover) []Household {
	w.TB.Helper()
	var all []Household
	w.InTx(func(tx *store.Tx) error {
		all = make([]Household, n)
		for i := range all {
			h, err := w.insertAccount(tx, enrollment.AccountIndividual)
			if err != nil {
				return err
			}
			all[i] = h
			w.enroll(tx, &all[i], c)
		}
		return nil
	})
	return all
}

// Enroll adds coverage to a household and, unless it is renewed, asks for its
// first bill.
func (w *World) Enroll(h *Household, c Cover) {
	w.TB.Helper()
	known := *h
	w.InTx(func(tx *store.Tx) error {
		*h = known // the closure may run again
		w.enroll(tx, h, c)
		return nil
	})
}

func (w *World) enroll(tx *store.Tx, h *Household, c Cover) {
	e := enrollment.Enrollment{
		ID: enrollment.ID{UUID: tx.NewID()}, AccountID: h.Account, Kind: c.Kind, Renewal: c.Renewal, First: Month(c.First), CreatedAt: tx.Now(),
		Reference: fmt.Sprintf("RefID%s%d", h.BillingNumber, len(h.References)), PlanID: medicalPlan, CarrierID: "HARBOR",
	}
	e.Last = civil.NewMonth(e.First.Year(), time.December)
	if c.Last != "" {
		e.Last = Month(c.Last)
	}
	if c.Window != "" {
		e.WindowEndsOn = Date(c.Window)
	}
	if c.Kind == enrollment.KindDental {
		e.PlanID, e.CarrierID = dentalPlan, "TIDE"
	}
	e.Segments = []enrollment.Segment{{From: e.First, To: e.Last, Premium: c.Premium}}
	tx.InsertEnrollment(&e, nil)
	if !c.Renewal {
		tx.WantFirstBill(h.Account)
	}
	h.Enrollments = append(slices.Clone(h.Enrollments), e.ID)
	h.References = append(slices.Clone(h.References), e.Reference)
}

// Amount reads dollars and cents.
func Amount(s string) money.Amount {
	a, err := money.Parse(s)
	if err != nil {
		panic(err)
	}
	return a
}

// Month reads a month.
func Month(s string) civil.Month { return civil.MustParseMonth(s) }

// Date reads a day.
func Date(s string) civil.Date { return civil.MustParseDate(s) }

// VerifyClean fails the test unless every invariant of the books holds.
func (w *World) VerifyClean() {
	w.TB.Helper()
	report, err := verifying.New(w.DB, w.Profile).Verify(w.TB.Context())
	if err != nil {
		w.TB.Fatal(err)
	}
	if !report.Clean {
		w.TB.Errorf("the books:\n%s", report)
	}
}

// Check reports a difference between what is and what should be.
func Check(tb testing.TB, what string, got, want any) {
	tb.Helper()
	opaque := cmpopts.EquateComparable(civil.Month{}, civil.Date{}, civil.Instant{}, money.Amount{})
	if diff := cmp.Diff(want, got, opaque); diff != "" {
		tb.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
