package nacha

import (
	"strings"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
)

func (r *Reader) takeEntry(l *line) {
	r.flush()
	r.inBatch(l)
	b := r.batch
	l.checkLength(RecordLength, SpoilsEntry)
	r.held = Item{Kind: KindEntry, Line: l.number, Batch: b.header}
	item := &r.held
	class := item.class()
	code, ok := digits(l.raw(2, 3))
	if e := &item.Entry; !ok || !Code(code).known() {
		l.note("transaction code", "entry.code", "the transaction code is not one of the standard", SpoilsEntry)
	} else {
		e.Code = Code(code)
	}
	l.readReceiver(&item.Entry, class)
	l.readAmount(&item.Entry, class)
	l.readWho(&item.Entry, class)
	item.Entry.Trace = l.raw(80, 94)
	if n, ok := digits(item.Entry.Trace); !ok || n == 0 {
		l.note("trace number", "entry.trace", "the trace number must be 15 digits and not zero", SpoilsEntry)
	}
	if class == ADV {
		r.file.adv = true
	}
	b.sum.Entries++
	b.sum.count(l, item.Entry)
	item.Problems = l.problems
	r.entry = item
	r.addenda = addendaSeen{indicated: l.raw(79, 79) == "1"}
}

// class gives the class of the item's batch, "" without one.
func (i *Item) class() Class {
	if i.Batch == nil {
		return ""
	}
	return i.Batch.Class
}

// count adds what the control records count, also of an entry that is spoiled:
// the bank counted it.
func (t *Totals) count(l *line, e Entry) {
	if n, ok := digits(l.raw(4, 11)); ok {
		t.Hash = (t.Hash + n) % hashModulus
	}
	if e.Code.IsCredit() {
		t.Credit = sum(t.Credit, e.Amount)
	} else {
		t.Debit = sum(t.Debit, e.Amount)
	}
}

// sumMaxCents is far above what any control record can say.
const sumMaxCents = 1 << 61

// sum adds amounts of a file that may be made to overflow: a sum that is too
// large stays there, and agrees with no control.
func sum(a, b money.Amount) money.Amount {
	return money.Min(a.Add(b), money.Cents(sumMaxCents))
}

// readReceiver reads bank and account.
func (l *line) readReceiver(e *Entry, class Class) {
	routing := l.raw(4, 12)
	switch {
	case !ident.AllDigits(routing):
		l.note("RDFI identification", "entry.routing", "the routing number must be 9 digits", SpoilsEntry)
	case routing[8] != checkDigit(routing[:8]):
		l.note("check digit", "entry.check_digit", "the routing number's check digit is wrong", SpoilsEntry)
		e.Routing = routing
	default:
		e.Routing = routing
	}
	from, to := 13, 29
	switch class {
	case IAT:
		from, to = 40, 74
	case ADV:
		to = 27
	}
	e.Account = pii.NewSecret(l.field(from, to))
	if e.Account.IsZero() {
		l.note("DFI account number", "entry.account", "the account number is empty", SpoilsEntry)
	}
}

// readAmount reads the amount strictly: one digit that is none, and nobody
// knows how much it was.
func (l *line) readAmount(e *Entry, class Class) {
	from := 30
	if class == ADV {
		from = 28
	}
	cents, ok := digits(l.raw(from, 39))
	if !ok {
		l.note("amount", "entry.amount", "the amount must be digits", SpoilsEntry)
		return
	}
	e.Amount = money.Cents(cents)
}

// readWho reads number and name, which stand in other places in some classes;
// a bill-pay credit (CIE) has them the other way round (BANK-32).
func (l *line) readWho(e *Entry, class Class) {
	switch class {
	case IAT:
		return // the name is in the addenda
	case CIE:
		e.Name, e.ID = l.field(40, 54), l.field(55, 76)
	case CTX, ATX, "ENR", "TRX":
		e.ID, e.Name = l.field(40, 54), l.field(59, 74)
	case "SHR":
		e.ID = l.field(40, 54) // 55 to 76 is a card account
	default:
		e.ID, e.Name = l.field(40, 54), l.field(55, 76)
	}
	if class.hasPaymentType() {
		e.PaymentType = l.field(77, 78)
	} else if class != IAT {
		e.Data = l.field(77, 78)
	}
}

// addendaSeen is what is known of an entry's addenda while they come in.
type addendaSeen struct {
	indicated bool
	records   int
	extra     bool // too many: that was said
}

