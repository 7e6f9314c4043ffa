package guest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// ask is how the processor is asked about an operation: Refresh only looks,
// Abandon closes its page first.
type ask func(context.Context, payment.OperationID) (payment.Intent, error)

// follow finds out what became of the attempt's card payment and notes it in
// the session. It gives the page to go to, "" while nobody knows.
func (v *visit) follow(s *session, how ask) string {
	op := s.Attempt.Op
	if s.Attempt.AskedAt.IsZero() {
		s.Attempt.AskedAt = v.Clock.Now()
		v.keep(*s)
	}
	i, err := how(v.Ctx(), op)
	switch {
	case err != nil || !i.State.Final(): // paying has logged a silence
		return ""
	case i.State == payment.IntentSucceeded:
		if i.AccountID == s.Account {
			v.finish(s, paid{Op: op, Late: s.Attempt.Late})
		} else {
			s.Attempt = attempt{} // of a browser that came back without its session
		}
		v.keep(*s)
		return donePath(op)
	}
	s.Attempt.restart(v.paying.NewOperation())
	s.Attempt.Stop = portal.StopCanceled
	if i.State == payment.IntentDeclined {
		s.Attempt.Stop, s.Attempt.Reason = portal.StopDeclined, declineReason(i.Reason)
	}
	v.keep(*s)
	return portal.PathStatus
}

func declineReason(code string) portal.DeclineReason {
	switch payment.Decline(code) {
	case payment.DeclineFunds:
		return portal.DeclineFunds
	case payment.DeclineExpired:
		return portal.DeclineExpired
	case payment.DeclineAuthenticate:
		return portal.DeclineStepUp
	}
	return portal.DeclineGeneric
}

// status is G7, and G9d once the answer is no. A script asks it for JSON;
// browsers without scripts reload it.
func (v *visit) status() {
	s := v.session()
	next := ""
	if !s.Attempt.Op.IsZero() && !s.Attempt.Sent && v.isPaid(s) { // a debit whose answer was lost
		v.finish(&s, paid{Op: s.Attempt.Op, Late: s.Attempt.Late})
		v.keep(s)
	}
	switch {
	case s.Attempt.Sent:
		next = v.follow(&s, v.paying.Refresh)
	case s.Attempt.Stop != "":
		next = portal.PathStatus
	case len(s.Paid) > 0 && s.Attempt.Amount.IsZero(): // settled through another tab
		next = donePath(s.Paid[len(s.Paid)-1].Op)
	case s.Attempt.Op.IsZero():
		next = portal.PathAmount
	default:
		next = v.step(s.Attempt)
	}
	switch {
	case v.asksJSON():
		v.sayNext(next)
	case next == "":
		v.Show(v.checking(s.Attempt))
	case next == portal.PathStatus:
		v.Show(portal.Stopped{Kind: s.Attempt.Stop, Amount: s.Attempt.Amount, Reason: s.Attempt.Reason})
	default:
		v.To(next)
	}
}

// isPaid tells whether the session's attempt is in the books.
func (v *visit) isPaid(s session) bool {
	i, err := v.paying.Intent(v.Ctx(), s.Attempt.Op)
	return err == nil && i.State == payment.IntentSucceeded && i.AccountID == s.Account
}

// sayNext is the JSON twin of the waiting page.
func (v *visit) sayNext(path string) {
	var answer struct {
		Next string `json:"next,omitempty"`
	}
	if path != "" {
		answer.Next = v.Lang.Path(path)
	}
	if err := v.Keep(); err != nil {
		v.Broken(err)
		return
	}
	v.W.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(v.W).Encode(answer) // a reader that went away is no error of ours
}

// lateAfter is when the waiting page says that it takes longer than usual.
const lateAfter = time.Minute

func (v *visit) checking(a attempt) portal.Checking {
	return portal.Checking{Amount: a.Amount, Late: v.waitedSince(a.AskedAt) > lateAfter, Emailed: a.Email != ""}
}

func (v *visit) waitedSince(at civil.Instant) time.Duration { return v.Clock.Now().Sub(at) }

// cardReturn and cardBack are where the processor sends the browser.
func (v *visit) cardReturn() { v.cameBack(v.paying.Refresh) }

func (v *visit) cardBack() { v.cameBack(v.paying.Abandon) }

func (v *visit) cameBack(how ask) {
	op, err := parseOperation(v.R.PathValue("op"))
	if err != nil {
		v.NotFound()
		return
	}
	s := v.session()
	if op != s.Attempt.Op && !v.adopt(&s, op, how) {
		return
	}
	next := v.follow(&s, how)
	if next == "" {
		next = portal.PathStatus
	}
	v.To(next)
}

// adopt takes up an operation that the session is not about: the browser came
// back without its session, or from a page that was closed long ago. An
// adopted operation opens nobody's bill; it is only followed to its end.
func (v *visit) adopt(s *session, op payment.OperationID, how ask) bool {
	i, err := v.paying.Intent(v.Ctx(), op)
	if err != nil {
		v.Fail(err)
		return false
	}
	if !v.alive {
		*s = adopted(i)
		return true
	}
	i, err = how(v.Ctx(), op)
	switch {
	case err == nil && i.State == payment.IntentSucceeded && i.AccountID == s.Account:
		v.finished(s, op)
	case err == nil && i.State == payment.IntentSucceeded:
		v.To(donePath(op))
	default: // whatever is open of it shows on the bill
		v.To(v.step(s.Attempt))
	}
	return false
}

// adopted is the session of a browser that has nothing but a card payment.
func adopted(i payment.Intent) session {
	return session{Attempt: attempt{Op: i.ID, Amount: i.Amount, Method: portal.MethodCard, Email: i.Email, Sent: true}}
}

// cancel is the payer's own wish not to pay. A card page that is still open is
// closed before we say that nothing was taken.
func (v *visit) cancel() {
	s, ok := v.member()
	if !ok {
		return
	}
	if s.Attempt.Sent {
		if next := v.follow(&s, v.paying.Abandon); next != portal.PathStatus {
			if next == "" {
				next = portal.PathStatus
			}
			v.To(next)
			return
		}
	}
	v.Show(portal.Stopped{Kind: portal.StopCanceled})
}

// webhook takes what the card processor reports. The signature is all the
// trust there is; the body is only a hint to look (R-PAY-6).
func (s *site) webhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, serving.BodyMax))
	if err != nil {
		http.Error(w, "the report is too large", http.StatusRequestEntityTooLarge)
		return
	}
	switch err := s.paying.Event(r.Context(), r.Header, body); {
	case err == nil:
		w.WriteHeader(http.StatusOK)
	case fault.KindOf(err) == fault.NotFound:
		http.Error(w, "no card processor is configured", http.StatusNotFound)
	case fault.KindOf(err) == fault.Invalid, fault.KindOf(err) == fault.Denied, fault.KindOf(err) == fault.Unauthenticated:
		s.Log.WarnContext(r.Context(), "webhook refused", "request", serving.RequestID(r.Context()), "code", fault.CodeOf(err))
		http.Error(w, "the signature is not right", http.StatusBadRequest)
	default: // the processor tries again
		s.Log.ErrorContext(r.Context(), "webhook not stored", "request", serving.RequestID(r.Context()), "error", err)
		http.Error(w, "try again later", http.StatusServiceUnavailable)
	}
}
