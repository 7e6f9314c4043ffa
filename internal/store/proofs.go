package store

import (
	"fmt"
	"slices"
	"strings"

	"quittance.org/quittance/internal/domain/ledger"
)

// Orphans names the rule that the invariants take for granted: the hot tables
// have no foreign keys, so a row that names a missing one is looked for.
const Orphans = "orphans"

// Proofs are the invariants of architecture section 5 that SQL can prove, from
// the ledger and the facts alone.
var Proofs = slices.Concat(entryProofs, memberProofs, paymentProofs, carrierProofs, bankProofs, chargeProofs, decisionProofs, exchangeProofs, achProofs, mandateProofs, orphanProofs())

var entryProofs = []Proof{
	{Invariant: "I1", Object: "entry", Problem: "an entry moves no money", stmt: proveRows("prove_entry_moves", `
		SELECT e.account_id, id_text(e.entry_id), 1,
			CASE WHEN EXISTS (SELECT 1 FROM transfer t WHERE t.account_id = e.account_id AND t.entry_id = e.entry_id) THEN 1 ELSE 0 END
		FROM entry e WHERE `+inRange("e")+` AND `+fresh("e.entry_id"))},
	{Invariant: "I1", Object: "transfer of entry", Problem: "a transfer moves nothing, or from an account to itself", stmt: proveRows("prove_transfer_moves", `
		SELECT t.account_id, id_text(t.entry_id), 1, CASE WHEN t.amount_cents > 0 AND t.debit <> t.credit THEN 1 ELSE 0 END
		FROM transfer t WHERE `+inRange("t")+` AND `+fresh("t.entry_id"))},
	{
		Invariant: "I1", Object: "transfer of entry", Problem: "a side is not in the chart of accounts, or has the wrong owner",
		stmt: proveRows("prove_transfer_sides", `
			SELECT t.account_id, id_text(t.entry_id), 1, CASE WHEN `+knownSide("debit")+` AND `+knownSide("credit")+` THEN 1 ELSE 0 END
			FROM transfer t WHERE `+inRange("t")+` AND `+fresh("t.entry_id")),
	},
}

// knownSide tells whether a side of transfer t is an account of the chart with an
// owner of the right kind.
func knownSide(side string) string {
	carriers := []ledger.Account{ledger.ReceivableState, ledger.CarrierUncollected, ledger.CarrierPayable}
	unowned := slices.DeleteFunc(slices.Clone(ledger.Chart), func(a ledger.Account) bool {
		return a == ledger.ReceivableMember || slices.Contains(carriers, a)
	})
	return strings.NewReplacer("{side}", side, "{member}", list(ledger.ReceivableMember), "{carriers}", list(carriers...), "{unowned}", list(unowned...)).Replace(`
		CASE WHEN t.{side} IN ({unowned}) THEN t.{side}_owner = ''
			WHEN t.{side} IN ({carriers}) THEN EXISTS (SELECT 1 FROM carrier c WHERE c.carrier_id = t.{side}_owner)
			WHEN t.{side} IN ({member}) THEN EXISTS (SELECT 1 FROM enrollment e
				WHERE e.account_id = t.account_id AND id_text(e.enrollment_id) = t.{side}_owner)
			ELSE FALSE END`)
}

// list writes accounts as the inside of an SQL list.
func list(accounts ...ledger.Account) string {
	quoted := make([]string, len(accounts))
	for i, a := range accounts {
		quoted[i] = "'" + string(a) + "'"
	}
	return strings.Join(quoted, ", ")
}