func (r *Reader) takeAddendum(l *line) {
	r.inBatch(l)
	r.batch.sum.Addenda++
	if r.entry == nil {
		r.problem(Problem{l.number, "record type", "addenda.no_entry", "addenda stand outside of an entry", SpoilsEntry})
		return
	}
	item := r.entry
	r.addenda.records++
	if r.addenda.records > addendaMax {
		if !r.addenda.extra {
			r.addenda.extra = true
			l.note("addenda", "addenda.too_many", "an entry has at most 9,999 addenda", SpoilsEntry)
			item.Problems = append(item.Problems, l.problems...)
		}
		return
	}
	l.checkLength(RecordLength, SpoilsEntry)
	switch kind := l.raw(2, 3); kind {
	case "05":
		item.Entry.Addenda = append(item.Entry.Addenda, strings.TrimRight(l.raw(4, 83), " "))
	case "98":
		l.readChange(item)
	case "99":
		l.readReturn(item)
	case "02", "10", "11", "12", "13", "14", "15", "16", "17", "18": // terminals, international: nothing that is used
	default:
		l.note("addenda type code", "addenda.type", "the addenda type is not one of the standard", SpoilsEntry)
	}
	item.Problems = append(item.Problems, l.problems...)
}

// judge decides what an entry is, now that its addenda are known, and whether
// they belong together.
func (r *Reader) judge(item *Item) {
	add := func(field, code, message string, spoils Spoils) {
		item.Problems = append(item.Problems, Problem{item.Line, field, code, message, spoils})
	}
	class := item.class()
	switch {
	case item.Change != nil && len(item.Returns) > 0:
		add("addenda type code", "addenda.mixed", "the entry is both a return and a notification of change", SpoilsEntry)
		item.Kind = KindReturn
	case item.Change != nil:
		item.Kind = KindChange
		if refusesChange(item.Change.Code) {
			item.Kind = KindRefused
		}
	case len(item.Returns) > 0:
		item.Kind = kindOfReturn(item.Returns[len(item.Returns)-1].Code)
	case class == ADV:
		item.Kind = KindAdvice
	case class == ACK || class == ATX:
		item.Kind = KindAcknowledge
	case class == COR:
		add("addenda", "entry.no_change", "a notification of change has no addenda 98", SpoilsEntry)
	case item.Entry.Code.IsReturn():
		add("addenda", "entry.no_reason", "a return has no addenda 99", SpoilsEntry)
	}
	if item.Kind == KindEntry && class != COR && !item.Entry.Code.IsReturn() {
		r.judgeForward(item, add)
	}
}

// judgeForward checks what only forward entries must have.
func (r *Reader) judgeForward(item *Item, add func(field, code, message string, spoils Spoils)) {
	e, h := item.Entry, item.Batch
	read := item.Usable() // what could not be read is not judged as well
	if h != nil && read && len(e.Trace) == 15 && e.Trace[:8] != h.ODFI {
		add("trace number", "entry.trace_odfi", "the trace number does not begin with the batch's ODFI", SpoilsEntry)
	}
	if r.batch != nil {
		if e.Trace <= r.batch.trace {
			add("trace number", "entry.trace_order", "trace numbers do not rise", SpoilsNothing)
		}
		r.batch.trace = e.Trace
	}
	switch {
	case !read:
	case e.Amount.IsZero() && !e.Code.IsPrenote() && !e.Code.IsZeroDollar():
		add("amount", "entry.amount_zero", "the entry moves no money and is no prenote", SpoilsEntry)
	case !e.Amount.IsZero() && e.Code.IsPrenote():
		add("amount", "entry.prenote", "a prenote has an amount", SpoilsEntry)
	}
	if h != nil && read && (h.Service == Debits && e.Code.IsCredit() || h.Service == Credits && !e.Code.IsCredit()) {
		add("transaction code", "entry.direction", "the entry moves money the other way than its batch says", SpoilsEntry)
	}
	if h != nil && h.Class == WEB && !e.Code.IsCredit() && e.PaymentType != Single && e.PaymentType != Recurring {
		add("payment type code", "entry.payment_type", "a WEB debit says neither R nor S", SpoilsNothing)
	}
	switch a := r.addenda; {
	case a.indicated && a.records == 0:
		add("addenda record indicator", "entry.no_addenda", "addenda are announced and missing", SpoilsEntry)
	case !a.indicated && a.records > 0:
		add("addenda record indicator", "entry.addenda", "addenda are there and not announced", SpoilsNothing)
	}
}
