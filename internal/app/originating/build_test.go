package originating_test

import (
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/verifying"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store/storetest"
)

func TestNothingWaits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		apptest.Check(t, "built", b.build("2026-11-20"), originating.Built{})
		apptest.Check(t, "files", len(b.files()), 0)
	})
}

// What was paid on Friday the 20th is filed that evening, settles on Monday,
// and stands in the file with the trace that the books have.
func TestOneEvening(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h, other := b.household(), b.household()
		first := b.pay(h, "60.00")
		second := b.payFrom(other, "100.00", payment.BankAccount{
			HolderName: "王芳", Type: payment.AccountSavings, Routing: "110000000", Number: pii.NewSecret("000123456780"),
		})
		b.At("2026-11-20 20:00:30")
		built := b.build("2026-11-20")
		apptest.Check(t, "built", built, originating.Built{Files: 1, Totals: ach.Totals{Entries: 2, Debits: apptest.Amount("160.00")}})
		apptest.Check(t, "again", b.build("2026-11-20"), originating.Built{})
		f := b.files()[0]
		apptest.Check(t, "file", []string{f.Name, string(f.State), f.SettleOn.String(), f.Modifier}, []string{"ACH-20261120-A.ach", "built", "2026-11-23", "A"})
		b.send("2026-11-20")
		header, lines := b.read(f.Name)
		apptest.Check(t, "header", header[3:13]+header[13:23]+header[23:34], " 110000000"+" 110000000"+"2611202000A")
		apptest.Check(t, "entries", lines, []line{
			{"225 WEB PREMIUM 261123", "110000000000001", "60.00", "Ana Testperson", string(h.SubscriberID)},
			{"225 WEB PREMIUM 261123", "110000000000002", "100.00", "ACCOUNT HOLDER", string(other.SubscriberID)},
		})
		for trace, p := range map[string]payment.Payment{"110000000000001": first, "110000000000002": second} {
			e := b.entry(p)
			apptest.Check(t, "entry", []string{string(e.State), e.Trace, e.FileID.String()}, []string{"filed", trace, f.ID.String()})
		}
		b.VerifyClean()
	})
}

// A debit of somebody who agreed to nothing is found, whether the words are gone
// or there never were any (I14).
func TestADebitWithoutWordsIsReported(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.pay(b.household(), "60.00")
		silent := b.pay(b.household(), "100.00")
		b.At("2026-11-20 20:00:30")
		b.build("2026-11-20")
		b.VerifyClean()
		for _, words := range []string{"NULL", "''"} {
			storetest.Sabotage(t, b.DB, "UPDATE intent SET wording = "+words+" WHERE intent_id = id'"+silent.IntentID.String()+"'")
			report, err := verifying.New(b.DB, b.Profile).Verify(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if text := report.String(); !slices.Equal(report.Broken(), []string{"I14"}) || !strings.Contains(text, "a debit was sent that nobody has agreed to") ||
				!strings.Contains(text, b.entry(silent).ID.String()) {
				t.Errorf("words %s: got\n%s", words, text)
			}
		}
	})
}

func TestDaysOfBuilding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, now, date, file, settles string }{
		{"an ordinary day", "2026-11-24 20:01:00", "2026-11-24", "ACH-20261124-A.ach", "2026-11-25"},
		{"the eve of Thanksgiving", "2026-11-25 20:01:00", "2026-11-25", "ACH-20261125-A.ach", "2026-11-27"},
		{"Thanksgiving", "2026-11-26 20:01:00", "2026-11-26", "", ""},
		{"a Saturday", "2026-11-21 20:01:00", "2026-11-21", "", ""},
		{"late, after midnight", "2026-11-25 00:10:00", "2026-11-24", "ACH-20261125-A.ach", "2026-11-27"},
		{"late, on a weekend", "2026-11-21 09:00:00", "2026-11-20", "ACH-20261123-A.ach", "2026-11-24"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				b.pay(b.household(), "50.00")
				b.At(c.now)
				b.build(c.date)
				file, settles := "", ""
				for _, f := range b.files() {
					file, settles = f.Name, f.SettleOn.String()
				}
				apptest.Check(t, "file", file+" "+settles, c.file+" "+c.settles)
			})
		})
	}
}

// What comes after the file of the day goes with the next one.
func TestSecondFileOfADay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		b.pay(h, "10.00")
		b.build("2026-11-20")
		b.pay(h, "20.00")
		apptest.Check(t, "built", b.build("2026-11-20").Debits, apptest.Amount("20.00"))
		var names []string
		for _, f := range b.files() {
			names = append(names, f.Name)
		}
		apptest.Check(t, "files", names, []string{"ACH-20261120-A.ach", "ACH-20261120-B.ach"})
		b.VerifyClean()
	})
}

// Entries that settle later wait for their day.
func TestEntriesOfLaterDaysWait(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		p := b.pay(h, "10.00")
		b.At("2026-11-18") // the payment counts on the 20th
		apptest.Check(t, "the day before the eve", b.build("2026-11-18").Entries, 0)
		apptest.Check(t, "the eve", b.build("2026-11-19").Entries, 1)
		apptest.Check(t, "settles", b.files()[0].SettleOn, p.EffectiveOn)
	})
}
