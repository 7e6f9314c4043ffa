package receiving_test

import (
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// checks receives mailed checks on today.
func (b *bench) checks(amounts ...string) {
	b.TB.Helper()
	for _, a := range amounts {
		_, err := b.paying.Receive(b.TB.Context(), paying.Received{
			Operation: payment.OperationID{UUID: b.DB.NewID()}, Account: b.household().Account, Channel: payment.ChannelMail,
			Method: payment.MethodCheck, Amount: apptest.Amount(a), Reference: a,
		})
		if err != nil {
			b.TB.Fatal(err)
		}
	}
}

// Lines agree to the cent or wait; two ways to agree are none (BANK-15).
func TestLines(t *testing.T) {
	t.Parallel()
	files := func(b *bench) (one, two store.ACHFile) {
		b.pay(b.household(), "60.00")
		one = b.sendFile()
		b.pay(b.household(), "40.00")
		return one, b.sendFile()
	}
	for _, c := range []struct {
		name  string
		lines func(b *bench) []bankLine
		cash  string
		items []string
		open  []string // clearing
	}{
		{"a file by its name", func(b *bench) []bankLine {
			one, _ := files(b)
			return []bankLine{{"166", 6000, one.Name, ""}}
		}, "6000", []string{"166 posted"}, []string{"4000"}},
		{"a file by its amount", func(b *bench) []bankLine { files(b); return []bankLine{{"166", 4000, "", "SETTLEMENT"}} }, "4000", []string{"166 posted"}, []string{"6000"}},
		{"two files in one line", func(b *bench) []bankLine { files(b); return []bankLine{{"166", 10000, "", ""}} }, "10000", []string{"166 posted"}, nil},
		{"a cent too little", func(b *bench) []bankLine { files(b); return []bankLine{{"166", 9999, "", ""}} }, "0", []string{"166 waiting"}, []string{"4000", "6000"}},
		{"a file by name with another amount", func(b *bench) []bankLine {
			one, _ := files(b)
			return []bankLine{{"166", 4000, one.Name, ""}}
		}, "0", []string{"166 waiting"}, []string{"4000", "6000"}},
		{"a file twice", func(b *bench) []bankLine {
			one, _ := files(b)
			return []bankLine{{"166", 6000, one.Name, ""}, {"166", 6000, one.Name, ""}}
		}, "6000", []string{"166 posted", "166 waiting"}, []string{"4000"}},
		{"a file twice, beside another of its amount", func(b *bench) []bankLine {
			one, _ := files(b)
			b.pay(b.household(), "60.00")
			b.sendFile()
			return []bankLine{{"166", 6000, one.Name, ""}, {"166", 6000, one.Name, ""}}
		}, "6000", []string{"166 posted", "166 waiting"}, []string{"4000", "6000"}},
		{"a settlement that takes", func(b *bench) []bankLine { files(b); return []bankLine{{"466", 6000, "", ""}} }, "0", []string{"466 waiting"}, []string{"4000", "6000"}},
		{"a code that nobody knows", func(b *bench) []bankLine { files(b); return []bankLine{{"399", 6000, "", ""}} }, "0", []string{"399 set_aside"}, []string{"4000", "6000"}},
		{"a fee", func(*bench) []bankLine { return []bankLine{{"698", 1250, "", "ANALYSIS"}} }, "-1250", []string{"698 posted"}, nil},
		{"two fees of one amount", func(*bench) []bankLine { return []bankLine{{"698", 1250, "", ""}, {"698", 1250, "", ""}} }, "-2500", []string{"698 posted", "698 posted"}, nil},
		{"the lockbox of a day", func(b *bench) []bankLine {
			b.checks("10.00", "20.00", "30.00")
			return []bankLine{{"115", 6000, "", ""}}
		}, "6000", []string{"115 posted"}, nil},
		{"one check of several", func(b *bench) []bankLine {
			b.checks("10.00", "20.00", "30.00")
			return []bankLine{{"115", 2000, "", ""}}
		}, "2000", []string{"115 posted"}, []string{"1000", "3000"}},
		{"one of two equal checks", func(b *bench) []bankLine { b.checks("20.00", "20.00"); return []bankLine{{"115", 2000, "", ""}} }, "0", []string{"115 waiting"}, []string{"2000", "2000"}},
		{"checks that differ from the deposit", func(b *bench) []bankLine { b.checks("10.00", "20.00"); return []bankLine{{"115", 2999, "", ""}} }, "0", []string{"115 waiting"}, []string{"1000", "2000"}},
		{"two days that come to the same", func(b *bench) []bankLine {
			b.checks("20.00")
			b.after(1)
			b.checks("15.00", "5.00")
			return []bankLine{{"115", 2000, "", ""}}
		}, "0", []string{"115 waiting"}, []string{"500", "1500", "2000"}},
		{"the older of two days", func(b *bench) []bankLine {
			b.checks("20.00", "10.00")
			b.after(1)
			b.checks("15.00", "5.00")
			return []bankLine{{"115", 3000, "", ""}}
		}, "3000", []string{"115 posted"}, []string{"500", "1500"}},
		{"two days in one deposit", func(b *bench) []bankLine {
			b.checks("20.00", "10.00")
			b.after(1)
			b.checks("15.00", "5.00")
			return []bankLine{{"115", 5000, "", ""}}
		}, "5000", []string{"115 posted"}, nil},
		{"nothing", func(*bench) []bankLine { return []bankLine{{"115", 0, "", ""}} }, "0", []string{"115 noted"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				lines := c.lines(b)
				on := b.after(1)
				b.take("statement", statementText(on, lines...))
				apptest.Check(t, "cash", b.balance("cash.operating"), c.cash)
				apptest.Check(t, "lines", b.Rows("SELECT code || ' ' || state FROM bank_item ORDER BY seq"), c.items)
				apptest.Check(t, "on its way", b.clearing(), c.open)
				b.VerifyClean()
				// The same statement in another file, with a new number and time.
				b.take("again", strings.Replace(statementText(on, lines...), ",2200,1,", ",2300,2,", 1))
				apptest.Check(t, "cash after the second time", b.balance("cash.operating"), c.cash)
				b.VerifyClean()
			})
		})
	}
}

