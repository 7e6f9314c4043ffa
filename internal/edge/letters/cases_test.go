package letters_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
)

var (
	december = civil.MustParseMonth("2026-12")
	january  = civil.MustParseMonth("2027-01")
	today    = civil.MustParseDate("2026-11-20")
	due      = civil.MustParseDate("2026-11-23")

	health = enrollment.ID{UUID: ident.UUID{15: 1}}
	dental = enrollment.ID{UUID: ident.UUID{15: 2}}
)

const wording = "By selecting Pay $124.50 now you let Bay Harbor Health Marketplace take $124.50 one time " +
	"from the bank account on this page on or after November 20, 2026. If the payment is wrong, we may put money back."

// paid is the receipt of a household that pays health and dental of December
// by bank account, in full and in time.
func paid(t *testing.T) *paying.Receipt {
	t.Helper()
	at, err := civil.ParseInstant("2026-11-20T19:14:00Z")
	if err != nil {
		t.Fatal(err)
	}
	active := func(id enrollment.ID, kind enrollment.Kind) standing.EnrollmentStanding {
		return standing.EnrollmentStanding{ID: id, Kind: kind, State: standing.StateActive, Start: civil.MustParseMonth("2026-01"), PaidThrough: december}
	}
	return &paying.Receipt{
		Payment: payment.Payment{
			ID: payment.ID{UUID: ident.UUID{15: 7}}, AccountID: enrollment.AccountID{UUID: ident.UUID{15: 9}},
			Method: payment.MethodBank, Amount: money.Cents(12450), Confirmation: ident.NewConfirmation([]byte("one payment of a test")), LastFour: "5678", Brand: "checking",
			SubmittedAt: at, ReceivedOn: today, EffectiveOn: today, PostedAt: at,
		},
		FirstName: "Maria", Initial: "S", SubscriberID: ident.NewSubscriberID(1234), Email: "maria@example.org", Language: "en", Wording: wording,
		Parts: []paying.ReceiptPart{
			{Kind: enrollment.KindMedical, Month: december, Amount: money.Cents(10950)},
			{Kind: enrollment.KindDental, Month: december, Amount: money.Cents(1500)},
		},
		After: &paying.Due{
			Today: today, NextBillOn: civil.MustParseDate("2026-12-01"),
			Bill: &bill.Bill{Kind: bill.KindMonthly, Month: december, Sections: []bill.Section{
				{EnrollmentID: health, Kind: enrollment.KindMedical}, {EnrollmentID: dental, Kind: enrollment.KindDental},
			}},
			Standing: standing.Standing{Enrollments: []standing.EnrollmentStanding{
				active(health, enrollment.KindMedical), active(dental, enrollment.KindDental),
			}},
		},
	}
}

// firstPayment is the receipt of one that starts coverage in January.
func firstPayment(t *testing.T) *paying.Receipt {
	t.Helper()
	r := paid(t)
	r.Starts = []civil.Month{january}
	r.After.Bill.Kind, r.After.Bill.Month = bill.KindEnrollment, january
	for i := range r.Parts {
		r.Parts[i].Month, r.Parts[i].Binder = january, true
		r.After.Standing.Enrollments[i].Start, r.After.Standing.Enrollments[i].PaidThrough = january, january
	}
	return r
}

// cardPartly is the receipt of a card payment after which something is still
// past due.
func cardPartly(t *testing.T) *paying.Receipt {
	t.Helper()
	r := paid(t)
	r.Payment.Method, r.Payment.Brand, r.Payment.LastFour, r.Payment.Amount = payment.MethodCard, "Visa", "4242", money.Cents(6250)
	r.Wording, r.Parts = "", []paying.ReceiptPart{{Kind: enrollment.KindMedical, Month: civil.MustParseMonth("2026-11"), Amount: money.Cents(6250)}}
	s := &r.After.Standing
	r.After.Asked = money.Cents(6200)
	s.TotalDue, s.PastDue, s.KeepsBy = money.Cents(6200), money.Cents(6200), due
	for i := range s.Enrollments {
		s.Enrollments[i].State, s.Enrollments[i].PaidThrough = standing.StatePastDue, civil.MustParseMonth("2026-10")
	}
	return r
}

// overpaid is the receipt of one that paid $20.00 more than was billed.
func overpaid(t *testing.T) *paying.Receipt {
	t.Helper()
	r := paid(t)
	r.Payment.Amount, r.Left, r.After.Credit = money.Cents(14450), money.Cents(2000), money.Cents(2000)
	r.Wording = strings.ReplaceAll(wording, "$124.50", "$144.50")
	return r
}

// spanish is asked for in a language that is not translated yet.
func spanish(t *testing.T) *paying.Receipt {
	t.Helper()
	r := paid(t)
	r.Language = "es"
	return r
}
