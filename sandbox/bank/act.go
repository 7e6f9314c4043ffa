package bank

import "quittance.org/quittance/internal/base/civil"

// actKind is what the bank was handed.
type actKind string

const (
	actFile    actKind = "file"
	actClose   actKind = "close"
	actDeposit actKind = "deposit"
	actNotice  actKind = "notice"
	actRefuse  actKind = "refuse"
	actFaults  actKind = "faults"
	actDone    actKind = "done"
)

// act is one thing that the bank was handed. Everything that it is follows
// from these, in their order.
type act struct {
	Kind    actKind       `json:"kind"`
	At      civil.Instant `json:"at,omitzero"`
	On      civil.Date    `json:"on,omitzero"`
	Name    string        `json:"name,omitempty"`
	Body    []byte        `json:"body,omitempty"`
	Trace   string        `json:"trace,omitempty"`
	Code    string        `json:"code,omitempty"`
	Data    string        `json:"data,omitempty"`
	Set     bool          `json:"set,omitempty"`
	Deposit *Deposit      `json:"deposit,omitempty"`
	Faults  *Faults       `json:"faults,omitempty"`
}