var memberProofs = []Proof{
	{
		Invariant: "I2", Object: "enrollment", Problem: "receivable.member is not charges less applications and waivers", Money: true,
		stmt: proveAdded("prove_receivable_charged", append(
			onDebit(ledger.ReceivableMember, found, "t.{side}_owner"),
			charged(expected, "member_cents", "id_text(c.enrollment_id)"),
			applied(expected, "id_text(c.enrollment_id)", -1),
			waived(expected, "id_text(c.enrollment_id)", -1))...),
	},
	{
		Invariant: "I2", Object: "waiver", Problem: "the ledger has not borne what was waived", Money: true,
		stmt: proveAdded("prove_waiver_borne", append(
			onDebit(ledger.Waiver, found, "'of the account'"),
			waived(expected, "'of the account'", 1))...),
	},
	{
		Invariant: "I2", Object: "waived part", Problem: "it was waived without a waiver for the month",
		stmt: proveRows("prove_waived_by_waiver", `
			SELECT w.account_id, id_text(w.waived_id), 1, CASE WHEN EXISTS (
				SELECT 1 FROM charge c JOIN waiver g ON g.account_id = c.account_id AND g.enrollment_id = c.enrollment_id
					AND g.from_month <= c.coverage_month AND g.to_month >= c.coverage_month
					AND NOT EXISTS (SELECT 1 FROM waiver_decision d WHERE d.account_id = g.account_id AND d.waiver_id = g.waiver_id
						AND d.kind = 'withdrawn' AND d.from_month <= c.coverage_month)
				WHERE c.account_id = w.account_id AND c.charge_id = w.charge_id) THEN 1 ELSE 0 END
			FROM waived w WHERE `+inRange("w")),
	},
	{
		// The ledger is what was charged and is not settled, and so is what is open
		// of each charge (I7).
		Invariant: "I2", Object: "enrollment", Problem: "the open charges do not come to receivable.member", Money: true, Follows: true,
		stmt: proveSums("prove_receivable_open", append(
			onDebit(ledger.ReceivableMember, expected, "t.{side}_owner"), `
			SELECT o.account_id, id_text(c.enrollment_id), 0, o.open_cents FROM open_charge o
			JOIN charge c ON c.account_id = o.account_id AND c.charge_id = o.charge_id WHERE `+inRange("o"))...),
	},
	{
		Invariant: "I2", Object: "carrier", Problem: "receivable.state is not the state's share of the charges", Money: true,
		stmt: proveAdded("prove_receivable_state", append(
			onDebit(ledger.ReceivableState, found, "t.{side}_owner"),
			charged(expected, "state_cents", "c.carrier_id"))...),
	},
	{
		Invariant: "I3", Object: "credit of the account", Problem: "the open credits do not come to credit.member", Money: true, Summed: true,
		stmt: proveSums("prove_credit_open", append(
			onCredit(ledger.CreditMember, expected, "''"), `
			SELECT o.account_id, '', 0, o.open_cents FROM open_credit o WHERE `+inRange("o"))...),
	},
	{
		Invariant: "I3", Object: "credit of the account", Problem: "credit.member is below zero", Money: true, Summed: true,
		stmt: proveRows("prove_credit_not_negative", `
			SELECT s.account_id, '', CASE WHEN s.balance < 0 THEN 0 ELSE s.balance END, s.balance FROM (
				SELECT t.account_id, CAST(SUM(CASE WHEN t.credit = 'credit.member' THEN t.amount_cents ELSE -t.amount_cents END) AS BIGINT) AS balance
				FROM transfer t WHERE `+inRange("t")+` AND (t.credit = 'credit.member' OR t.debit = 'credit.member')
				GROUP BY t.account_id) s`),
	},
}

// paymentParts are the places where the money of a payment can be (I4).
var paymentParts = []string{
	`SELECT a.account_id, id_text(a.payment_id), 0, CASE a.kind WHEN 'apply' THEN a.amount_cents ELSE -a.amount_cents END
		FROM application a WHERE ` + inRange("a"),
	`SELECT o.account_id, id_text(o.payment_id), 0, o.open_cents FROM open_credit o WHERE ` + inRange("o"),
	`SELECT r.account_id, id_text(r.payment_id), 0, r.amount_cents FROM payment_return r WHERE ` + inRange("r"),
	`SELECT r.account_id, id_text(r.payment_id), 0, r.amount_cents FROM refund r WHERE r.state IN ('approved', 'paid') AND ` + inRange("r"),
}

