package originating_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// dusk is a bench on an evening on which AutoPay has taken the 100.00 of two
// households, frozen and in no file yet.
type dusk struct {
	*bench
	autopay       *autopay.Service
	one, disputes apptest.Household
}

func newDusk(b *bench) dusk {
	b.At("2026-11-05")
	e := dusk{bench: b, autopay: b.NewAutoPay(b.paying), one: b.household(), disputes: b.household()}
	for _, h := range []apptest.Household{e.one, e.disputes} {
		b.TurnOn(e.autopay, h, 23)
	}
	b.At("2026-11-20 20:01:00")
	counts, err := e.autopay.Freeze(b.TB.Context(), b.Today())
	apptest.Check(b.TB, "frozen", counts.Frozen, 2)
	apptest.Check(b.TB, "error", err, nil)
	b.At("2026-11-20 20:02:00")
	return e
}

// dispute has the bank say that nobody agreed to the mandate of a household: an
// older debit came back with R10.
func (e dusk) dispute(h apptest.Household) {
	e.TB.Helper()
	e.InTx(func(tx *store.Tx) error {
		m, err := tx.NewestMandate(h.Account)
		if err != nil {
			return err
		}
		m.State, m.Reason, m.StateOn = mandate.Disputed, mandate.ReasonUnauthorized, e.Today()
		tx.UpdateMandate(m, mandate.Active, "bank")
		return nil
	})
}

func (e dusk) entries() []string {
	e.TB.Helper()
	return e.Rows(`SELECT state || CASE WHEN trace IS NULL THEN '' ELSE ' in a file' END FROM ach_entry ORDER BY state`)
}

// Between the freeze and the file of one evening the bank says that nobody
// agreed: the debit is in no file, and its payment undoes itself. The bill is
// owed again with its old due date, the member hears of it, and the others go
// (ACH-33).
func TestDisputedBetweenFreezeAndFile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		e := newDusk(b)
		e.dispute(e.disputes)
		built := b.build("2026-11-20")
		apptest.Check(t, "built", []int{built.Entries, built.Undone, built.Refused, built.ToLookAt()}, []int{1, 1, 0, 0})
		apptest.Check(t, "entries", e.entries(), []string{"dropped", "filed in a file"})
		apptest.Check(t, "owed again", []string{fmt.Sprint(b.Unpaid(e.disputes)), fmt.Sprint(b.Unpaid(e.one))}, []string{"[2026-12 medical 100.00]", "[]"})
		apptest.Check(t, "return", b.Rows(`SELECT code || ' ' || CAST(returned_on AS TEXT) FROM payment_return`), []string{"DISPUTED 2026-11-20"})
		apptest.Check(t, "draft", b.Rows(`SELECT state || ' ' || reason FROM draft WHERE reason <> ''`), []string{"frozen unauthorized"})
		apptest.Check(t, "money on its way", b.Rows(`SELECT CAST(COUNT(*) AS TEXT) FROM clearing_item WHERE closed_on IS NULL`), []string{"1"})
		reviews := b.Rows(fmt.Sprintf(`SELECT CAST(review_on AS TEXT) FROM review WHERE id_text(account_id) = '%s' AND reason = 'standing'`, e.disputes.Account))
		apptest.Check(t, "standing is looked at", strings.Contains(fmt.Sprint(reviews), "2026-11-20"), true)
		again := b.build("2026-11-20")
		apptest.Check(t, "again", again, originating.Built{})
		b.VerifyClean()
	})
}

// The process is killed before or after the commit of an undone payment: it is
// undone once.
func TestKilledWhileUndoing(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]int{"before the first commit": 1, "before the second": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				e := newDusk(b)
				e.dispute(e.one)
				e.dispute(e.disputes)
				dying := originating.New(originating.Config{DB: b.DB, Profile: b.Profile, Link: b.bank, Payments: &dies{Payments: b.paying, at: at}})
				func() {
					defer func() {
						if died := recover(); died != (killed{}) {
							t.Errorf("died of %v", died)
						}
					}()
					_, err := dying.Build(t.Context(), b.Today())
					t.Errorf("not killed: %v", err)
				}()
				built := b.build("2026-11-20")
				apptest.Check(t, "left", built.Undone, 3-at)
				apptest.Check(t, "entries", e.entries(), []string{"dropped", "dropped"})
				apptest.Check(t, "returns", len(b.Rows(`SELECT code FROM payment_return`)), 2)
				b.VerifyClean()
			})
		})
	}
}

// dies is killed at a payment that it takes back, before the commit.
type dies struct {
	originating.Payments
	at, calls int
}

func (d *dies) TakeBack(tx *store.Tx, account enrollment.AccountID, id payment.ID, code string, on civil.Date) (bool, error) {
	isNew, err := d.Payments.TakeBack(tx, account, id, code, on)
	if d.calls++; d.calls == 2*d.at { // each closure runs twice in tests
		panic(killed{})
	}
	return isNew, err
}

// What can not be undone stays in no file, whoever asks for one: the table
// refuses it, and a person hears of it.
func TestDisputedAndNotUndone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		e := newDusk(b)
		e.dispute(e.disputes)
		b.service = originating.New(originating.Config{DB: b.DB, Profile: b.Profile, Link: b.bank, Payments: refuses{}})
		built := b.build("2026-11-20")
		apptest.Check(t, "built", []int{built.Entries, built.Undone, built.Refused, built.ToLookAt()}, []int{1, 0, 1, 1})
		err := b.exec(`UPDATE ach_entry SET state = 'filed', file_id = ach_entry_id, file_seq = 1, trace = '110000000000099', trace_round = 0 WHERE state = 'waiting'`)
		if err == nil || !strings.Contains(strings.ToLower(err.Error()), "check") {
			t.Errorf("the table lets it be filed: %v", err)
		}
		apptest.Check(t, "state", e.entries(), []string{"filed in a file", string(ach.StateWaiting)})
	})
}

// refuses takes no payment back.
type refuses struct{}

func (refuses) TakeBack(*store.Tx, enrollment.AccountID, payment.ID, string, civil.Date) (bool, error) {
	return false, errors.New("refused")
}
