package mandate

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/profile"
)

// Wait is what a debit waits for: nothing is taken from its bank account before
// that is verified (ACH-06).
type Wait struct {
	ach.Wait               // of the bank account
	By       civil.Instant // the last moment at which it can be verified for this debit
	Late     bool          // it can not be verified by then
}

// WaitFor tells until when a bank account that waits can be verified, so that
// the debit of a day is taken: until its file is built, and no longer than its
// member may answer. now is when this is asked.
func WaitFor(p *profile.Profile, w ach.Wait, debit civil.Date, now civil.Instant) Wait {
	by := p.AutoPayCutoff(debit)
	last := p.Today(by)
	late := now.After(by) || w.Asked && !w.Open && w.ArrivesOn.After(last)
	answerBy := w.AnswerBy
	if w.Asked && !w.Open { // as it will be, once the amounts have arrived
		answerBy = w.ArrivesOn.AddDays(p.ACH.MicroAnswerDays.On(w.ArrivesOn))
	}
	if w.Asked && answerBy.Before(last) {
		by = p.EndOf(answerBy)
	}
	return Wait{w, by, late}
}
