package paying_test

import (
	"fmt"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
)

// as gives somebody who is signed in, in a role for a household.
func as(h apptest.Household, role access.Role) identity.Who {
	return identity.Who{Person: identity.PersonID{UUID: h.Account.UUID}, Account: h.Account, Role: role}
}

// billStates is the list of bills, "2026-12 124.50 due".
func (w *till) billStates(h apptest.Household) []string {
	w.t.Helper()
	bills, err := w.s.Bills(w.t.Context(), as(h, access.RoleMember))
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, b := range bills {
		all = append(all, fmt.Sprint(b.Month, " ", b.Amount, " ", b.State))
	}
	return all
}

func TestBillsTellWhereTheyStand(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.Household(apptest.Medical("2026-01", "124.50").Renewed().Until("2027-06"))
		w.Bill("2026-12")
		apptest.Check(t, "billed", w.billStates(h), []string{"2026-12 124.50 due"})
		number := w.Bills(h)[0].Number
		w.At("2026-11-24 10:00:00")
		apptest.Check(t, "after the due date", w.billStates(h), []string{"2026-12 124.50 past_due"})
		w.At("2026-12-02 10:00:00")
		w.Bill("2027-01")
		apptest.Check(t, "on the next bill", w.billStates(h), []string{"2027-01 249.00 due", "2026-12 124.50 carried"})
		w.payByBank(h, "124.50")
		apptest.Check(t, "the older month is paid", w.billStates(h), []string{"2027-01 249.00 due", "2026-12 124.50 paid"})
		own, err := w.s.OwnBill(t.Context(), as(h, access.RoleMember), number)
		if err != nil {
			t.Fatal(err)
		}
		if own.State != paying.BillPaid || own.PaidOn != apptest.Date("2026-12-02") || own.Newest || own.Bill.Number != number {
			t.Errorf("got %s paid on %s, newest %t", own.State, own.PaidOn, own.Newest)
		}
	})
}

func TestPaymentsTellWhatBecameOfThem(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h, other := w.renewed(), w.renewed()
		first := w.payByBank(h, "24.50")
		second := w.payByBank(h, "100.00")
		if err := w.s.Return(t.Context(), h.Account, first.ID, "R01", w.Today()); err != nil {
			t.Fatal(err)
		}
		lines, err := w.s.Payments(t.Context(), as(h, access.RoleDelegateView))
		if err != nil || len(lines) != 2 || lines[0].ID != second.ID || lines[0].ReturnCode != "" || lines[1].ReturnCode != "R01" || lines[1].ReturnedOn != w.Today() {
			t.Fatalf("got %+v, %v", lines, err)
		}
		own, err := w.s.OwnPayment(t.Context(), as(h, access.RoleMember), first.Confirmation)
		if err != nil || !own.Receipt.Returned || own.ReturnCode != "R01" {
			t.Errorf("got %+v, %v", own, err)
		}
		if _, err = w.s.OwnPayment(t.Context(), as(other, access.RoleMember), first.Confirmation); fault.KindOf(err) != fault.NotFound {
			t.Errorf("somebody else's payment: got %v", err)
		}
		events, err := w.s.Recent(t.Context(), as(h, access.RoleMember), 3)
		if err != nil || len(events) != 3 {
			t.Fatalf("got %+v, %v", events, err)
		}
		kinds := map[paying.EventKind]int{}
		for _, e := range events {
			kinds[e.Kind]++
		}
		apptest.Check(t, "what happened last", kinds, map[paying.EventKind]int{paying.EventPayment: 2, paying.EventReturn: 1})
	})
}

// Who only helps sees amounts, never plans; nobody sees nothing (R-ACC-1).
func TestHistoryIsForWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		number := w.Bills(h)[0].Number
		for _, role := range []access.Role{"", access.RoleGuest, access.RolePerson, access.RoleDelegateView, access.RoleDelegatePay, access.RoleDelegateAutoPay} {
			_, err := w.s.Bills(t.Context(), as(h, role))
			_, other := w.s.OwnBill(t.Context(), as(h, role), number)
			if !refused(err) || !refused(other) {
				t.Errorf("%q sees bills: %v, %v", role, err, other)
			}
		}
		for _, role := range []access.Role{"", access.RolePerson} {
			_, due := w.s.OwnDue(t.Context(), as(h, role))
			_, payments := w.s.Payments(t.Context(), as(h, role))
			_, one := w.s.OwnPayment(t.Context(), as(h, role), "7F3K92QM4X")
			_, recent := w.s.Recent(t.Context(), as(h, role), 5)
			for _, err := range []error{due, payments, one, recent} {
				if !refused(err) {
					t.Errorf("%q: got %v", role, err)
				}
			}
		}
		stranger := w.renewed()
		if _, err := w.s.OwnBill(t.Context(), as(stranger, access.RoleMember), number); fault.KindOf(err) != fault.NotFound {
			t.Errorf("somebody else's bill: got %v", err)
		}
	})
}

func refused(err error) bool {
	kind := fault.KindOf(err)
	return err != nil && (kind == fault.Denied || kind == fault.Unauthenticated)
}
