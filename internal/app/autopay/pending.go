package autopay

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

var errOff = fault.New(fault.Unavailable, "autopay.unavailable", "AutoPay is not available yet")

// Offer tells what turning AutoPay on would mean.
func (s *Service) Offer(_ context.Context, _ Who, _ enrollment.AccountID) (Offer, error) {
	return Offer{}, errOff
}

// TurnOn makes a mandate. The same operation again gives the same mandate.
func (s *Service) TurnOn(_ context.Context, _ TurnOn) (mandate.Mandate, error) {
	return mandate.Mandate{}, errOff
}

// Change gives the mandate other terms.
func (s *Service) Change(_ context.Context, _ Change) (Changed, error) { return Changed{}, errOff }

// Stop ends the mandate.
func (s *Service) Stop(_ context.Context, _ Stop) (Stopped, error) { return Stopped{}, errOff }

// Status tells how AutoPay stands.
func (s *Service) Status(_ context.Context, _ Who, _ enrollment.AccountID) (Status, error) {
	return Status{}, nil
}

// Release lets a draft that is held be taken on its day.
func (s *Service) Release(_ context.Context, _ Answer) error { return errOff }

// Decline says no to a draft that is held.
func (s *Service) Decline(_ context.Context, _ Answer) error { return errOff }

// Proof gives everything that shows an authorization, or fault.NotFound. With
// the zero id it is that of the newest mandate.
func (s *Service) Proof(_ context.Context, _ Who, _ enrollment.AccountID, _ mandate.ID) (Proof, error) {
	return Proof{}, errOff
}

// SavedAccounts lists the bank accounts saved for an account.
func (s *Service) SavedAccounts(_ context.Context, _ Who, _ enrollment.AccountID) ([]SavedAccount, error) {
	return nil, nil
}

// Save checks a bank account and saves it.
func (s *Service) Save(_ context.Context, _ Save) (SavedAccount, error) {
	return SavedAccount{}, errOff
}

// Rename gives a saved bank account another nickname.
func (s *Service) Rename(_ context.Context, _ Who, _ enrollment.AccountID, _ payment.BankAccountID, _ string) error {
	return errOff
}

// Remove forgets a saved bank account. The one that AutoPay uses stays.
func (s *Service) Remove(_ context.Context, _ Who, _ enrollment.AccountID, _ payment.BankAccountID) error {
	return errOff
}

// Plan plans the drafts of the bills that are new.
func (s *Service) Plan(_ context.Context, _ civil.Date) (PlanCounts, error) { return PlanCounts{}, nil }

// Freeze posts the drafts that go into the file of a bank day.
func (s *Service) Freeze(_ context.Context, _ civil.Date) (FreezeCounts, error) {
	return FreezeCounts{}, nil
}

// Returned does what follows for AutoPay when the bank sends a debit back: the
// mandate ends or is disputed, or the debit is planned again. It is called in
// the transaction that takes the payment back, after that, and does nothing
// for a payment that AutoPay did not make.
func (s *Service) Returned(_ *store.Tx, _ payment.Payment, _ string, _ civil.Date) error { return nil }

// Corrected puts the bank account that a bank told us of in the place of
// another one, wherever AutoPay or a saved account uses that (ACH-40). The new
// one is stored already.
func (s *Service) Corrected(_ *store.Tx, _ enrollment.AccountID, _, _ payment.BankAccountID, _ civil.Date) error {
	return nil
}
