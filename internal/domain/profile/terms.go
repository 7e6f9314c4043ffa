package profile

import (
	"fmt"
	"time"
)

// Roll says what happens to a due date on a day that is no business day.
type Roll string

// The rolls.
const (
	RollNone            Roll = "none"
	RollNextBusinessDay Roll = "next_business_day"
)

// CalendarName names one of the two business-day calendars (REG-72).
type CalendarName string

// The calendars.
const (
	CalendarBank  CalendarName = "bank"
	CalendarState CalendarName = "state"
)

// Proration says how a part of a month is charged.
type Proration string

// The prorations (R-BILL-7).
const (
	ProrationNone Proration = "none"
)

// BinderMissed says what a missed first payment does (R-BIND-2).
type BinderMissed string

// The answers.
const (
	BinderRoll  BinderMissed = "roll"
	BinderLapse BinderMissed = "lapse"
)

// Alias is a kind of number accepted in place of a Subscriber ID (R-ID-1).
type Alias string

// The aliases.
const (
	AliasBillingAccountNumber Alias = "billing_account_number"
	AliasEnrollmentReference  Alias = "enrollment_reference"
	AliasPhone                Alias = "phone" // only on the phone
)

// SecondFactor is what a guest knows besides the number (R-ID-2).
type SecondFactor string

// The second factors.
const (
	FactorBirthDate SecondFactor = "dob"
	FactorZIP       SecondFactor = "zip"
)

// MailRule says which day of a mailed check counts (R-PAY-4).
type MailRule string

// The mail rules.
const (
	MailPostmark          MailRule = "postmark"
	MailPostmarkIfLegible MailRule = "postmark_if_legible"
	MailReceived          MailRule = "received"
)

// ThresholdKind says how a premium payment threshold is measured (REG-13).
type ThresholdKind string

// The kinds of threshold.
const (
	ThresholdNone         ThresholdKind = "none"
	ThresholdPercentNet   ThresholdKind = "percent_net"
	ThresholdPercentGross ThresholdKind = "percent_gross"
	ThresholdFixed        ThresholdKind = "fixed"
)

// CancelLate says what a cancellation after cancel.day does (MA-CANCEL-2).
type CancelLate string

// The answers.
const (
	CancelLateSchedule CancelLate = "schedule_next_month_end"
	CancelLateRefuse   CancelLate = "refuse"
)

// TimeOfDay is a wall-clock time in the marketplace's zone.
type TimeOfDay struct{ Hour, Minute, Second int }

// ParseTimeOfDay reads "20:00" or "23:59:59".
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil && len(s) == len(layout) {
			return TimeOfDay{t.Hour(), t.Minute(), t.Second()}, nil
		}
	}
	return TimeOfDay{}, fmt.Errorf("%q is not a time of day like 20:00 or 23:59:59", s)
}

// String gives "20:00", or "23:59:59" where there are seconds.
func (t TimeOfDay) String() string {
	if t.Second == 0 {
		return fmt.Sprintf("%02d:%02d", t.Hour, t.Minute)
	}
	return fmt.Sprintf("%02d:%02d:%02d", t.Hour, t.Minute, t.Second)
}
