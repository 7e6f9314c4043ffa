package simulate

import (
	"cmp"
	"slices"
	"sync"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// eventKind is what a household, its bank or the post does.
type eventKind uint8

const (
	eventTell     eventKind = iota // the eligibility system has news of the household
	eventPay                       // somebody sets out to pay
	eventArrive                    // a mailed check arrives
	eventReturn                    // the bank takes a payment back
	eventCancel                    // a member gives coverage up
	eventAppeal                    // staff give coverage back
	eventHelp                      // staff grant relief to who is past due, or do not
	eventWithdraw                  // … and withdraw it
	eventAutoPay                   // AutoPay is turned on
	eventAlter                     // … changed, or stopped
	eventCheck                     // somebody looks how AutoPay goes, and does something about it
)

// event is one thing that will happen to a household. It is all that is
// remembered of it between days.
type event struct {
	kind      eventKind
	way       way // of a payment
	hurt      hurt
	decided   bool // the amount is
	failed    bool // the processor did not let the payer in
	done      bool
	choice    choice // what a look at AutoPay led to
	bank      uint8  // which of the household's bank accounts
	day       uint8  // to which AutoPay is moved
	tries     uint8  // to turn AutoPay on
	serial    uint16 // with the household, names the operation of a payment
	household int32
	on        civil.Date // the postmark of a check
	amount    money.Amount
}

// agenda holds what will happen on which day. It is safe for concurrent use.
type agenda struct {
	mu   sync.Mutex
	days map[civil.Date][]event
}

func (a *agenda) add(on civil.Date, e event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.days == nil {
		a.days = map[civil.Date][]event{}
	}
	a.days[on] = append(a.days[on], e)
}

// take takes everything up to a day, by household, and for each in the order
// in which it was planned.
func (a *agenda) take(from, through civil.Date, wanted func(event) bool) []event {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []event
	for day := from; !day.After(through); day = day.AddDays(1) {
		var rest []event
		for _, e := range a.days[day] {
			if wanted(e) {
				all = append(all, e)
			} else {
				rest = append(rest, e)
			}
		}
		if len(rest) == 0 {
			delete(a.days, day)
		} else {
			a.days[day] = rest
		}
	}
	slices.SortStableFunc(all, func(x, y event) int { return cmp.Compare(x.household, y.household) })
	return all
}
