package bank

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"quittance.org/quittance/internal/base/civil"
)

// What becomes of an entry is written in its account number, so that a tester
// can choose it:
//
//	000123456789   nothing: it is paid
//	000111111116   R01, not enough money, each time
//	000555000101   R01 the first time, paid when it is tried again
//	0005550000NN   comes back as RNN
//	0007770000NN   likewise; the validation service can not tell of it before
//	000555000107   R07 after 25 days
//	000555000110   R10 after 40 days
//	0006660000NN   is paid, and corrected with CNN
//
// Any other number is an ordinary account, for which Rates throw the dice.
const (
	noFundsAccount    = "000111111116"
	noFundsOnce       = "000555000101"
	revokedLate       = "000555000107"
	notAuthorizedLate = "000555000110"
	returnPrefix      = "0005550000"
	unsurePrefix      = "0007770000"
	correctionPrefix  = "0006660000"
)

// retryDescription marks a debit that is tried again (ACH-32).
const retryDescription = "RETRY PYMT"

// Rates say how many of ten thousand debits of ordinary accounts come back,
// and for what.
type Rates struct {
	NoFunds       int // R01
	Uncollected   int // R09
	Closed        int // R02
	NoAccount     int // R03
	Frozen        int // R16
	NotAuthorized int // R10, up to 60 days later
	Revoked       int // R07, up to 60 days later
	Corrected     int // C01
}

// fate says what becomes of an entry that has just settled.
func (b *Bank) fate(e *Entry) []*Notice {
	if e.Improper != "" {
		return []*Notice{b.returns(e, e.Improper, 0)}
	}
	nn, isReturn := strings.CutPrefix(e.Account, returnPrefix)
	if !isReturn {
		nn, isReturn = strings.CutPrefix(e.Account, unsurePrefix)
	}
	cc, isCorrection := strings.CutPrefix(e.Account, correctionPrefix)
	switch {
	case e.Account == noFundsAccount, e.Account == noFundsOnce && e.Description != retryDescription:
		return b.onlyMoney(e, "R01")
	case e.Account == noFundsOnce:
		return nil
	case e.Account == revokedLate:
		return []*Notice{b.returns(e, "R07", 25)}
	case e.Account == notAuthorizedLate:
		return []*Notice{b.returns(e, "R10", 40)}
	case isReturn && (nn == "01" || nn == "09"):
		return b.onlyMoney(e, "R"+nn)
	case isReturn:
		if _, ok := reasonOf("R" + nn); ok {
			return []*Notice{b.returns(e, "R"+nn, 0)}
		}
	case isCorrection:
		return []*Notice{b.corrects(e, "C"+cc, GoodAccount)}
	case !e.credit() && !e.prenote():
		return b.chance(e)
	}
	return nil
}

// onlyMoney returns a debit for want of money; a prenote needs none.
func (b *Bank) onlyMoney(e *Entry, code string) []*Notice {
	if e.prenote() || e.credit() {
		return nil
	}
	return []*Notice{b.returns(e, code, 0)}
}

// returns makes the return of an entry, so many days after it settled if the
// code has the time, and else when it must be.
func (b *Bank) returns(e *Entry, code string, days int) *Notice {
	reason, _ := reasonOf(code)
	due := reason.lastDay(e.SettlesOn)
	if reason.window == sixtyDays {
		early := civil.BankDays.OnOrAfter(e.SettlesOn.AddDays(max(days, earlyClaimDays)))
		if early.Before(due) {
			due = early
		}
	}
	return &Notice{Trace: e.Trace, Code: code, DueOn: due}
}

// earlyClaimDays is how soon a member finds a debit on the bank's statement
// and objects.
const earlyClaimDays = 5

// corrects makes a correction of an entry: the receiving bank has two days.
func (b *Bank) corrects(e *Entry, code, account string) *Notice {
	return &Notice{Trace: e.Trace, Code: code, Data: corrected(code, e, account), DueOn: civil.BankDays.Add(e.SettlesOn, 1)}
}

// chance throws the dice for a debit of an ordinary account. They know nothing
// but the seed, who is debited how much, and when: neither traces nor the
// order of entries matter.
func (b *Bank) chance(e *Entry) []*Notice {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%s/%s/%s", b.options.Seed, e.key(), e.Effective, e.Description))
	throw := int(binary.BigEndian.Uint32(sum[:]) % 10_000)
	days := int(binary.BigEndian.Uint32(sum[4:]) % 60)
	r := b.options.Rates
	for _, c := range []struct {
		weight int
		code   string
	}{
		{r.NoFunds, "R01"},
		{r.Uncollected, "R09"},
		{r.Closed, "R02"},
		{r.NoAccount, "R03"},
		{r.Frozen, "R16"},
		{r.NotAuthorized, "R10"},
		{r.Revoked, "R07"},
		{r.Corrected, "C01"},
	} {
		if throw -= c.weight; throw >= 0 {
			continue
		}
		if c.code == "C01" {
			return []*Notice{b.corrects(e, c.code, "9"+e.Account[:min(len(e.Account), 16)])}
		}
		return []*Notice{b.returns(e, c.code, days)}
	}
	return nil
}
