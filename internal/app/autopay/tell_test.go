package autopay_test

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
)

func tellOne(tx *store.Tx, account string, on civil.Date) error {
	id, err := ident.ParseUUID(account)
	if err != nil {
		return err
	}
	open, err := tx.OpenDrafts(enrollment.AccountID{UUID: id})
	for _, d := range open {
		tx.DraftNoticed(d, on)
	}
	return err
}
