package payment

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
)

// Codes of CheckReceived's errors.
const (
	CodeReceivedToCome = "received_on.to_come"
	CodeReceivedLong   = "received_on.long_ago"
	CodePostmarkAfter  = "postmark.after_received"
)

// receivedMost is after how many days a receipt is not believed to be posted
// only now: the year is wrong.
const receivedMost = 366

// CheckReceived finds what is wrong with the days of a receipt as typed: when
// it was received, and its postmark, which is zero where there is none. The
// fields are "received_on" and "postmark".
func CheckReceived(received, postmark, today civil.Date) error {
	var problems fault.List
	switch {
	case received.After(today):
		problems.Add("received_on", CodeReceivedToCome, "must be today or earlier: post it on the day it is received, or later")
	case today.DaysSince(received) > receivedMost:
		problems.Add("received_on", CodeReceivedLong, "is more than a year ago: compare the year with the date stamp")
	}
	if postmark.After(received) {
		problems.Add("postmark", CodePostmarkAfter, "is after the day it was received: compare both with the envelope, or leave the postmark out if it can not be read")
	}
	return problems.Err()
}
