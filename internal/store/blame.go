package store

import (
	"context"
	"errors"

	"quittance.org/quittance/internal/base/fault"
)

// Blameable tells whether an error can be the fault of one account's data,
// rather than of the database or the operator: then the account is set aside
// and the rest goes on.
func Blameable(err error) bool {
	return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) && fault.KindOf(err) != fault.Unavailable
}
