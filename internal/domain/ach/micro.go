package ach

import (
	"fmt"
	"io"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
)

// Micro is the two credits that are sent to a bank account to see whether the
// member can read its statement (ACH-11). Their amounts are the secret. One
// debit takes their sum back on the same day, so that it costs nothing.
type Micro struct{ First, Second money.Amount }

// A micro-entry is of 1 to 99 cents, and the two differ: there are 99 × 98
// pairs, and the member may tell them in either order.
const (
	microMostCents = 99
	microPairs     = microMostCents * (microMostCents - 1)
)

// DrawMicro draws the amounts of two micro-entries, each pair as likely as any
// other.
func DrawMicro(random io.Reader) (Micro, error) {
	for {
		var b [2]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return Micro{}, fmt.Errorf("no randomness for micro-entries: %w", err)
		}
		n := int64(b[0])<<8 | int64(b[1])
		if n >= 1<<16/microPairs*microPairs { // the rest would make some pairs likelier
			continue
		}
		n %= microPairs
		first, second := n/(microMostCents-1)+1, n%(microMostCents-1)+1
		if second >= first {
			second++
		}
		return Micro{money.Cents(first), money.Cents(second)}, nil
	}
}

// Back is what the debit takes back: no more than the credits (ACH-11).
func (m Micro) Back() money.Amount { return m.First.Add(m.Second) }

// Are tells whether two amounts are those of the micro-entries, in either order.
func (m Micro) Are(a, b money.Amount) bool {
	return a == m.First && b == m.Second || a == m.Second && b == m.First
}

// VerificationID names a verification.
type VerificationID = ident.ID[Verification]

// VerificationState says how far a verification is. States are stored and never
// change; docs/states/verification.md draws them.
type VerificationState string

// The states of a verification.
const (
	VerificationWaiting   VerificationState = "waiting"   // the micro-entries are not at the bank yet
	VerificationOpen      VerificationState = "open"      // they are, and the member is asked for the amounts
	VerificationConfirmed VerificationState = "confirmed" // the member told them: the account may be debited
	VerificationFailed    VerificationState = "failed"    // it never may, unless it is begun anew
)

var verificationTransitions = map[VerificationState][]VerificationState{
	VerificationWaiting: {VerificationOpen, VerificationFailed},
	VerificationOpen:    {VerificationConfirmed, VerificationFailed},
	// A bank may send an entry back of which its member has told the amount.
	VerificationConfirmed: {VerificationFailed},
}

// VerificationTransitions gives the table, for the test that keeps its drawing
// true.
func VerificationTransitions() map[VerificationState][]VerificationState {
	return verificationTransitions
}

// CanBecome tells whether a verification may go from s to next.
func (s VerificationState) CanBecome(next VerificationState) bool {
	return slices.Contains(verificationTransitions[s], next)
}

// UnderWay tells whether the account still waits.
func (s VerificationState) UnderWay() bool {
	return s == VerificationWaiting || s == VerificationOpen
}

// VerificationEnd is why a verification failed.
type VerificationEnd string

// The ends of a verification that failed.
const (
	EndReturned VerificationEnd = "returned" // the bank sent a micro-entry back
	EndWrong    VerificationEnd = "wrong"    // other amounts were told, too often
	EndExpired  VerificationEnd = "expired"  // nobody told them in time
	EndRemoved  VerificationEnd = "removed"  // the member took the account away
)

// Verification is the question to a member how much reached a bank account
// (R-AUTO-8, ACH-06, ACH-11).
type Verification struct {
	ID        VerificationID
	AccountID enrollment.AccountID
	Bank      payment.BankAccountID
	Person    ident.UUID
	State     VerificationState
	End       VerificationEnd // of one that failed
	Code      string          // the bank's, with EndReturned
	Tries     int             // wrong answers so far
	LastTry   []byte          // a keyed hash of the last: the same again is one answer
	Credits   [2]EntryID
	Debit     EntryID
	StartedOn civil.Date
	ArrivesOn civil.Date // the bank day on which the entries settle: expected, then as it was
	AnswerBy  civil.Date // the last day to tell the amounts; zero until it is open
}

// Wait is what a bank account waits for before anything may be debited from it
// (ACH-06). The zero Wait is for its bank's answer to a prenote.
type Wait struct {
	Asked     bool       // the member is asked for the amounts of micro-entries, or will be
	Open      bool       // they have arrived
	ArrivesOn civil.Date // on this bank day, as far as is known
	AnswerBy  civil.Date // the last day to tell them, once they have
}

// Wait is what the bank account of a verification that is under way waits for.
func (v Verification) Wait() Wait {
	return Wait{Asked: true, Open: v.State == VerificationOpen, ArrivesOn: v.ArrivesOn, AnswerBy: v.AnswerBy}
}

