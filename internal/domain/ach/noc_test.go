package ach_test

import (
	"fmt"
	"testing"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
)

// all is corrected data in which every field is good.
func all() ach.Corrected {
	return ach.Corrected{Routing: "011000015", Number: pii.NewSecret("44556677"), Transaction: 37}
}

func known() payment.BankAccount {
	return payment.BankAccount{HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret("000123456789")}
}

func show(b payment.BankAccount) string {
	return b.Routing + " " + b.Number.Reveal() + " " + string(b.Type)
}

// Every code of ACH-41: what it changes, and nothing else.
func TestChanges(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"C01": "110000000 44556677 checking",
		"C02": "011000015 000123456789 checking",
		"C03": "011000015 44556677 checking",
		"C04": ach.CodeChangeStaff,
		"C05": "110000000 000123456789 savings",
		"C06": "110000000 44556677 savings",
		"C07": "011000015 44556677 savings",
		"C08": ach.CodeChangeStaff, "C09": ach.CodeChangeStaff, "C13": ach.CodeChangeStaff, "C14": ach.CodeChangeStaff,
	}
	for n := 61; n <= 69; n++ {
		want[fmt.Sprintf("C%02d", n)] = ach.CodeChangeRefused
	}
	for n := range 100 {
		code := fmt.Sprintf("C%02d", n)
		expected := want[code]
		if expected == "" {
			expected = ach.CodeChangeUnknown
		}
		c, err := ach.NewChange(code, all())
		got := fault.CodeOf(err)
		if err == nil {
			got = show(c.Apply(known()))
			if !c.Alters(known()) || c.Alters(c.Apply(known())) {
				t.Errorf("%s: alters %v, and once applied %v", code, c.Alters(known()), c.Alters(c.Apply(known())))
			}
		}
		if got != expected {
			t.Errorf("%s: got %s, want %s", code, got, expected)
		}
	}
}

func TestBadChanges(t *testing.T) {
	t.Parallel()
	with := func(change func(*ach.Corrected)) ach.Corrected { d := all(); change(&d); return d }
	number := func(s string) func(*ach.Corrected) { return func(d *ach.Corrected) { d.Number = pii.NewSecret(s) } }
	for _, c := range []struct {
		name, code string
		data       ach.Corrected
		want       string
	}{
		{"spaces inside the account number", "C06", with(number("44 55 66 77      ")), ""},
		{"a routing number with a wrong check digit", "C02", with(func(d *ach.Corrected) { d.Routing = "011000016" }), ach.CodeChangeData},
		{"no routing number", "C03", with(func(d *ach.Corrected) { d.Routing = "" }), ach.CodeChangeData},
		{"no account number", "C01", with(number("")), ach.CodeChangeData},
		{"an account number of noughts", "C01", with(number("00000000")), ach.CodeChangeData},
		{"three digits", "C01", with(number("123")), ach.CodeChangeData},
		{"eighteen digits", "C01", with(number("123456789012345678")), ach.CodeChangeData},
		{"letters", "C07", with(number("12345X")), ach.CodeChangeData},
		{"a loan account", "C05", with(func(d *ach.Corrected) { d.Transaction = 52 }), ach.CodeChangeData},
		{"C05 for another kind of account of the general ledger (ACH-41)", "C05", with(func(d *ach.Corrected) { d.Transaction = 42 }), ach.CodeChangeData},
		{"no transaction code", "C06", with(func(d *ach.Corrected) { d.Transaction = 0 }), ach.CodeChangeData},
		{"bad data that the code does not speak of", "C01", with(func(d *ach.Corrected) { d.Routing, d.Transaction = "x", 1 }), ""},
		{"lower case", "c01", all(), ach.CodeChangeUnknown},
		{"nothing", "", ach.Corrected{}, ach.CodeChangeUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			change, err := ach.NewChange(c.code, c.data)
			if fault.CodeOf(err) != c.want || err != nil && change.Alters(known()) {
				t.Errorf("got %v, %+v", err, change)
			}
		})
	}
}

// C05 tells checking from savings and nothing else (ACH-41).
func TestC05(t *testing.T) {
	t.Parallel()
	for transaction, alters := range map[int]bool{37: true, 32: true, 27: false, 22: false} {
		change, err := ach.NewChange("C05", ach.Corrected{Transaction: transaction})
		if err != nil || change.Alters(known()) != alters {
			t.Errorf("checking to %d: %v, alters %t, want %t", transaction, err, change.Alters(known()), alters)
		}
	}
}
