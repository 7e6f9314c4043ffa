// Package cardgateway holds the adapters behind payment.CardGateway, one folder
// per card processor, and the contract test that every one of them passes.
//
// An adapter turns what its processor says into payment's words and never
// guesses: after a call whose effect is not known it returns an Unavailable
// error with fault.CodeUnknownOutcome, and the caller asks again (R-PAY-7).
// Card numbers never come here: the page is the processor's own.
package cardgateway

import "quittance.org/quittance/internal/base/fault"

// The codes of the errors that adapters return, besides
// fault.CodeUnknownOutcome.
const (
	CodeUnavailable  = "card.unavailable"        // the processor did not do it; try later
	CodeConflict     = "card.operation_conflict" // the operation was opened with other details
	CodeRejected     = "card.request_rejected"   // the processor does not understand us
	CodeNotAllowed   = "card.key_rejected"       // the processor does not know our key
	CodeBadAnswer    = "card.bad_answer"         // the processor's answer makes no sense
	CodeBadSignature = "card.bad_signature"      // the webhook is not from the processor
	CodeBadEvent     = "card.bad_event"          // the webhook can not be read
)

// Unknown is the error after a call that may or may not have taken effect.
func Unknown(err error) error {
	return fault.Wrap(fault.Unavailable, fault.CodeUnknownOutcome, err,
		"the card processor did not answer; it may have acted: ask it again by operation id")
}

// Unavailable is the error after a call that took no effect.
func Unavailable(err error) error {
	return fault.Wrap(fault.Unavailable, CodeUnavailable, err, "the card processor can not be reached; try again later")
}

// Conflict is the error when an operation id was used with other details.
func Conflict(err error) error {
	return fault.Wrap(fault.Conflict, CodeConflict, err, "this payment was started with other details; start a new one")
}

// Rejected is the error when the processor refuses our request as wrong.
func Rejected(err error) error {
	return fault.Wrap(fault.Internal, CodeRejected, err, "the card processor does not accept our request")
}

// NotAllowed is the error when the processor does not know our key.
func NotAllowed(err error) error {
	return fault.Wrap(fault.Internal, CodeNotAllowed, err, "the card processor does not accept our key; check the card settings")
}

// BadAnswer is the error when the processor's answer can not be right.
func BadAnswer(format string, args ...any) error {
	return fault.New(fault.Internal, CodeBadAnswer, "the card processor's answer can not be right: "+format, args...)
}

// BadSignature is the error for a webhook that is not the processor's.
func BadSignature(err error) error {
	return fault.Wrap(fault.Unauthenticated, CodeBadSignature, err, "the webhook's signature is not the card processor's")
}

// BadEvent is the error for a signed webhook that can not be read.
func BadEvent(err error) error {
	return fault.Wrap(fault.Invalid, CodeBadEvent, err, "the webhook can not be read")
}