// What is no word on our money is not taken for one.
func TestStatementsOfSomethingElse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, old, new, item string }{
		{"an interim statement", ",2200,USD,2/", ",2200,USD,1/", "noted statement.interim"},
		{"a correction of the bank", "\n02,1999999999,110000000,1,", "\n02,1999999999,110000000,3,", "set_aside statement.status"},
		{"another currency", "\n03,000100200300,USD,", "\n03,000100200300,CAD,", "set_aside statement.currency"},
		{"another account", "\n03,000100200300,USD,", "\n03,000100200301,USD,", "set_aside statement.other_account"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				p := *b.Profile
				p.Statement.Account = "000100200300"
				b.Profile = &p
				b.restart()
				b.pay(b.household(), "60.00")
				f := b.sendFile()
				text := statementText(b.after(1), bankLine{"166", 6000, f.Name, ""})
				b.take("statement", strings.Replace(text, c.old, c.new, 1))
				apptest.Check(t, "cash", b.balance("cash.operating"), "0")
				apptest.Check(t, "item", b.Rows("SELECT state || ' ' || reason FROM bank_item"), []string{c.item})
			})
		})
	}
}

// A file that settles is gone through a few entries at a time; a crash in
// between is made good by the next look, and cash is right at every moment.
func TestDepositIsGoneOnWith(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		var paid []payment.Payment
		for range 7 {
			paid = append(paid, b.pay(b.household(), "10.00"))
		}
		first, last := paid[0], paid[5]
		f := b.sendFile()
		on := b.after(2)
		b.take("returns", achText(on, notice{code: "R01", trace: b.entry(first).Trace, cents: 1000}))
		// The line agrees; in the third chunk something is not as the file says.
		b.service.Small(2, 1<<20)
		harm := "UPDATE clearing_item SET clearing = '%s', closed_on = %s WHERE id_text(payment_id) = '" + last.ID.String() + "'"
		storetest.Sabotage(t, b.DB, fmt.Sprintf(harm, "clearing.ach", "opened_on"))
		_, err := b.service.Take(t.Context(), "statement", strings.NewReader(statementText(on, bankLine{"166", 7000, f.Name, ""})))
		if !fault.Is(err, "deposit.differs") {
			t.Fatalf("got %v", err)
		}
		apptest.Check(t, "cash, stopped in the middle", b.balance("cash.operating"), "4000")
		storetest.Sabotage(t, b.DB, fmt.Sprintf(harm, "clearing.ach", "NULL"))
		b.VerifyClean()
		b.restart().service.Small(2, 1<<20)
		b.fetch()
		apptest.Check(t, "cash", b.balance("cash.operating"), "7000")
		apptest.Check(t, "on its way back", b.clearing(), []string{"-1000"})
		apptest.Check(t, "states", b.Rows("SELECT state || ' ' || CAST(COUNT(*) AS TEXT) FROM ach_entry GROUP BY state ORDER BY state"), []string{"returned 1", "settled 6"})
		b.VerifyClean()
	})
}