var paymentProofs = []Proof{
	{
		Invariant: "I4", Object: "payment", Problem: "the parts of a payment do not come to its amount", Money: true,
		stmt: proveSums("prove_payment_parts", append([]string{
			`SELECT p.account_id, id_text(p.payment_id), p.amount_cents, 0 FROM payment p WHERE ` + inRange("p"),
		}, paymentParts...)...),
	},
	{
		Invariant: "I9", Object: "intent", Problem: "a succeeded intent has one payment, and no other intent has any",
		stmt: proveSums("prove_intent_paid_once",
			`SELECT i.account_id, id_text(i.intent_id), CASE i.state WHEN 'succeeded' THEN 1 ELSE 0 END, 0 FROM intent i WHERE `+inRange("i"),
			`SELECT p.account_id, id_text(p.intent_id), 0, 1 FROM payment p WHERE `+inRange("p")),
	},
	{
		Invariant: "I9", Object: "payment", Problem: "a payment has another amount than its intent", Money: true,
		stmt: proveRows("prove_intent_amount", `
			SELECT p.account_id, id_text(p.payment_id), i.amount_cents, p.amount_cents
			FROM payment p CROSS JOIN intent i WHERE i.intent_id = p.intent_id AND `+inRange("p")+` AND `+fresh("p.payment_id")),
	},
	{
		Invariant: "I9", Object: "payment", Problem: "one charge of the processor stands behind several payments",
		stmt: proveRows("prove_processor_once", `
			SELECT p.account_id, id_text(p.payment_id), 1,
				(SELECT COUNT(*) FROM payment o WHERE o.processor = p.processor AND o.processor_ref = p.processor_ref AND o.processor <> '')
			FROM payment p WHERE p.processor <> '' AND `+inRange("p")+` AND `+fresh("p.payment_id")),
	},
}

var clearing = []ledger.Account{ledger.ClearingCard, ledger.ClearingACH, ledger.ClearingLockbox, ledger.ClearingBillPay}

var carrierProofs = []Proof{
	{
		Invariant: "I5", Object: "carrier", Problem: "carrier.payable is not what was applied or waived less what was remitted", Money: true,
		stmt: proveAdded("prove_carrier_payable", append(
			onCredit(ledger.CarrierPayable, found, "t.{side}_owner"),
			applied(expected, "c.carrier_id", 1), waived(expected, "c.carrier_id", 1), remitted(expected, "t.debit_owner"))...),
	},
	{
		Invariant: "I5", Object: "carrier", Problem: "carrier.uncollected is not what was charged less what was applied or waived", Money: true,
		stmt: proveAdded("prove_carrier_uncollected", append(
			onCredit(ledger.CarrierUncollected, found, "t.{side}_owner"),
			charged(expected, "(c.member_cents + c.state_cents)", "c.carrier_id"),
			applied(expected, "c.carrier_id", -1), waived(expected, "c.carrier_id", -1))...),
	},
	{
		Invariant: "I6", Object: "account", Problem: "a clearing account is not the sum of its open items", Money: true, Whole: true, Summed: true,
		stmt: proveSums("prove_clearing_items",
			`SELECT NULL, t.debit, 0, t.amount_cents FROM transfer t WHERE t.debit IN (`+list(clearing...)+`)`,
			`SELECT NULL, t.credit, 0, -t.amount_cents FROM transfer t WHERE t.credit IN (`+list(clearing...)+`)`,
			`SELECT NULL, i.clearing, i.amount_cents, 0 FROM clearing_item i WHERE i.closed_on IS NULL`),
	},
}

