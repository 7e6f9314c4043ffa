package paying

import (
	"strings"

	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// unasked tells whether nobody asks a payer by this channel where the receipt is
// to go: it goes to the member, where there is an address (M8).
func unasked(c payment.Channel) bool {
	switch c {
	case payment.ChannelMail, payment.ChannelIVR, payment.ChannelAgent, payment.ChannelBillPay, payment.ChannelThirdParty:
		return true
	}
	return false
}

// receiptAddress is where the receipt of a payment goes: to the address that its
// payer gave, or by a channel that asks for none to the member's; "" if there is
// none.
func receiptAddress(tx *store.ReadTx, facts *store.Facts, p payment.Payment, given string) (string, error) {
	if given != "" || !unasked(p.Channel) {
		return given, nil
	}
	chosen, err := tx.LetterChoice(p.AccountID, identity.DocumentNotice)
	if err != nil || chosen.Email != "" {
		return chosen.Email, err
	}
	return facts.Account.Email, nil
}

// isMembers tells whether an address is the member's own.
func isMembers(tx *store.ReadTx, facts *store.Facts, address string) (bool, error) {
	if address == "" || strings.EqualFold(address, facts.Account.Email) {
		return address != "", nil
	}
	chosen, err := tx.LetterChoice(facts.Account.ID, identity.DocumentNotice)
	return err == nil && strings.EqualFold(address, chosen.Email), err
}