// How long money has been on its way is counted in bank days; what is open too
// long is for staff.
func TestAges(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.pay(b.household(), "60.00")
		b.checks("20.00")
		b.sendFile()
		b.take("statement", statementText(b.Today(), bankLine{"115", 1999, "", ""}))
		for _, c := range []struct {
			days    int
			overdue bool
		}{{0, false}, {5, false}, {1, true}} {
			b.after(max(c.days, 0))
			ages, err := b.service.Ages(t.Context())
			if err != nil || len(ages) != 2 || ages[0].Overdue != c.overdue || ages[0].Items != 1 {
				t.Errorf("after %d more: %+v, %v", c.days, ages, err)
			}
			if f := b.fetch(); f.ForStaff > 0 != c.overdue || f.Waiting > 0 == c.overdue {
				t.Errorf("after %d more: %+v", c.days, f)
			}
		}
	})
}

// A refund leaves with a file and comes back, each in a line of its own; in
// whatever order the bank tells of it, the money is the payer's again.
func TestRefundComesBack(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"paid returned line", "returned paid line", "paid line returned", "line returned paid"} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				b.service = receiving.New(receiving.Config{
					DB: b.DB, Profile: b.Profile, Payments: b.paying, AutoPay: b.hooks, Refunds: originating.Refunds{}, Link: b.mail, Log: b.Log,
				})
				h := b.household()
				p := b.pay(h, "150.00")
				first := b.sendFile()
				b.take("deposit", statementText(b.after(1), bankLine{"166", 15000, first.Name, ""}))
				b.after(4) // the debit can come back no more
				_, err := b.out.AskRefund(t.Context(), originating.RefundAsk{
					Operation: payment.RefundID{UUID: b.DB.NewID()}, Account: h.Account, Payment: p.ID, Amount: apptest.Amount("50.00"),
					By: access.Actor{Name: "staff:tess", Role: access.RoleTreasury}, Reason: "asked for",
				})
				if err != nil {
					t.Fatal(err)
				}
				f := b.sendFile()
				trace := b.Rows("SELECT trace FROM ach_entry WHERE kind = 'refund'")[0]
				on := b.after(2)
				for what := range strings.FieldsSeq(order) {
					switch what {
					case "paid":
						b.take(what, statementText(on, bankLine{"466", 5000, f.Name, ""}))
					case "returned":
						b.take(what, achText(on, notice{code: "R02", trace: trace, cents: 5000}))
					case "line":
						b.take(what, statementText(on, bankLine{"257", 5000, trace, ""}))
					}
					b.VerifyClean()
				}
				b.fetch()
				apptest.Check(t, "cash", b.balance("cash.operating"), "15000")
				apptest.Check(t, "owed to the payer", b.balance("refund.payable"), "0")
				apptest.Check(t, "credit", b.balance("credit.member"), "-5000")
				apptest.Check(t, "refund", b.Rows("SELECT state FROM refund"), []string{"failed"})
				apptest.Check(t, "lines", b.Rows("SELECT state || ' ' || CAST(COUNT(*) AS TEXT) FROM bank_item GROUP BY state"), []string{"posted 4"})
				b.VerifyClean()
			})
		})
	}
}

// A bank that writes a payer's account number where a reference belongs does not
// have it stored, listed or logged in clear; what refers to us still agrees.
func TestReferencesAreMasked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.pay(b.household(), "60.00")
		f := b.sendFile()
		lines := []bankLine{
			{"166", 6000, f.Name, ""},
			{"399", 100, "000123456789", ""},
			{"399", 200, "ACCT 0001-2345-6789", ""},
			{"399", 300, "231380100000001", ""},
			{"399", 400, "BOX 4417", ""},
			{"555", 500, "110000000000099", ""},
		}
		b.take("STATEMENT.bai", statementText(b.after(1), lines...))
		apptest.Check(t, "kept", b.Rows(`SELECT trace FROM bank_item ORDER BY amount_cents`), []string{
			"110000000000099", "••••6789", "ACCT ••••6789", "••••0001", "BOX 4417", f.Name,
		})
		apptest.Check(t, "the file agrees", b.balance("cash.operating"), "6000")
		all := strings.Join(b.Rows(`SELECT trace || item_key || reason || note || state_by FROM bank_item UNION ALL SELECT subject || summary || reason FROM audit`), " ")
		for _, number := range []string{"000123456789", "0001-2345-6789", "231380100000001"} {
			if strings.Contains(all, number) {
				t.Errorf("%s stands in clear", number)
			}
		}
	})
}
