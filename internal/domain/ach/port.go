package ach

import (
	"context"
	"io"
)

// File is something that lies in the bank's mailbox for us.
type File struct {
	Name string
	Size int64
}

// Link is the bank's mailbox. Every method may fail without effect, or fail
// after its effect; callers ask and try again.
type Link interface {
	// Put hands the bank a file, which write writes. It can be seen under its
	// name only when it is whole. A file of that name that is there already, or
	// that the bank has taken, is never put a second time: Put says so with
	// CodeThere.
	Put(ctx context.Context, name string, write func(io.Writer) error) error
	// Has tells whether a file of ours of that name was put, whether the bank
	// has taken it since or not.
	Has(ctx context.Context, name string) (bool, error)
	// List gives what the bank has for us, in the order of names.
	List(ctx context.Context) ([]File, error)
	// Get reads a file that the bank has for us.
	Get(ctx context.Context, name string) (io.ReadCloser, error)
	// Done says that we have a file: the bank's copy goes to the archive. One
	// that is not there is done.
	Done(ctx context.Context, name string) error
}

// Codes of a link's errors.
const (
	CodeThere      = "banklink.there"       // Put: a file of that name is with the bank
	CodeLinkSilent = "banklink.unavailable" // the bank does not answer
)

// CodeGuardStop marks that no debit may be sent: the return rates are above
// what the network allows (ACH-34).
const CodeGuardStop = "ach.guard_stop"
