package mandate

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
)

// DraftState is where a draft stands. What becomes of its money afterwards is
// told by the payment. docs/states/draft.md draws the transitions.
type DraftState string

// The states of a draft.
const (
	Planned  DraftState = "planned"  // the amount is told; it is worked out anew when the file is built
	Held     DraftState = "held"     // the member is asked first (R-AUTO-3)
	Frozen   DraftState = "frozen"   // posted, and in the file of its day
	Skipped  DraftState = "skipped"  // the day came and there was nothing to take, or no answer
	Canceled DraftState = "canceled" // by the member, or with the mandate
)

var draftTransitions = map[DraftState][]DraftState{
	Planned: {Held, Frozen, Skipped, Canceled},
	Held:    {Planned, Skipped, Canceled},
}

// CanBecome tells whether a draft may go from s to next.
func (s DraftState) CanBecome(next DraftState) bool {
	return slices.Contains(draftTransitions[s], next)
}

// DraftTransitions gives the table, for the test that keeps its drawing true.
func DraftTransitions() map[DraftState][]DraftState { return draftTransitions }

// Open tells whether a draft may still take money.
func (s DraftState) Open() bool { return s == Planned || s == Held }

// The reasons of a draft's state, besides those of mandates.
const (
	ReasonOverCap    Reason = "over_cap"    // held: more than the member's own limit
	ReasonOverLimit  Reason = "over_limit"  // held: far more than the last debit
	ReasonNoticeLate Reason = "notice_late" // held: another amount, told too late (REG-41)
	ReasonPaid       Reason = "paid"        // skipped: nothing is left to pay
	ReasonNoAnswer   Reason = "no_answer"   // skipped: the member was asked and did not say
	ReasonWaits      Reason = "waits"       // skipped: its bank account is not verified yet (R-AUTO-8)
	ReasonLessOwed   Reason = "less_owed"   // skipped: a retry may not take less (ACH-32)
	ReasonNotAgain   Reason = "not_again"   // skipped: the network does not let it be presented again (ACH-32)
	ReasonDeclined   Reason = "declined"    // skipped: the member was asked and said no
	ReasonMoved      Reason = "moved"       // canceled: the member chose another day
)

// Draft is one debit of a mandate: planned with the bill, frozen when the file
// of its day is built.
type Draft struct {
	ID        DraftID
	AccountID enrollment.AccountID
	Mandate   ID
	Month     civil.Month // the coverage month whose bill it pays
	BillNo    string
	Attempt   int        // 0; 1 and 2 are presented again after a return (ACH-32)
	DebitOn   civil.Date // the member's day: the money counts then (R-AUTO-4)
	SettleOn  civil.Date // the bank day on which it moves
	Noticed   money.Amount
	NoticedOn civil.Date   // when the notice went out; zero: not yet
	NoticeBy  civil.Date   // the last day on which a notice is in time (REG-41)
	Before                 // what Noticed is compared with
	Amount    money.Amount // what it took; zero unless frozen
	State     DraftState
	Reason    Reason
	Released  bool // the member was asked and said yes
	PaymentID payment.ID
}
