package guest

import (
	"errors"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

func (v *visit) showCheck() {
	s, d, ok := v.ready(portal.PathCheck)
	if !ok {
		return
	}
	v.showCheckPage(v.checkPage(s, d))
}

// showCheckPage lets the form lead to the card processor's page: browsers hold
// the redirect after a form to form-action too.
func (v *visit) showCheckPage(view portal.Check) {
	if view.Method == portal.MethodCard {
		v.Show(view, v.cardOrigin)
		return
	}
	v.Show(view)
}

func (v *visit) checkPage(s session, d owing.View) portal.Check {
	a := s.Attempt
	view := portal.Check{
		Op: a.Op.String(), Amount: a.Amount, Who: d.Who(), Covers: d.Covers(), Method: a.Method, Today: d.Today,
		CancelBy: v.cancelBy(d.Today), Email: a.Email, Choice: len(v.methods()) > 1, From: a.From,
		Texts: v.paying.TextsReceipts(), Phone: a.Phone,
	}
	switch {
	case a.Saved != nil:
		saved := a.Saved.view()
		view.Saved = &saved
	case a.Method == portal.MethodBank:
		view.Bank = a.Bank.form()
	}
	if s.Signed != nil && view.Email == "" {
		view.Email = s.Signed.Email
	}
	return view
}

// cancelBy is until when a bank payment made now can be called back: until the
// file to the bank is cut, which after today's cut-off is tomorrow.
func (v *visit) cancelBy(today civil.Date) civil.Instant {
	by := timeOn(today, v.Profile.AutoPay.Cutoff.On(today), v.Profile.Zone())
	if by.After(v.Clock.Now()) {
		return by
	}
	return v.Profile.CutoffOn(today)
}

// pay takes the last press of the button.
func (v *visit) pay() {
	s, d, ok := v.current()
	if !ok {
		return
	}
	if v.Field(portal.FieldMethod) != string(s.Attempt.Method) || v.step(s.Attempt) != portal.PathCheck {
		v.To(v.step(s.Attempt))
		return
	}
	view := v.checkPage(s, d)
	if view.Method == portal.MethodBank && v.Field(portal.FieldFrom) != view.From { // another tab has chosen another bank account
		view.OtherBank = true
		v.showCheckPage(view)
		return
	}
	emailed, texted := v.readEmail(&view), v.readPhone(&view)
	if !emailed || !texted {
		v.showCheckPage(view)
		return
	}
	other := view.Email != s.Attempt.Email || view.Phone != s.Attempt.Phone
	if s.Attempt.Sent && other && !v.release(&s) {
		return
	}
	s.Attempt.Email, s.Attempt.Phone = view.Email, view.Phone
	s.Attempt.Late = d.Standing.PastDue.IsPositive()
	order, err := v.order(s, view)
	if err != nil {
		v.Broken(err)
		return
	}
	if s.Attempt.Method == portal.MethodBank {
		v.payByBank(s, d, order)
		return
	}
	v.payByCard(s, d, order)
}

// order is what the page that was shown lets us take.
func (v *visit) order(s session, view portal.Check) (paying.Order, error) {
	agreement, err := v.Pages.Agreement(v.Lang, view)
	if err != nil {
		return paying.Order{}, err
	}
	text, err := v.receiptText(view)
	return paying.Order{
		Operation: s.Attempt.Op, Account: s.Account, Channel: s.channel(), Amount: s.Attempt.Amount,
		Email: s.Attempt.Email, Text: text, Language: string(v.Lang),
		Authorization: payment.Authorization{
			Version: agreement.Version, Wording: agreement.Text, Network: v.Address(), SessionHash: v.sessionHash(),
		},
	}, err
}

func (v *visit) payByBank(s session, d owing.View, order paying.Order) {
	if s.Attempt.Saved != nil {
		if err := v.payBySaved(*s.Attempt.Saved, order); err != nil {
			v.notPaid(s, d, order.Operation, err)
			return
		}
		v.finished(&s, s.Attempt.Op)
		return
	}
	b := s.Attempt.Bank
	_, err := v.paying.PayByBank(v.Ctx(), paying.BankOrder{
		Order: order, ValidationRef: b.ValidationRef,
		Bank: payment.BankAccount{HolderName: b.Name, Type: b.Kind, Routing: b.Routing, Number: pii.NewSecret(b.Number)},
	})
	if err != nil {
		v.notPaid(s, d, order.Operation, err)
		return
	}
	v.keepBank(s)
	v.finished(&s, s.Attempt.Op)
}

// payByCard opens the processor's page. An operation that has ended without
// money, because its page ran out for example, gets a successor.
func (v *visit) payByCard(s session, d owing.View, order paying.Order) {
	address, err := v.paying.PayByCard(v.Ctx(), order)
	if fault.Is(err, paying.CodeFinished) {
		s.Attempt.restart(v.paying.NewOperation())
		order.Operation = s.Attempt.Op
		address, err = v.paying.PayByCard(v.Ctx(), order)
	}
	switch {
	case err == nil:
		s.Attempt.Sent = true
		v.keep(s) // before the redirect goes out: the return must find it
		v.Away(address)
		return
	case !s.Attempt.Sent && !fault.Is(err, paying.CodeOtherInput): // the payer never saw a page to pay on
		s.Unseen = append(s.Unseen[max(0, len(s.Unseen)-paidMax):], s.Attempt.Op)
		s.Attempt.restart(v.paying.NewOperation())
		v.keep(s)
	}
	v.notPaid(s, d, order.Operation, err)
}

// notPaid answers a payment that did not come off. Only a silence of ours or
// the processor's leaves open whether money was taken, and it says so.
func (v *visit) notPaid(s session, d owing.View, op payment.OperationID, err error) {
	stop := portal.Stopped{Amount: s.Attempt.Amount, Reference: serving.Reference(op.String())}
	switch {
	case fault.Is(err, paying.CodeOtherInput):
		if v.answeredIfPaid(&s, op) {
			return
		}
		// We died between opening a card page under this operation and noting
		// it in the session.
		s.Attempt.Sent = true
		if v.release(&s) {
			v.keep(s)
			v.To(v.step(s.Attempt))
		}
		return
	case fault.Is(err, paying.CodeBankReturned):
		v.Show(portal.Stopped{Kind: portal.StopAccount, Cards: v.paying.Method(payment.MethodCard)})
		return
	case fault.Is(err, payment.CodeAmountTooLarge):
		v.changed(s, d, op, s.Attempt.Amount)
		return
	case fault.Is(err, fault.CodeUnknownOutcome), errors.Is(err, v.Ctx().Err()) && v.Ctx().Err() != nil:
		i, err := v.paying.Intent(v.Ctx(), op)
		if err == nil && i.State == payment.IntentSucceeded && i.AccountID == s.Account {
			v.finished(&s, op)
			return
		}
		// Whoever sweeps what is stored writes how it ends; for what may not be
		// stored nobody would.
		stop.Kind, stop.Emailed = portal.StopUnfinished, err == nil && i.Email != ""
	case fault.Is(err, paying.CodeCardSilent), fault.Is(err, fault.CodeBusy):
		stop.Kind = portal.StopNotTaken
	default:
		v.Broken(err)
		return
	}
	v.Log.WarnContext(v.Ctx(), "payment not taken", "request", serving.RequestID(v.Ctx()), "reference", stop.Reference, "error", err)
	v.Show(stop)
}
