package ach

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
)

// Ack is the bank's word on a file of ours. There is no standard for it
// (ACH-43); this is a text of lines "key: value", in a file that is named as
// ours is, with AckSuffix:
//
//	file: ACH-20261120-A.ach
//	status: accepted
//	entries: 1200
//	debits: 482311.07
//	credits: 0.00
//
// A refusal has the status refused and reasons. One that came a second time is
// refused with "first:" and the name under which it came first. Other keys are
// skipped.
type Ack struct {
	File     string
	Accepted bool
	Reason   string
	First    string
	Totals
}

const ackSuffix = ".ack"

// AckName gives the name of the bank's word on a file.
func AckName(file string) string { return file + ackSuffix }

// IsAck tells whether a file that the bank has for us is its word on one of
// ours, and on which.
func IsAck(name string) (file string, ok bool) { return strings.CutSuffix(name, ackSuffix) }

// CodeBadAck marks an acknowledgment that can not be read.
const CodeBadAck = "ach.bad_ack"

const ackBytesMost = 64 << 10

// ReadAck reads the bank's word. It says Accepted only of a text that says so.
func ReadAck(r io.Reader) (Ack, error) {
	var a Ack
	status := ""
	lines := bufio.NewScanner(io.LimitReader(r, ackBytesMost))
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ":")
		if err := a.set(strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value), &status); err != nil {
			return a, err
		}
	}
	// A bank that has had the very file before has it.
	a.Accepted = status == "accepted" || status == "refused" && a.File != "" && a.First == a.File
	switch {
	case lines.Err() != nil:
		return a, fault.Wrap(fault.Invalid, CodeBadAck, lines.Err(), "the bank's acknowledgment can not be read")
	case a.File == "" || !a.Accepted && status != "refused":
		return a, fault.New(fault.Invalid, CodeBadAck, "the bank's acknowledgment names no file, or is neither accepted nor refused")
	}
	return a, nil
}

func (a *Ack) set(key, value string, status *string) (err error) {
	switch key {
	case "file":
		a.File = value
	case "status":
		*status = strings.ToLower(value)
	case "reason":
		a.Reason = strings.TrimPrefix(a.Reason+"; "+value, "; ")
	case "first":
		a.First = value
	case "entries":
		a.Entries, err = strconv.Atoi(value)
	case "debits":
		a.Debits, err = money.Parse(value)
	case "credits":
		a.Credits, err = money.Parse(value)
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, CodeBadAck, err, "the bank's acknowledgment has a bad %s", key)
	}
	return nil
}

// Write writes the acknowledgment as ReadAck reads it.
func (a Ack) Write(w io.Writer) error {
	status := "refused"
	if a.Accepted {
		status = "accepted"
	}
	first := ""
	if a.First != "" {
		first = "first: " + a.First + "\n"
	}
	reason := strings.Join(strings.Fields(a.Reason), " ")
	_, err := fmt.Fprintf(w, "file: %s\nstatus: %s\n%sreason: %s\nentries: %d\ndebits: %s\ncredits: %s\n",
		a.File, status, first, reason, a.Entries, a.Debits, a.Credits)
	return err
}