var chargeProofs = []Proof{
	{
		Invariant: "I7", Object: "charge", Problem: "what is open of a charge is not what applications and waivers left unpaid", Money: true,
		stmt: proveSums("prove_open_charge",
			`SELECT c.account_id, id_text(c.charge_id), c.member_cents, 0 FROM charge c WHERE c.kind = 'charge' AND `+inRange("c"),
			`SELECT r.account_id, id_text(c.charge_id), -c.member_cents, 0 FROM charge r JOIN charge c ON c.account_id = r.account_id
				AND c.enrollment_id = r.enrollment_id AND c.coverage_month = r.coverage_month AND c.generation = r.generation AND c.kind = 'charge'
			WHERE r.kind = 'reversal' AND `+inRange("r"),
			`SELECT a.account_id, id_text(a.charge_id), CASE a.kind WHEN 'apply' THEN -a.amount_cents ELSE a.amount_cents END, 0
			FROM application a WHERE `+inRange("a"),
			`SELECT w.account_id, id_text(w.charge_id), CASE w.kind WHEN 'waive' THEN -w.amount_cents ELSE w.amount_cents END, 0
			FROM waived w WHERE `+inRange("w"),
			`SELECT o.account_id, id_text(o.charge_id), 0, o.open_cents FROM open_charge o WHERE `+inRange("o")),
	},
	{
		Invariant: "I10", Object: "enrollment and month", Problem: "an enrollment has several live charges for a month, or a reversal of none",
		stmt: proveRows("prove_one_live_charge", `
			SELECT s.account_id, id_text(s.enrollment_id) || ' ' || s.coverage_month, CASE WHEN s.live < 0 THEN 0 WHEN s.live > 1 THEN 1 ELSE s.live END, s.live FROM (
				SELECT c.account_id, c.enrollment_id, c.coverage_month, CAST(SUM(CASE c.kind WHEN 'charge' THEN 1 ELSE -1 END) AS BIGINT) AS live
				FROM charge c WHERE `+inRange("c")+` GROUP BY c.account_id, c.enrollment_id, c.coverage_month) s`),
	},
	{
		Invariant: "I10", Object: "enrollment and month", Problem: "a reversal has other amounts than its charge",
		stmt: proveRows("prove_reversal_equal", `
			SELECT r.account_id, id_text(r.enrollment_id) || ' ' || r.coverage_month || ' generation ' || CAST(r.generation AS TEXT), 1,
				CASE WHEN EXISTS (SELECT 1 FROM charge c WHERE c.account_id = r.account_id AND c.enrollment_id = r.enrollment_id
					AND c.coverage_month = r.coverage_month AND c.generation = r.generation AND c.kind = 'charge' AND c.gross_cents = r.gross_cents
					AND c.aptc_cents = r.aptc_cents AND c.state_cents = r.state_cents AND c.member_cents = r.member_cents) THEN 1 ELSE 0 END
			FROM charge r WHERE r.kind = 'reversal' AND `+inRange("r")+` AND `+fresh("r.charge_id")),
	},
}

// column says which of the two numbers of a proof a part adds to.
type column int

const (
	expected column = iota
	found
)

// take gives the two numbers of a part.
func (c column) take(amount string) string {
	if c == expected {
		return amount + ", 0"
	}
	return "0, " + amount
}

// onDebit gives the balance of a ledger account that grows on the debit side,
// by object; {side} in object is the side.
func onDebit(a ledger.Account, c column, object string) []string {
	return []string{balance(a, c, object, "debit")}
}

// onCredit is onDebit for one that grows on the credit side.
func onCredit(a ledger.Account, c column, object string) []string {
	return []string{balance(a, c, object, "credit")}
}

// balance looks at both sides of a transfer at once: to pass over all transfers is
// what proofs take most of their time for.
func balance(a ledger.Account, c column, object, grows string) string {
	of := func(side string) string { return strings.ReplaceAll(object, "{side}", side) }
	by := object
	if of("debit") != object {
		by = fmt.Sprintf("CASE t.debit WHEN '%s' THEN %s ELSE %s END", a, of("debit"), of("credit"))
	}
	return fmt.Sprintf(`SELECT t.account_id, %[1]s, %[2]s FROM transfer t WHERE (t.debit = '%[3]s' OR t.credit = '%[3]s') AND %[4]s AND %[5]s`,
		by, c.take(fmt.Sprintf("CASE t.%s WHEN '%s' THEN t.amount_cents ELSE -t.amount_cents END", grows, a)), a, inRange("t"), fresh("t.entry_id"))
}

// charged gives an amount of all charges less reversals, by an owner.
func charged(c column, amount, owner string) string {
	return fmt.Sprintf(`SELECT c.account_id, %s, %s FROM charge c WHERE %s AND %s`,
		owner, c.take("CASE c.kind WHEN 'charge' THEN "+amount+" ELSE -"+amount+" END"), inRange("c"), fresh("c.charge_id"))
}

// applied gives what applications less undone ones paid, times sign, by an
// object of the application a or its charge c.
func applied(c column, object string, sign int) string {
	amount := fmt.Sprintf("(%d * CASE a.kind WHEN 'apply' THEN a.amount_cents ELSE -a.amount_cents END)", sign)
	return fmt.Sprintf(`SELECT a.account_id, %s, %s FROM application a
		JOIN charge c ON c.account_id = a.account_id AND c.charge_id = a.charge_id WHERE %s AND %s`, object, c.take(amount), inRange("a"), fresh("a.application_id"))
}

