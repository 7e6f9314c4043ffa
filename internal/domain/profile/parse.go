package profile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
	_ "time/tzdata" // a deadline must not depend on the files of the machine

	"github.com/BurntSushi/toml"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
)

// Parse reads a profile. The error lists every problem in the file, each a
// fault with the key path in Field; name is the file's, for messages and as
// the profile's ID.
func Parse(name string, data []byte) (*Profile, error) {
	var values map[string]any
	if err := toml.Unmarshal(data, &values); err != nil {
		return nil, fmt.Errorf("profile %s: %w", name, syntaxError(err))
	}
	p := &Profile{ID: name}
	problems := &problems{}
	root := &table{values: values, problems: problems}
	p.read(root)
	root.reportUnknown()
	p.check(problems)
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("profile %s: %w", name, err)
	}
	return p, nil
}

func syntaxError(err error) error {
	var parse toml.ParseError
	if errors.As(err, &parse) {
		return fault.At(fmt.Sprintf("line %d", parse.Position.Line), "profile.syntax", "is not TOML: %s", parse.Message)
	}
	return fault.Wrap(fault.Invalid, "profile.syntax", err, "is not TOML")
}

var (
	knownLanguages = []string{"en", "es", "pt", "ht", "zh", "vi"}
	phoneForm      = regexp.MustCompile(`^1-[2-9]\d{2}-\d{3}-\d{4}$`)
	ttyForm        = regexp.MustCompile(`^(711|1-[2-9]\d{2}-\d{3}-\d{4})$`)
	// Card networks cut descriptors and bank files have room for 16.
	descriptorForm = regexp.MustCompile(`^[A-Z0-9][A-Z0-9 ]{3,14}[A-Z0-9]$`)
	codeForm       = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)
	anyAmount      = amount(money.Zero, money.Dollars(1_000_000))
)

// read is the list of all keys, with what each is when it is absent: the
// Massachusetts default of the product rules.
func (p *Profile) read(root *table) {
	plain(root, "timezone", &p.zone, eastern(), zone)
	plain(root, "languages", &p.Languages, slices.Clone(knownLanguages), list(1, len(knownLanguages), oneOf(knownLanguages...)))
	root.within("marketplace", p.Marketplace.read)
	root.within("brand", p.Brand.read)
	p.readMonth(root)
	p.readAccess(root)
	p.readMoneyIn(root)
	root.within("autopay", p.AutoPay.read)
	root.within("bank", p.Bank.read)
	root.within("ach", p.ACH.read)
	root.within("statement", p.Statement.read)
	p.readPastDue(root)
	p.readMoneyOut(root)
}

func (m *Marketplace) read(t *table) {
	required(t, "name", &m.Name, text(1, 80))
	plain(t, "short_name", &m.ShortName, m.Name, text(1, 30))
	required(t, "payee_name", &m.PayeeName, text(1, 40))
	required(t, "statement_descriptor", &m.StatementDescriptor,
		pattern(descriptorForm, `"HLTHMKT PREM": 5 to 16 capital letters, digits and spaces`))
	required(t, "support_phone", &m.SupportPhone, pattern(phoneForm, "1-800-555-0100"))
	plain(t, "tty", &m.TTY, "711", pattern(ttyForm, "711"))
	required(t, "support_hours", &m.SupportHours, words)
	dated(t, "lockbox_address", &m.LockboxAddress, nil, address)
	dated(t, "bill_pay_address", &m.BillPayAddress, nil, address)
	if _, ok := t.values["bill_pay_address"]; !ok {
		m.BillPayAddress = m.LockboxAddress
	}
	plain(t, "public_url", &m.PublicURL, "", webAddress)
	plain(t, "application_url", &m.ApplicationURL, "", webAddress)
	plain(t, "demo", &m.Demo, false, yesNo)
	plain(t, "demo_banner", &m.DemoBanner, nil, words)
}

func (b *Brand) read(t *table) {
	plain(t, "color", &b.Color, "#1f4e79", parsed(ParseColor))
	plain(t, "dark", &b.Dark, "#163a5a", parsed(ParseColor))
	plain(t, "darker", &b.Darker, "#0a2f52", parsed(ParseColor))
	plain(t, "focus", &b.Focus, "#1a7fdc", parsed(ParseColor))
	plain(t, "gov_banner", &b.GovBanner, false, yesNo)
}

