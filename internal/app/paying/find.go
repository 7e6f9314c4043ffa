package paying

import (
	"context"
	"errors"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// FindInput is what a guest knows (R-ID-2): a number and a second thing.
type FindInput struct {
	Number    string     // as typed: Subscriber ID or an alias that the profile accepts
	BirthDate civil.Date // or
	ZIP       string     // five digits
	Network   string     // where the request comes from, for throttling
}

// Codes of Find's errors. NoMatch never says which part was wrong.
const (
	CodeNoMatch   = "guest.no_match"
	CodeThrottled = "guest.throttled"
)

// Find finds the account of a guest. Its errors: fault.Invalid with field
// "subscriber_id" when the number can not be one; fault.NotFound (CodeNoMatch);
// fault.RateLimited (CodeThrottled). An unknown number costs the same work and
// gives the same answer as a wrong second factor.
func (s *Service) Find(ctx context.Context, in FindInput) (enrollment.AccountID, error) {
	kind, number, err := s.readNumber(in.Number)
	if err != nil {
		return enrollment.AccountID{}, err
	}
	keys := s.throttleKeys(string(kind)+number, in.Network)
	var found store.AccountRow
	matched := false
	err = s.db.InTx(ctx, "find bill", func(tx *store.Tx) error {
		if err := s.checkTries(tx, keys); err != nil {
			return err
		}
		found, err = findBy(tx.ReadTx, kind, number)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		// The zero row matches nothing, and comparing with it takes as long.
		matched = s.secondFactorMatches(tx.ReadTx, found, in) && err == nil
		countTry(tx, keys, matched)
		return nil
	})
	if err != nil {
		return enrollment.AccountID{}, err
	}
	if !matched {
		return enrollment.AccountID{}, fault.New(fault.NotFound, CodeNoMatch, "We couldn't find a bill that matches")
	}
	return found.ID, nil
}

// Codes of CheckNumber's errors.
const (
	CodeNumberEmpty   = "subscriber_id.empty"
	CodeNumberLength  = "subscriber_id.length"
	CodeNumberDigit   = "subscriber_id.check_digit"
	CodeNumberBilling = "subscriber_id.billing_number" // not accepted in place of a Subscriber ID here
)

// CheckNumber tells whether a number as typed can be one that finds an
// account, without looking for it.
func (s *Service) CheckNumber(typed string) error {
	_, _, err := s.readNumber(typed)
	return err
}

// numberKind tells which number a guest typed.
type numberKind string

const (
	numberSubscriber numberKind = "subscriber"
	numberBilling    numberKind = store.AliasBillingNumber
	numberReference  numberKind = store.AliasReference
)

// readNumber recognises what was typed (R-ID-1): 12 digits are a Subscriber
// ID; 9 that begin with 7 a billing account number; RefID… an enrollment
// reference.
func (s *Service) readNumber(typed string) (numberKind, string, error) {
	clean := ident.CleanNumber(typed)
	if len(clean) > 5 && (clean[:5] == "RefID" || clean[:5] == "REFID" || clean[:5] == "refid") &&
		s.profile.Identity.Accepts(profile.AliasEnrollmentReference) {
		return numberReference, "RefID" + clean[5:], nil
	}
	if len(clean) == 9 && clean[0] == '7' && ident.AllDigits(clean) {
		if s.profile.Identity.Accepts(profile.AliasBillingAccountNumber) {
			return numberBilling, clean, nil
		}
		return "", "", fault.At("subscriber_id", CodeNumberBilling, "That looks like a billing account number. Enter the Subscriber ID next to it.")
	}
	id, err := ident.ParseSubscriberID(typed)
	switch {
	case err == nil:
		return numberSubscriber, string(id), nil
	case errors.Is(err, ident.ErrEmpty):
		return "", "", fault.At("subscriber_id", CodeNumberEmpty, "Enter your Subscriber ID")
	case errors.Is(err, ident.ErrCheckDigit):
		return "", "", fault.At("subscriber_id", CodeNumberDigit, "Check your Subscriber ID. One of the numbers looks wrong.")
	}
	return "", "", fault.At("subscriber_id", CodeNumberLength, "Subscriber ID must be 12 numbers")
}

func findBy(tx *store.ReadTx, kind numberKind, number string) (store.AccountRow, error) {
	if kind == numberSubscriber {
		return tx.AccountBySubscriber(ident.SubscriberID(number))
	}
	return tx.AccountByAlias(string(kind), number)
}

func (s *Service) secondFactorMatches(tx *store.ReadTx, a store.AccountRow, in FindInput) bool {
	birthDate := tx.BirthDateMatches(a, in.BirthDate)
	zip := a.ZIP != "" && a.ZIP == in.ZIP
	for _, f := range s.profile.Guest.SecondFactor {
		if f == profile.FactorBirthDate && birthDate && !in.BirthDate.IsZero() || f == profile.FactorZIP && zip {
			return true
		}
	}
	return false
}

// throttleKey is a count of wrong tries, with its limit. The text is a keyed
// hash: the table of tries must not be a list of people.
type throttleKey struct {
	text  string
	limit int
}

func (s *Service) throttleKeys(number, network string) []throttleKey {
	v := s.db.Vault()
	return []throttleKey{
		{v.IndexText("throttle.id", number), s.profile.Guest.TriesPerID},
		{v.IndexText("throttle.network", network), s.profile.Guest.TriesPerNetwork},
	}
}

// countTry counts a wrong try under every key; a right one sets the count of
// the first key back, the number's own.
func countTry(tx *store.Tx, keys []throttleKey, right bool) {
	if right {
		tx.ForgetTries(keys[0].text)
		return
	}
	for _, key := range keys {
		tx.CountTry(key.text)
	}
}

func (s *Service) throttleWindow() time.Duration {
	return time.Duration(s.profile.Guest.WindowMinutes) * time.Minute
}

func (s *Service) checkTries(tx *store.Tx, keys []throttleKey) error {
	for _, key := range keys {
		tries, err := tx.Tries(key.text, s.throttleWindow())
		if err != nil {
			return err
		}
		if tries >= int64(key.limit) {
			return fault.New(fault.RateLimited, CodeThrottled, "You tried too many times. For your security, wait %d minutes.", s.profile.Guest.WindowMinutes)
		}
	}
	return nil
}
