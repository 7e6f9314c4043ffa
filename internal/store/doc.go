// Package store holds all SQL. One text serves SQLite (one file, one process)
// and PostgreSQL (many nodes); what differs lies behind the engine seam.
//
// There are two ways in. InTx runs a closure in a serializable transaction and
// runs it again when the engine asks for that; Read runs one that can not
// write. A closure touches only its transaction, its arguments and locals that
// it resets: in tests every closure is run twice, the first time rolled back.
//
// Writes that nobody needs the answer of are queued and sent together in one
// round trip before the next query or the commit (queue, expect).
package store