func (p *Profile) readMonth(root *table) {
	rolls, calendars := oneOf(RollNone, RollNextBusinessDay), oneOf(CalendarBank, CalendarState)
	root.within("coverage", func(t *table) {
		plain(t, "months_ahead", &p.Coverage.MonthsAhead, 1, number(1, 3))
	})
	root.within("bill", func(t *table) {
		dated(t, "day", &p.Bill.Day, 1, number(1, 28))
		dated(t, "proration", &p.Bill.Proration, ProrationNone, oneOf(ProrationNone))
	})
	root.within("due", func(t *table) {
		dated(t, "day", &p.Due.Day, 23, number(1, 28))
		dated(t, "roll", &p.Due.Roll, RollNone, rolls)
		plain(t, "calendar", &p.Due.Calendar, CalendarState, calendars)
		dated(t, "cutoff", &p.Due.Cutoff, TimeOfDay{23, 59, 59}, parsed(ParseTimeOfDay))
	})
	root.within("group", func(t *table) {
		dated(t, "roll", &p.Group.Roll, RollNextBusinessDay, rolls)
		plain(t, "calendar", &p.Group.Calendar, CalendarState, calendars)
	})
	root.within("retro", func(t *table) {
		dated(t, "min_days_to_pay", &p.Retro.MinDaysToPay, 23, number(0, 120))
	})
	root.within("binder", func(t *table) {
		dated(t, "missed", &p.Binder.Missed, BinderRoll, oneOf(BinderRoll, BinderLapse))
		dated(t, "max_rolls", &p.Binder.MaxRolls, 2, number(0, 12))
	})
	root.within("outage", func(t *table) {
		dated(t, "enabled", &p.Outage.Enabled, true, yesNo)
		dated(t, "minutes", &p.Outage.Minutes, 60, number(1, 1440))
		dated(t, "window_hours", &p.Outage.WindowHours, 24, number(1, 168))
		dated(t, "business_days", &p.Outage.BusinessDays, 1, number(1, 10))
	})
	root.within("carrier", func(t *table) {
		dated(t, "alarm_days", &p.Carrier.AlarmDays, 5, number(1, 60))
	})
}

func (p *Profile) readAccess(root *table) {
	root.within("id", func(t *table) {
		plain(t, "aliases", &p.Identity.Aliases, []Alias{AliasBillingAccountNumber, AliasEnrollmentReference, AliasPhone},
			list(0, 3, oneOf(AliasBillingAccountNumber, AliasEnrollmentReference, AliasPhone)))
		plain(t, "ssn_last4", &p.Identity.SSNLast4, false, yesNo)
	})
	root.within("guest", func(t *table) {
		plain(t, "second_factor", &p.Guest.SecondFactor, []SecondFactor{FactorBirthDate, FactorZIP},
			list(1, 2, oneOf(FactorBirthDate, FactorZIP)))
		plain(t, "session_minutes", &p.Guest.SessionMinutes, 30, number(5, 120))
		plain(t, "tries_per_id", &p.Guest.TriesPerID, 5, number(1, 100))
		plain(t, "tries_per_network", &p.Guest.TriesPerNetwork, 20, number(1, 10_000))
		plain(t, "window_minutes", &p.Guest.WindowMinutes, 15, number(1, 1440))
	})
	root.within("session", func(t *table) {
		plain(t, "account_minutes", &p.Session.AccountMinutes, 15, number(5, 120))
		plain(t, "staff_minutes", &p.Session.StaffMinutes, 15, number(5, 120))
	})
}

func (p *Profile) readMoneyIn(root *table) {
	root.within("methods", func(t *table) {
		dated(t, "bank", &p.Methods.Bank, true, yesNo)
		dated(t, "card", &p.Methods.Card, true, yesNo)
		dated(t, "wallet", &p.Methods.Wallet, false, yesNo)
		brands := []string{"visa", "mastercard", "discover", "amex"}
		plain(t, "card_brands", &p.Methods.CardBrands, brands, list(1, len(brands), oneOf(brands...)))
	})
	root.within("payment", func(t *table) {
		dated(t, "max_single", &p.Payment.MaxSingle, money.Dollars(10_000), amount(money.Dollars(1), money.Dollars(99_999_999)))
		dated(t, "ahead_months", &p.Payment.AheadMonths, 3, number(0, 12))
		dated(t, "partial", &p.Payment.Partial, true, yesNo)
		dated(t, "repeat_days", &p.Payment.RepeatDays, 10, number(0, 60))
	})
	root.within("mail", func(t *table) {
		dated(t, "rule", &p.Mail.Rule, MailPostmark, oneOf(MailPostmark, MailPostmarkIfLegible, MailReceived))
		dated(t, "wait_days", &p.Mail.WaitDays, 7, number(0, 30))
		dated(t, "days", &p.Mail.Days, 7, number(1, 30))
	})
	root.within("walk_in", func(t *table) {
		plain(t, "closed_on", &p.WalkIn.ClosedOn, civil.NewDate(2025, time.June, 27), date)
	})
	root.within("fees", func(t *table) {
		dated(t, "late", &p.Fees.Late, money.Zero, anyAmount)
		dated(t, "returned", &p.Fees.Returned, money.Zero, anyAmount)
	})
	root.within("threshold", func(t *table) {
		dated(t, "kind", &p.Threshold.Kind, ThresholdNone,
			oneOf(ThresholdNone, ThresholdPercentNet, ThresholdPercentGross, ThresholdFixed))
		dated(t, "basis_points", &p.Threshold.BasisPoints, 9500, number(9000, 10_000))
		dated(t, "amount", &p.Threshold.Amount, money.Zero, amount(money.Zero, money.Dollars(50)))
		dated(t, "applies_to_binder", &p.Threshold.AppliesToBinder, false, yesNo)
	})
}

