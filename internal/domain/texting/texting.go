// Package texting holds the rules of text messages about bills (A14, brief 17):
// what agreeing to them is, which words end them, when they may leave and how
// long they may be. Codes that somebody asked for are no such messages.
package texting

import (
	"time"

	"quittance.org/quittance/internal/base/ident"
)

// ID names a text message.
type ID = ident.ID[Text]

// Text is a text message about a bill.
type Text struct{}

// ConsentVersion names the terms under which texts are agreed to. Other terms
// make a new one. The words that were shown are kept beside it.
const ConsentVersion = "texts-2026-1"

// ReceiptVersion names the terms under which a payer gives a number for one text
// with the receipt.
const ReceiptVersion = "receipt-2026-1"

// AnswerFor is for how long YES says yes to the message that asked: somebody
// who answers later has forgotten what was asked.
const AnswerFor = 72 * time.Hour

// StaleAfter is how old a text may be when it leaves: one that could not be sent
// for days tells nothing new.
const StaleAfter = 48 * time.Hour

// State is what a number of an account is.
type State string

// The states. Only On is texted. Stopped was ended by its owner, who may take
// it up again by START; Ended takes a new agreement.
const (
	Asked   State = "asked"   // agreed to on the page, not proven to be theirs
	On      State = "on"      // proven: by the code, or by YES from the phone
	Stopped State = "stopped" // STOP, or on the page
	Ended   State = "ended"   // another number took its place, or access was lost
)

// How is by what a state came about.
type How string

// The ways.
const (
	HowPage     How = "page"     // on the settings page
	HowCode     How = "code"     // the code of the test message
	HowReply    How = "reply"    // a message from the phone
	HowReplaced How = "replaced" // the person has agreed for another number
	HowAccess   How = "access"   // the person has lost access to the coverage
)

// Fate is what became of a text message.
type Fate string

// The fates. Waiting is before 8 a.m.; Queued is on its way out.
const (
	Waiting    Fate = "waiting"
	Queued     Fate = "queued"
	Sent       Fate = "sent"       // the service has it
	Delivered  Fate = "delivered"  // the phone has it
	Failed     Fate = "failed"     // refused for good
	Suppressed Fate = "suppressed" // it was not true any more when it was to leave
	NotWanted  Fate = "not_wanted" // texts were ended before it left
)

// Open tells whether the message may still leave.
func (f Fate) Open() bool { return f == Waiting || f == Queued }

// Late tells whether a report of the service may still change a fate.
func (f Fate) Late() bool { return f == Sent || f == Queued }

// Texts leave between 8 a.m. and 9 p.m. where the marketplace is (47 CFR
// 64.1200(c)(1) for calls, brief 17).
const (
	firstHour = 8
	lastHour  = 21
)

// Leaves gives the moment at which a message that is ready at a moment may
// leave: the same, or the next 8 a.m.
func Leaves(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	y, m, d := local.Date()
	switch hour := local.Hour(); {
	case hour < firstHour:
		return time.Date(y, m, d, firstHour, 0, 0, 0, zone)
	case hour >= lastHour:
		return time.Date(y, m, d+1, firstHour, 0, 0, 0, zone)
	}
	return at
}
