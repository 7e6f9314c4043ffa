package bank

import "time"

// Faults are the switches for what the bank does wrong. Several may be on.
type Faults struct {
	Twice         bool // statements and return files lie there twice, under two names
	NoControls    bool // return files have no control records (ACH-42)
	Stranger      bool // each return file has one more return, of a trace nobody sent
	WrongAmount   bool // the first return of each file is of a cent more
	LateAck       bool // acknowledgments come a day later
	NoAck         bool // no acknowledgments
	Truncated     bool // return files end in mid-record
	DropUploads   bool // the connection ends in the middle of what is put
	DropAnswers   bool // … after a file was taken, before that is said
	DropDownloads bool // … in the middle of what is fetched
}

// ackDelay is how late a late acknowledgment is.
const ackDelay = 26 * time.Hour

// Faults tells which switches are on.
func (b *Bank) Faults() Faults {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.faults
}
