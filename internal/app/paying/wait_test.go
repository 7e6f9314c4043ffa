package paying_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// awaited is a household that is not here yet: its Subscriber ID, and what
// brings it.
func (w *till) awaited() (paying.FindInput, func()) {
	number := ident.NewSubscriberID(70015555000)
	in := paying.FindInput{Number: string(number), BirthDate: civil.MustParseDate("1980-02-29"), Network: "192.0.2.0/24"}
	return in, func() {
		w.t.Helper()
		w.Import(string(number), apptest.Alone, apptest.Segment{Plan: "HARBOR-SILVER", From: "2027-01", To: "2027-12", Member: "53.00"})
		w.FirstBills()
	}
}

func (w *till) wait(in paying.FindInput, email string) error {
	w.t.Helper()
	return w.s.WaitForBill(w.t.Context(), paying.WaitInput{FindInput: in, Email: email, Language: "en"})
}

// told lets a moment pass and gives who was told since the beginning.
func (w *till) told(after time.Duration) string {
	w.t.Helper()
	w.Clock.Advance(after)
	if _, err := w.s.TellWaiting(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(w.Mailed(), ", ")
}

// F3: who left an address is told once when the bill is there, and not before.
func TestWhoWaitsIsToldOnce(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		in, arrives := w.awaited()
		if err := w.wait(in, " ana@example.org "); err != nil {
			t.Fatal(err)
		}
		zip := in
		zip.BirthDate, zip.ZIP = civil.Date{}, "02199"
		if err := w.s.WaitForBill(t.Context(), paying.WaitInput{FindInput: zip, Email: "bo@example.org", Language: "es"}); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "told at first", w.told(0), "")
		apptest.Check(t, "told after four hours without a bill", w.told(4*time.Hour), "")
		arrives()
		apptest.Check(t, "told of the bill within minutes", w.told(10*time.Minute), "en ana@example.org, es bo@example.org")
		apptest.Check(t, "told once more", w.told(time.Hour), "en ana@example.org, es bo@example.org")
		if err := w.wait(in, "ANA@example.org"); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "told who asks again", w.told(time.Hour), "en ana@example.org, es bo@example.org")
		if err := w.find(in); err != nil {
			t.Errorf("what they were told of: %v", err)
		}
	})
}

// An account without a bill is nothing to be told of yet.
func TestWhoWaitsIsToldOfABill(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.Household(apptest.Medical("2027-01", "53.00"))
		if err := w.wait(knows(h), "ana@example.org"); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "told before the bill", w.told(0), "")
		w.FirstBills()
		apptest.Check(t, "told of the bill", w.told(10*time.Minute), "en ana@example.org")
	})
}

// R-ID-2: nobody is told who did not know both. Whoever leaves addresses learns
// no more than who looks bills up, and no faster.
func TestOnlyWhoKnewBothIsTold(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		in, arrives := w.awaited()
		here := w.selected()
		for email, edit := range map[string]func(*paying.FindInput){
			"birth@example.org":  func(in *paying.FindInput) { in.BirthDate = in.BirthDate.AddDays(1) },
			"none@example.org":   func(in *paying.FindInput) { in.BirthDate = civil.Date{} },
			"zip@example.org":    func(in *paying.FindInput) { in.BirthDate, in.ZIP = civil.Date{}, "02139" },
			"number@example.org": func(in *paying.FindInput) { in.Number = string(ident.NewSubscriberID(70015555001)) },
			"known@example.org": func(in *paying.FindInput) {
				*in = knows(here)
				in.BirthDate, in.ZIP = civil.MustParseDate("1980-03-01"), "02139"
			},
		} {
			wrong := in
			edit(&wrong)
			wrong.Network = email
			if err := w.wait(wrong, email); err != nil {
				t.Errorf("%s: %v", email, err)
			}
		}
		arrives()
		apptest.Check(t, "told", w.told(24*time.Hour), "")
	})
}

// The last words count: who corrects the birth date is told.
func TestWhoWaitsMayCorrectWhatTheyTyped(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		in, arrives := w.awaited()
		wrong := in
		wrong.BirthDate = in.BirthDate.AddDays(1)
		for _, typed := range []paying.FindInput{wrong, in} {
			if err := w.wait(typed, "ana@example.org"); err != nil {
				t.Fatal(err)
			}
		}
		apptest.Check(t, "rows", len(w.Rows("SELECT language FROM bill_wait")), 1)
		arrives()
		apptest.Check(t, "told", w.told(time.Hour), "en ana@example.org")
	})
}

