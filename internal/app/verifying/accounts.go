package verifying

import (
	"context"

	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
)

// VerifyAccounts checks the invariants of single accounts, and none of the
// book as a whole.
func (s *Service) VerifyAccounts(ctx context.Context, ids []enrollment.AccountID) (Report, error) {
	var v *verification
	err := s.db.Read(ctx, "verify accounts", func(tx *store.ReadTx) error {
		v = &verification{tx: tx, profile: s.profile, report: newReport(tx.Now())}
		for _, id := range ids {
			if err := v.accounts(store.RangeOf(id)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	return v.report.finish(), nil
}