// waived gives what was waived less what was taken back of it, times sign, by
// an object of the row w or its charge c.
func waived(c column, object string, sign int) string {
	amount := fmt.Sprintf("(%d * CASE w.kind WHEN 'waive' THEN w.amount_cents ELSE -w.amount_cents END)", sign)
	return fmt.Sprintf(`SELECT w.account_id, %s, %s FROM waived w
		JOIN charge c ON c.account_id = w.account_id AND c.charge_id = w.charge_id WHERE %s AND %s`, object, c.take(amount), inRange("w"), fresh("w.waived_id"))
}

// remitted gives what carriers were paid, as less, by an object of the transfer.
func remitted(c column, object string) string {
	return `SELECT t.account_id, ` + object + `, ` + c.take("-t.amount_cents") + ` FROM transfer t
		WHERE ` + isRemittance + ` AND ` + inRange("t") + ` AND ` + fresh("t.entry_id")
}

// isRemittance tells of transfer t that it paid a carrier.
const isRemittance = `t.debit = 'carrier.payable' AND t.credit = 'cash.operating' AND EXISTS (
	SELECT 1 FROM entry e WHERE e.account_id = t.account_id AND e.entry_id = t.entry_id AND e.kind = 'remittance')`

// reference is rows that name another: from (as f), the column that names the row
// in the report, to (as t) and how the two meet.
type reference struct{ from, key, to, on, where string }

// over names the tables of which a row that was written can break it: a row that
// is named can not go where none goes.
func (r reference) over() []string {
	if r.lasts() {
		return []string{r.from}
	}
	return []string{r.from, r.to}
}

// object gives what a row is called in a report: its key, most often an identifier.
func (r reference) object() string {
	if strings.HasSuffix(r.key, "_id") {
		return "id_text(f." + r.key + ")"
	}
	return "f." + r.key
}

func (r reference) lasts() bool {
	return slices.Contains(appendOnly, r.to) || slices.Contains(kept, r.to)
}

// kept are tables whose rows change, and which no statement deletes from.
var kept = []string{"account", "enrollment", "intent", "bank_account", "mandate", "refund", "ach_entry"}

// fresh leaves out rows that were proved before and whose names do not change,
// where their key tells when they came.
func (r reference) fresh() string {
	if ownKey[r.from] == r.key && r.lasts() {
		return " AND " + fresh("f."+r.key)
	}
	return ""
}

// ownKey is of tables whose rows go on naming what they name the key that was
// made for each.
var ownKey = map[string]string{
	"entry": "entry_id", "transfer": "entry_id", "charge": "charge_id", "payment": "payment_id", "application": "application_id",
	"waived": "waived_id", "clearing_item": "item_id",
}