// Leaving an address counts as a try, by number and by network, right or wrong.
func TestLeavingAnAddressIsThrottled(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		in, _ := w.awaited()
		for _, typed := range []paying.FindInput{in, knows(w.selected())} {
			for i := range 5 {
				typed.Network = string(rune('a' + i))
				if err := w.wait(typed, "ana@example.org"); err != nil {
					t.Fatal(err)
				}
			}
			err := w.wait(typed, "ana@example.org")
			w.wantCode(err, paying.CodeThrottled)
			apptest.Check(t, "kind", fault.KindOf(err), fault.RateLimited)
			w.wantCode(w.find(typed), paying.CodeThrottled)
		}
		in.Network = "one"
		for i := range 20 {
			in.Number = string(ident.NewSubscriberID(uint64(70019000000 + i)))
			if err := w.wait(in, "ana@example.org"); err != nil {
				t.Fatal(err)
			}
		}
		in.Number = string(ident.NewSubscriberID(70019000100))
		w.wantCode(w.wait(in, "ana@example.org"), paying.CodeThrottled)
	})
}

func TestWhatIsLeftIsChecked(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		in, _ := w.awaited()
		for email, code := range map[string]string{"": "email.empty", "ana": "email.format", "ana@example.org": ""} {
			err := w.wait(in, email)
			if fields := fault.Fields(err); code != "" && (len(fields) != 1 || fields[0].Code != code) || code == "" && err != nil {
				t.Errorf("%q: %v", email, err)
			}
		}
		in.Number = in.Number[:11]
		if err := w.wait(in, "ana@example.org"); err == nil {
			t.Error("a number that can not be one was kept")
		}
	})
}

// What is kept names nobody, is emptied when they are told, and goes after two
// weeks.
func TestWhatIsKeptOfWhoWaits(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		in, arrives := w.awaited()
		hex := map[string]string{"sqlite": "hex(asked_enc)", "postgres": "encode(asked_enc, 'hex')"}[w.DB.Engine()]
		query := "SELECT " + hex + " FROM bill_wait"
		if err := w.wait(in, "ana@example.org"); err != nil {
			t.Fatal(err)
		}
		kept := w.Rows(query)
		if len(kept) != 1 || kept[0] == "" {
			t.Fatalf("kept: %q", kept)
		}
		for _, secret := range []string{"ana@", in.Number, "1980"} {
			if strings.Contains(strings.ToLower(kept[0]), fmt.Sprintf("%x", secret)) {
				t.Errorf("%s is kept in the clear: %q", secret, kept)
			}
		}
		arrives()
		w.told(time.Minute)
		for _, when := range []string{"told", "asked again"} {
			if kept := w.Rows(query); len(kept) != 1 || kept[0] != "" {
				t.Errorf("not empty after they have %s: %q", when, kept)
			}
			if err := w.wait(in, "ana@example.org"); err != nil {
				t.Fatal(err)
			}
		}
		forgotten := func(after time.Duration) int {
			w.Clock.Advance(after)
			w.InTx(func(tx *store.Tx) error { tx.DeleteBillWaits(); return nil })
			return len(w.Rows(query))
		}
		apptest.Check(t, "kept for two weeks", forgotten(13*24*time.Hour), 1)
		apptest.Check(t, "kept after two weeks", forgotten(24*time.Hour), 0)
	})
}

// Two programs that look at the same time tell once.
func TestTwoProgramsTellOnce(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		if err := w.wait(knows(w.selected()), "ana@example.org"); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if _, err := w.NewPaying(w.gateway).TellWaiting(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		apptest.Check(t, "told", strings.Join(w.Mailed(), ", "), "en ana@example.org")
	})
}

// nowhere are the links of a till that takes no cards.
type nowhere struct{}

func (nowhere) CardSuccess(payment.OperationID, string) string { return "" }
func (nowhere) CardCancel(payment.OperationID, string) string  { return "" }

// Where nobody is written to, no address can be left.
func TestNoAddressWithoutMail(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		s := paying.New(paying.Config{DB: w.DB, Profile: w.Profile, Jobs: w.Jobs, Links: nowhere{}, Validator: w.Validator, Log: w.Log})
		in, _ := w.awaited()
		err := s.WaitForBill(t.Context(), paying.WaitInput{FindInput: in, Email: "ana@example.org", Language: "en"})
		if n, tellErr := s.TellWaiting(t.Context()); s.TakesAddresses() || !fault.Is(err, paying.CodeNoWaiting) || n != 0 || tellErr != nil {
			t.Errorf("got %t, %v, %d, %v", s.TakesAddresses(), err, n, tellErr)
		}
	})
}
