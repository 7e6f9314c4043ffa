package verifying_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// crowd adds accounts that were billed and have paid, many in a transaction.
func (b *books) crowd(accounts int) {
	b.tb.Helper()
	for done := 0; done < accounts; done += 500 {
		b.inTx(func(tx *store.Tx) error {
			billed := make([]store.Billed, 500)
			for i := range billed {
				if err := b.neighbour(tx, uint64(1000+done+i), &billed[i]); err != nil {
					return err
				}
			}
			if err := tx.InsertBilled(billed, "test"); err != nil {
				return err
			}
			for _, x := range billed {
				if err := b.settled(tx, x); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func (b *books) neighbour(tx *store.Tx, serial uint64, billed *store.Billed) error {
	id := enrollment.AccountID{UUID: tx.NewID()}
	e := enrollment.Enrollment{
		ID: enrollment.ID{UUID: tx.NewID()}, AccountID: id, Reference: fmt.Sprint("RefID", serial), PlanID: "H1", CarrierID: harborCarrier,
		Kind: enrollment.KindMedical, First: december, Last: january, CreatedAt: tx.Now(),
		Segments: []enrollment.Segment{{From: december, To: january, Premium: helped}},
	}
	account := enrollment.Account{
		ID: id, Kind: enrollment.AccountIndividual, SubscriberID: ident.NewSubscriberID(serial), FirstName: "N", LastName: "N",
		BirthDate: civil.MustParseDate("1980-02-29"), ZIP: "02199", Language: "en", CreatedAt: tx.Now(),
	}
	if err := tx.InsertAccount(account); err != nil {
		return err
	}
	tx.InsertEnrollment(&e, nil)
	c := bill.Charge{
		ID: bill.ChargeID{UUID: tx.NewID()}, AccountID: id, EnrollmentID: e.ID, CarrierID: e.CarrierID, Kind: e.Kind, Month: december,
		Generation: 1, Premium: helped, DueOn: december.Prev().On(23), ChargedOn: december.Prev().First(),
	}
	sealed, err := bill.Make(bill.Input{
		ID: bill.ID{UUID: tx.NewID()}, Account: account, Number: fmt.Sprint(20_000_000 + serial), Kind: bill.KindMonthly, Month: december,
		Revision: 1, IssuedOn: c.ChargedOn, New: []bill.Charge{c},
	})
	*billed = store.Billed{Account: id, Charges: []bill.Charge{c}, Entries: chargeEntries(tx, []bill.Charge{c}), Bill: sealed}
	return err
}

// settled pays what was billed, by card.
func (b *books) settled(tx *store.Tx, x store.Billed) error {
	c := x.Charges[0]
	i, err := b.intent(tx, x.Account, c.Premium.Member.String(), payment.MethodCard)
	if err != nil {
		return err
	}
	i.State = payment.IntentSucceeded
	tx.UpdateIntent(i, payment.IntentCreated, errMoved)
	day := civil.MustParseDate("2026-11-20")
	p := payment.Payment{
		ID: payment.ID{UUID: tx.NewID()}, AccountID: x.Account, IntentID: i.ID, Channel: i.Channel, Method: i.Method, Amount: i.Amount,
		Processor: i.Processor, ProcessorRef: "ch_" + i.ID.String(), SubmittedAt: tx.Now(), ReceivedOn: day, EffectiveOn: day,
	}
	raw := p.ID.Raw()
	p.Confirmation = ident.NewConfirmation(raw[6:])
	tx.InsertPayment(p)
	tx.Post(ledger.Entry{
		ID: tx.NewEntryID(), AccountID: x.Account, Kind: ledger.EntryReceipt, EffectiveOn: day,
		Source: ledger.Source{Kind: "payment", ID: p.ID.String()}, Actor: "test", Transfers: ledger.Receipt(ledger.ClearingCard, p.Amount),
	})
	tx.InsertClearing(ledger.ClearingCard, p)
	tx.Apply(x.Account, payment.Application{
		ID: payment.ApplicationID{UUID: tx.NewID()}, PaymentID: p.ID, Charge: c.ID, EnrollmentID: c.EnrollmentID, CarrierID: c.CarrierID,
		Amount: p.Amount, Closes: true,
	}, day, "test")
	return nil
}

// Memory must not grow with the number of accounts: peak-MB is the heap that
// the run took from the system at most.
func BenchmarkVerify(b *testing.B) {
	for _, accounts := range []int{4_000, 20_000} {
		for name, open := range map[string]func(testing.TB) *store.DB{
			"sqlite":   func(tb testing.TB) *store.DB { return storetest.OpenSQLite(tb, virtual.Standing(storetest.Noon)) },
			"postgres": func(tb testing.TB) *store.DB { return storetest.OpenPostgres(tb, virtual.Standing(storetest.Noon)) },
		} {
			b.Run(fmt.Sprint(name, "/", accounts), func(b *testing.B) {
				if name == "postgres" && os.Getenv(storetest.PostgresVariable) == "" {
					b.Skip(storetest.PostgresVariable + " is not set")
				}
				db := open(b)
				healthy(b, db).crowd(accounts)
				storetest.Sabotage(b, db, "ANALYZE") // as a server does by itself after a while
				runtime.GC()
				for b.Loop() {
					if report := verify(b, db); !report.Clean {
						b.Fatal(report)
					}
				}
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.HeapSys)/(1<<20), "peak-MB")
				b.ReportMetric(float64(accounts)*float64(b.N)/b.Elapsed().Seconds(), "accounts/s")
			})
		}
	}
}