func (a *AutoPay) read(t *table) {
	dated(t, "days", &a.Days, []int{15, 23}, list(1, 28, number(1, 28)))
	dated(t, "cutoff", &a.Cutoff, TimeOfDay{20, 0, 0}, parsed(ParseTimeOfDay))
	dated(t, "cutoff_bank_days", &a.CutoffBankDays, 1, number(0, 5))
	dated(t, "notice_days", &a.NoticeDays, 10, number(10, 30)) // 10 is the law's least (REG-41)
	dated(t, "confirm_over_percent", &a.ConfirmOverPercent, 150, number(100, 1000))
	dated(t, "confirm_over_amount", &a.ConfirmOverAmount, money.Dollars(50), anyAmount)
	dated(t, "keep_months", &a.KeepMonths, 12, number(0, 60))
	dated(t, "retries", &a.Retries, 2, number(0, 2)) // 2 is the bank network's most (ACH-30)
	dated(t, "retry_days", &a.RetryDays, 180, number(1, 180))
	dated(t, "off_after_returns", &a.OffAfterReturns, 2, number(1, 10))
}

func (p *Profile) readPastDue(root *table) {
	root.within("grace", func(t *table) {
		dated(t, "short_due_dates", &p.Grace.ShortDueDates, 1, number(1, 12))
		dated(t, "long_due_dates", &p.Grace.LongDueDates, 3, number(1, 12))
		dated(t, "group_months", &p.Grace.GroupMonths, 2, number(1, 12))
		dated(t, "notice_days", &p.Grace.NoticeDays, 35, number(0, 90))
		dated(t, "paid_month_in_year", &p.Grace.PaidMonthInYear, false, yesNo)
	})
	root.within("terminate", func(t *table) {
		dated(t, "auto_release", &p.Terminate.AutoRelease, false, yesNo)
	})
	root.within("reinstate", func(t *table) {
		dated(t, "days", &p.Reinstate.Days, 35, number(0, 120))
	})
	root.within("cancel", func(t *table) {
		dated(t, "day", &p.Cancel.Day, 23, number(1, 28))
		dated(t, "late", &p.Cancel.Late, CancelLateSchedule, oneOf(CancelLateSchedule, CancelLateRefuse))
	})
	root.within("changes", func(t *table) {
		dated(t, "day", &p.Changes.Day, 23, number(1, 28))
	})
	root.within("waiver", func(t *table) {
		dated(t, "enabled", &p.Waiver.Enabled, true, yesNo)
		dated(t, "max_months", &p.Waiver.MaxMonths, 6, number(1, 12))
		plain(t, "criteria", &p.Waiver.Criteria, hardshipCriteria(), list(1, 40, pattern(codeForm, `"utility_shutoff"`)))
		dated(t, "appeal_days", &p.Waiver.AppealDays, 30, number(1, 120))
	})
	root.within("arrangement", func(t *table) {
		dated(t, "enabled", &p.Arrangement.Enabled, true, yesNo)
		dated(t, "max_months", &p.Arrangement.MaxMonths, 6, number(1, 24))
	})
}

func (p *Profile) readMoneyOut(root *table) {
	root.within("refund", func(t *table) {
		dated(t, "dual_control", &p.Refund.DualControl, money.Dollars(500), anyAmount)
		dated(t, "auto_days", &p.Refund.AutoDays, 60, number(0, 365))
		dated(t, "auto_over", &p.Refund.AutoOver, money.Dollars(1), anyAmount)
	})
	root.within("remit", func(t *table) {
		dated(t, "day", &p.Remit.Day, 26, number(1, 28))
	})
}

// hardshipCriteria is the list of the sister programs (MA-DLQ-16).
func hardshipCriteria() []string {
	return []string{
		"homeless", "behind_on_rent", "eviction_or_foreclosure", "utility_shutoff", "medical_bills",
		"unexpected_expense", "domestic_violence", "death_in_family",
	}
}

func eastern() *time.Location {
	z, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic("profile: no time zone data: " + err.Error())
	}
	return z
}

func zone(value any) (*time.Location, error) {
	name, ok := value.(string)
	if !ok {
		return nil, wantType("text in quotes", value)
	}
	z, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is not a time zone like America/New_York", name)
	}
	return z, nil
}