var references = []reference{
	{"transfer", "entry_id", "entry", "t.entry_id = f.entry_id", ""},
	{"entry", "entry_id", "charge", "id_text(t.charge_id) = f.source_id", "f.source_kind = 'charge'"},
	{"entry", "entry_id", "payment", "id_text(t.payment_id) = f.source_id", "f.source_kind = 'payment'"},
	{"entry", "entry_id", "application", "id_text(t.application_id) = f.source_id", "f.source_kind = 'application'"},
	{"entry", "entry_id", "waived", "id_text(t.waived_id) = f.source_id", "f.source_kind = 'waived'"},
	{"entry", "entry_id", "refund", "id_text(t.refund_id) = f.source_id", "f.source_kind = 'refund'"},
	{"refund", "refund_id", "payment", "t.payment_id = f.payment_id", ""},
	{"refund", "refund_id", "entry", "t.entry_id = f.entry_id", "f.entry_id IS NOT NULL"},
	{"ach_entry", "ach_entry_id", "refund", "t.refund_id = f.refund_id", "f.refund_id IS NOT NULL"},
	{"ach_entry", "ach_entry_id", "ach_entry", "t.ach_entry_id = f.first_entry_id", "f.first_entry_id IS NOT NULL"},
	{"entry", "entry_id", "entry", "t.entry_id = f.reverses_id", "f.reverses_id IS NOT NULL"},
	{"charge", "charge_id", "enrollment", "t.enrollment_id = f.enrollment_id", ""},
	{"charge", "charge_id", "entry", "t.entry_id = f.entry_id", "f.entry_id IS NOT NULL"},
	{"open_charge", "charge_id", "charge", "t.charge_id = f.charge_id AND t.kind = 'charge'", ""},
	{"bill", "bill_id", "account", "", ""},
	{"payment", "payment_id", "account", "", ""},
	{"open_credit", "payment_id", "payment", "t.payment_id = f.payment_id", ""},
	{"application", "application_id", "payment", "t.payment_id = f.payment_id", ""},
	{"application", "application_id", "charge", "t.charge_id = f.charge_id AND t.kind = 'charge'", ""},
	{"application", "application_id", "entry", "t.entry_id = f.entry_id", ""},
	{"waived", "waived_id", "charge", "t.charge_id = f.charge_id AND t.kind = 'charge'", ""},
	{"waived", "waived_id", "entry", "t.entry_id = f.entry_id", ""},
	{"waiver", "waiver_id", "enrollment", "t.enrollment_id = f.enrollment_id", ""},
	{"waiver_decision", "waiver_decision_id", "enrollment", "t.enrollment_id = f.enrollment_id", ""},
	{"waiver_decision", "waiver_decision_id", "waiver", "t.waiver_id = f.waiver_id", "f.waiver_id IS NOT NULL"},
	{"payment_return", "payment_id", "payment", "t.payment_id = f.payment_id", ""},
	{"payment_return", "payment_id", "entry", "t.entry_id = f.entry_id", ""},
	{"clearing_item", "item_id", "payment", "t.payment_id = f.payment_id", notMicro},
	{"micro_verification", "verification_id", "bank_account", "t.bank_account_id = f.bank_account_id", ""},
	{"micro_verification", "verification_id", "ach_entry", "t.ach_entry_id = f.first_entry_id", ""},
	{"micro_verification", "verification_id", "ach_entry", "t.ach_entry_id = f.second_entry_id", ""},
	{"micro_verification", "verification_id", "ach_entry", "t.ach_entry_id = f.debit_entry_id", ""},
	{"entry", "entry_id", "ach_entry", "id_text(t.ach_entry_id) = f.source_id", "f.source_kind = 'ach_entry'"},
	{"ach_return", "ach_entry_id", "ach_entry", "t.ach_entry_id = f.ach_entry_id", ""},
	{"ach_entry", "ach_entry_id", "payment", "t.payment_id = f.payment_id", "f.payment_id IS NOT NULL"},
	{"ach_entry", "ach_entry_id", "bank_account", "t.bank_account_id = f.bank_account_id", ""},
	{"decision", "decision_id", "enrollment", "t.enrollment_id = f.enrollment_id", ""},
	{"carrier_message", "decision_id", "enrollment", "t.enrollment_id = f.enrollment_id", ""},
	{"carrier_answer", "reference", "enrollment", "t.enrollment_id = f.enrollment_id", ""},
	{"mandate", "mandate_id", "bank_account", "t.bank_account_id = f.bank_account_id", ""},
	{"draft", "draft_id", "mandate", "t.mandate_id = f.mandate_id", ""},
	{"saved_bank_account", "bank_account_id", "bank_account", "t.bank_account_id = f.bank_account_id", ""},
}

// notMicro leaves out the money of micro-debits, which stands for no payment.
const notMicro = `NOT EXISTS (SELECT 1 FROM ach_entry m WHERE m.account_id = f.account_id AND m.ach_entry_id = f.payment_id AND m.kind = 'micro')`

func orphanProofs() []Proof {
	proofs := make([]Proof, len(references))
	for i, r := range references {
		text := fmt.Sprintf(`SELECT f.account_id, %s, 1,
			CASE WHEN EXISTS (SELECT 1 FROM %s t WHERE t.account_id = f.account_id%s) THEN 1 ELSE 0 END
			FROM %s f WHERE %s%s`, r.object(), r.to, and(r.on), r.from, inRange("f"), and(r.where)+r.fresh())
		proofs[i] = Proof{
			Invariant: Orphans, Object: r.from, Problem: "it names a row of " + r.to + " that does not exist",
			stmt: proveRows(fmt.Sprintf("prove_%s_names_%s_%d", r.from, r.to, i), text), over: r.over(),
		}
	}
	return proofs
}

func and(condition string) string {
	if condition == "" {
		return ""
	}
	return " AND " + condition
}
