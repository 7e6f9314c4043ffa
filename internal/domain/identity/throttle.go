package identity

import "time"

// Limit is how many wrong tries are let pass within a window (REG-52, A2).
type Limit struct {
	Tries  int
	Window time.Duration
}

// The limits. Whoever is known by e-mail address or ticket is locked out for
// the rest of the window; a whole network gets more, since a library or a
// carrier's gateway is many people.
var (
	SignInLimit  = Limit{10, 15 * time.Minute}  // wrong passwords and codes, by person
	NetworkLimit = Limit{100, 15 * time.Minute} // the same, by network
	CodeLimit    = Limit{20, 24 * time.Hour}    // wrong one-time codes, by person: of a million
	LinkLimit    = Limit{5, 15 * time.Minute}   // wrong account codes, by Subscriber ID and by person
	MailLimit    = Limit{8, time.Hour}          // mails that anybody can cause, by address
	TextLimit    = Limit{5, time.Hour}          // text messages, by number
)

// LongestWindow is the longest of the windows: tries older than it count
// nowhere.
const LongestWindow = 24 * time.Hour

// WaitMinutes is how long somebody waits who was locked out.
func (l Limit) WaitMinutes() int { return int(l.Window / time.Minute) }

// Reached tells whether so many tries are too many.
func (l Limit) Reached(tries int64) bool { return tries >= int64(l.Tries) }

// Idle tells whether a session that was last seen so long ago is over.
func Idle(since time.Duration, minutes int) bool { return since > time.Duration(minutes)*time.Minute }

// SessionMost is how long a session lasts however busy it is.
const SessionMost = 12 * time.Hour