// MicroRules are the numbers of the marketplace's policy.
type MicroRules struct {
	Attempts   int // answers in all
	AnswerDays int // after the amounts have arrived
	Most       int // verifications of one account number, and of one person, …
	PeriodDays int // … in so many days
	WaitDays   int // after an account number was guessed at in vain
	DayMost    int // verifications that begin on one day, by whomever
}

// Codes of what can stand in the way of a verification.
const (
	CodeMicroTooOften = "bank_account.too_often" // begun too often for this number or person
	CodeMicroTooSoon  = "bank_account.too_soon"  // wrong amounts were told a short while ago
	CodeMicroFull     = "bank_account.full"      // too many verifications today, or too many came back
	CodeBankWaits     = "bank_account.waits"     // it is not verified yet: nothing may be debited
)

// MicroPast is what went before a new verification, within the period.
type MicroPast struct {
	OfNumber  int // of the account number, wherever it was saved
	OfPerson  int
	Today     int        // by anybody
	LastWrong civil.Date // when the number was last guessed at in vain; zero: never
}

// Begin tells whether another verification may begin on a day. Who could begin
// them without end could guess, or use us to move cents about.
func (r MicroRules) Begin(p MicroPast, on civil.Date) error {
	switch {
	case p.OfNumber >= r.Most || p.OfPerson >= r.Most:
		return fault.New(fault.Conflict, CodeMicroTooOften, "This account can not be checked again now: it was begun %d times in %d days", r.Most, r.PeriodDays)
	case !p.LastWrong.IsZero() && on.Before(p.LastWrong.AddDays(r.WaitDays)):
		return fault.New(fault.Conflict, CodeMicroTooSoon, "This account can be checked again from %s", p.LastWrong.AddDays(r.WaitDays))
	case p.Today >= r.DayMost:
		return fault.New(fault.Unavailable, CodeMicroFull, "No more accounts can be checked today: try again tomorrow")
	}
	return nil
}

// Open has the amounts arrive on a day: from then on the member is asked.
func (v Verification) Open(r MicroRules, arrived, today civil.Date) Verification {
	asked := arrived
	if asked.Before(today) { // the night of that day is run late
		asked = today
	}
	v.State, v.ArrivesOn, v.AnswerBy = VerificationOpen, arrived, asked.AddDays(r.AnswerDays)
	return v
}

// Answer is what a member's answer came to.
type Answer string

// The answers.
const (
	AnswerRight Answer = "right"
	AnswerWrong Answer = "wrong" // and may be given again
	AnswerLast  Answer = "last"  // wrong for the last time
	AnswerEarly Answer = "early" // the amounts are not there yet
	AnswerLate  Answer = "late"  // the time is over, or the verification is
)

// Left is how many answers are left.
func (v Verification) Left(r MicroRules) int { return max(r.Attempts-v.Tries, 0) }

// Answered judges an answer and gives the verification as it is then. try names
// the amounts without telling them.
func (v Verification) Answered(r MicroRules, right bool, try []byte, today civil.Date) (Verification, Answer) {
	switch {
	case v.State == VerificationConfirmed:
		return v, AnswerRight // a second press of the button
	case v.State == VerificationWaiting:
		return v, AnswerEarly
	case v.State == VerificationFailed || v.Expired(today):
		return v, AnswerLate
	case right:
		v.State = VerificationConfirmed
		return v, AnswerRight
	case string(try) == string(v.LastTry):
		return v, AnswerWrong // a second press, too
	}
	v.Tries, v.LastTry = v.Tries+1, try
	if v.Left(r) > 0 {
		return v, AnswerWrong
	}
	return v.Fail(EndWrong, ""), AnswerLast
}

// Expired tells whether the time to tell the amounts is over.
func (v Verification) Expired(today civil.Date) bool {
	return v.State == VerificationOpen && today.After(v.AnswerBy)
}

// Fail ends a verification.
func (v Verification) Fail(why VerificationEnd, code string) Verification {
	v.State, v.End, v.Code = VerificationFailed, why, code
	return v
}

// MicroCounts counts verifications that were begun and those that the bank sent
// back, over the days that the guard looks back on (ACH-11).
type MicroCounts struct{ Begun, Returned int64 }

// JudgeMicro gives the return rate of micro-entries: from the ceiling on no new
// verification begins.
func JudgeMicro(n MicroCounts, c Ceilings, ceiling int) Rate {
	r := Rate{Name: "micro-entries", Returns: n.Returned, Debits: n.Begun, Ceiling: ceiling}
	r.Level = c.level(r)
	return r
}
