package verifying

import (
	"context"

	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
)

// VerifyAccounts checks the invariants of single accounts, and none of the
// book as a whole. It says when it has begun, as VerifyAsOf does.
func (s *Service) VerifyAccounts(ctx context.Context, ids []enrollment.AccountID, begun func()) (Report, error) {
	return s.verify(ctx, "verify accounts", begun, func(v *verification) error {
		for _, id := range ids {
			if err := v.accounts(store.RangeOf(id)); err != nil {
				return err
			}
		}
		return nil
	})
}
