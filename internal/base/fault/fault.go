// Package fault gives every error that leaves a use case a kind, which decides
// how the edges answer, and a stable code, which people and programs can cite.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind groups errors by what the caller can do about them.
type Kind int

// The kinds. Internal is the zero value: an unclassified error is ours.
const (
	Internal        Kind = iota
	Invalid              // the input is wrong; the caller can correct it
	NotFound             // no such thing, or not for this caller
	Conflict             // the input is fine but the state does not allow it
	Denied               // the caller is known and may not
	Unauthenticated      // the caller is not known
	RateLimited          // too many tries; later
	Unavailable          // something outside did not answer; later
)

var kindNames = [...]string{"internal", "invalid", "not_found", "conflict", "denied", "unauthenticated", "rate_limited", "unavailable"}

// String gives the kind's name, "invalid".
func (k Kind) String() string { return kindNames[k] }

// CodeUnknownOutcome marks an Unavailable error after which nobody knows
// whether the act took effect: ask by its operation id, never assume (E9).
const CodeUnknownOutcome = "outcome.unknown"

// CodeBusy marks an Unavailable error after which nothing has happened: too
// many others wanted the same. It may be tried again as it is.
const CodeBusy = "store.busy"

// Error is an error with a kind. Message is written for people and names no
// personal data; everything else is for operators.
type Error struct {
	Kind    Kind
	Code    string // stable, dotted: "payment.amount_too_large"
	Field   string // the input it is about, if one
	Message string
	Err     error
}

// Error gives the message, the code and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString(e.Message)
	if e.Code != "" {
		b.WriteString(" [" + e.Code + "]")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind. The message may have fmt verbs.
func New(kind Kind, code, message string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(message, args...)}
}

// Wrap makes an error of a kind around a cause.
func Wrap(kind Kind, code string, err error, message string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(message, args...), Err: err}
}

// At makes an Invalid error about one input field.
func At(field, code, message string, args ...any) *Error {
	return &Error{Kind: Invalid, Code: code, Field: field, Message: fmt.Sprintf(message, args...)}
}

// KindOf gives the kind of err, Internal for a stranger.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	var list List
	if errors.As(err, &list) {
		return Invalid
	}
	return Internal
}

// CodeOf gives the code of err, or "".
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Is tells whether err carries code.
func Is(err error, code string) bool { return CodeOf(err) == code }

// List is several Invalid errors found in one input: validation never stops at
// the first (E7).
type List []*Error

// Error joins the messages, one a line.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Add appends an error about field.
func (l *List) Add(field, code, message string, args ...any) {
	*l = append(*l, At(field, code, message, args...))
}

// Err gives the list as an error, nil when it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Fields gives the errors that err holds about input fields, in order.
func Fields(err error) []*Error {
	var list List
	if errors.As(err, &list) {
		return list
	}
	var e *Error
	if errors.As(err, &e) && e.Kind == Invalid {
		return []*Error{e}
	}
	return nil
}
