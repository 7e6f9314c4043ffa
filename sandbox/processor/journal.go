package processor

import (
	"slices"

	"quittance.org/quittance/sandbox/journal"
)

// entry is one line of the journal: the newest version of one thing.
type entry struct {
	State    *state    `json:"state,omitempty"`
	Delivery *delivery `json:"delivery,omitempty"`
}

// openJournal reads the journal into memory and leaves it open for more. What
// was delivered before is only known to be so.
func (p *Processor) openJournal(path string) (err error) {
	deliveries := map[string]*delivery{}
	p.journal, err = journal.Open(path, func(e entry) { p.restore(e, deliveries) })
	p.deliveries = slices.DeleteFunc(p.deliveries, func(d *delivery) bool { return d.Done })
	return err
}

func (p *Processor) restore(e entry, deliveries map[string]*delivery) {
	if e.State != nil {
		if known, ok := p.sessions[e.State.Session.ID]; ok {
			*known = *e.State
		} else {
			p.index(e.State)
		}
	}
	if d := e.Delivery; d != nil {
		if known, ok := deliveries[d.ID]; ok {
			*known = *d
		} else {
			deliveries[d.ID] = d
			p.deliveries = append(p.deliveries, d)
		}
	}
}
