package profile

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
)

// check looks at what no single key can tell: terms that must fit together, on
// the day the first of them takes effect and on every day one changes.
func (p *Profile) check(problems *problems) {
	p.checkMarketplace(problems)
	p.checkBrand(problems)
	p.Bank.check(problems)
	p.Statement.check(problems)
	for _, day := range p.changeDays() {
		p.checkMonth(problems, day)
		p.checkMoneyIn(problems, day)
	}
	problems.dropRepeats()
}

func (p *Profile) checkMarketplace(problems *problems) {
	m := p.Marketplace
	if m.Demo && len(m.DemoBanner) == 0 {
		problems.Add("marketplace.demo_banner", "profile.missing", "is missing: a demo must say on every page that it is one")
	}
	if !slices.Contains(p.Languages, "en") {
		problems.Add("languages", "profile.bad_value", `must have "en": bills and phone menus use it`)
	}
	for _, period := range m.LockboxAddress.Periods() {
		if len(period.Value) == 0 {
			problems.Add("marketplace.lockbox_address", "profile.missing", "is missing: add the lines of the address for checks")
		}
	}
}

func (p *Profile) checkMonth(problems *problems, day civil.Date) {
	bill, due := p.Bill.Day.On(day), p.Due.Day.On(day)
	if bill >= due {
		problems.Add("due.day", "profile.bad_value", "is %d, not after bill.day %d: a bill must be out before it is due", due, bill)
		return // the days of AutoPay lie between the two
	}
	for _, debit := range p.AutoPay.Days.On(day) {
		// The bill is the notice of a changed amount (R-AUTO-3).
		if notice := p.AutoPay.NoticeDays.On(day); debit < bill+notice {
			problems.Add("autopay.days", "profile.bad_value", "has %d, less than autopay.notice_days %d after bill.day %d: use a later day", debit, notice, bill)
		}
		if debit > due {
			problems.Add("autopay.days", "profile.bad_value", "has %d, after due.day %d: AutoPay would always be late", debit, due)
		}
	}
}

func (p *Profile) checkMoneyIn(problems *problems, day civil.Date) {
	if !p.Methods.Bank.On(day) && !p.Methods.Card.On(day) {
		problems.Add("methods", "profile.bad_value", "has neither bank nor card: set one to true")
	}
	p.checkBuilt(problems, day)
	fixed := p.Threshold.Kind.On(day) == ThresholdFixed
	if fixed && !p.Threshold.Amount.On(day).IsPositive() {
		problems.Add("threshold.amount", "profile.bad_value", `must be more than "0.00" for threshold.kind "fixed"`)
	}
	if p.Threshold.AppliesToBinder.On(day) && p.Threshold.Kind.On(day) != ThresholdPercentNet {
		problems.Add("threshold.applies_to_binder", "profile.bad_value",
			`may only be true for threshold.kind "percent_net" (REG-13): set it to false`)
	}
}

// checkBuilt refuses what would promise something that nothing does: it is not
// ignored.
func (p *Profile) checkBuilt(problems *problems, day civil.Date) {
	for _, t := range []struct {
		key      string
		promised bool
		off, why string
	}{
		{"methods.wallet", p.Methods.Wallet.On(day), "false", "pages take no Apple Pay or Google Pay yet"},
		{"fees.late", p.Fees.Late.On(day).IsPositive(), `"0.00"`, "no late fee is ever charged (R-PAY-10)"},
		{"fees.returned", p.Fees.Returned.On(day).IsPositive(), `"0.00"`, "no fee is charged for a payment that comes back (R-PAY-10)"},
		{"id.ssn_last4", p.Identity.SSNLast4, "false", "no page asks for a Social Security number (R-ID-2)"},
	} {
		if t.promised {
			problems.Add(t.key, "profile.not_built", "must be %s: %s", t.off, t.why)
		}
	}
}

// changeDays lists the days on which the terms that check compares begin or
// change.
func (p *Profile) changeDays() []civil.Date {
	days := []civil.Date{civil.NewDate(1970, 1, 1)}
	for _, changes := range [][]civil.Date{
		p.Bill.Day.changes(), p.Due.Day.changes(), p.AutoPay.Days.changes(), p.AutoPay.NoticeDays.changes(),
		p.Methods.Bank.changes(), p.Methods.Card.changes(), p.Methods.Wallet.changes(), p.Fees.Late.changes(), p.Fees.Returned.changes(),
		p.Threshold.Kind.changes(), p.Threshold.Amount.changes(), p.Threshold.AppliesToBinder.changes(),
	} {
		days = append(days, changes...)
	}
	slices.SortFunc(days, civil.Date.Compare)
	return slices.Compact(days)
}
