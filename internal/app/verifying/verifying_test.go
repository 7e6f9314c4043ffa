package verifying_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/app/verifying"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
	"quittance.org/quittance/profiles"
)

func verify(tb testing.TB, db *store.DB) verifying.Report {
	tb.Helper()
	p, err := profiles.Open(profiles.Default)
	if err != nil {
		tb.Fatal(err)
	}
	report, err := verifying.New(db, p).Verify(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return report
}

// healthyBooks are those that healthy opens.
var healthyBooks = storetest.Filled{Fill: func(tb testing.TB, db *store.DB) { healthy(tb, db) }}

func TestHealthyBooksAreClean(t *testing.T) {
	t.Parallel()
	healthyBooks.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		report := verify(t, db)
		if !report.Clean || len(report.Broken()) > 0 {
			t.Fatalf("got\n%s", report)
		}
		for _, i := range report.Invariants {
			if i.Checked == 0 {
				t.Errorf("%s looked at nothing", i.ID)
			}
		}
	})
}

func TestEmptyBooksAreClean(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		if report := verify(t, db); !report.Clean {
			t.Fatalf("got\n%s", report)
		}
	})
}

// However the accounts are cut into ranges, every proof sees every row once.
func TestRangesLeaveNothingOut(t *testing.T) {
	t.Parallel()
	healthyBooks.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		var want []int64
		for _, size := range []int{1000, 1, 2, 5} {
			checked := make([]int64, len(store.Proofs))
			err := db.Read(t.Context(), "ranges", func(tx *store.ReadTx) error {
				return tx.Ranges(size, func(r store.Range) error {
					for i, p := range store.Proofs {
						if p.Whole {
							continue
						}
						n, err := tx.Prove(p, r, func(d store.Difference) { t.Errorf("%s: %+v", p.Problem, d) })
						if err != nil {
							return err
						}
						checked[i] += n
					}
					return nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = checked
			}
			if diff := cmp.Diff(want, checked); diff != "" {
				t.Errorf("in ranges of %d accounts (-all at once +got):\n%s", size, diff)
			}
		}
	})
}

// of is the account of a household, as SQL.
func of(name string) string {
	return "(SELECT account_id FROM account WHERE first_name = '" + name + "')"
}

// row is a key that no row has.
// anyEntry is an ACH entry of bank account b's household.
const anyEntry = "(SELECT x.ach_entry_id FROM ach_entry x WHERE x.account_id = b.account_id ORDER BY x.ach_entry_id LIMIT 1)"

const row = "id'01930000-0000-7000-8000-00000000000a'"

// transfer adds a transfer to a household's first entry, in SQL. Owners are
// SQL as well.
func transfer(name, debit, debitOwner, credit, creditOwner string, cents int) string {
	return fmt.Sprintf(`INSERT INTO transfer (account_id, entry_id, seq, debit, debit_owner, credit, credit_owner, amount_cents)
		SELECT t.account_id, t.entry_id, 90 + (SELECT COUNT(*) FROM transfer n WHERE n.account_id = t.account_id), '%s', %s, '%s', %s, %d
		FROM transfer t WHERE t.account_id = %s ORDER BY t.entry_id, t.seq LIMIT 1;`, debit, debitOwner, credit, creditOwner, cents, of(name))
}

// there adds a transfer and its opposite, so that no balance moves.
func there(name, debit, debitOwner, credit, creditOwner string) string {
	return transfer(name, debit, debitOwner, credit, creditOwner, 500) + transfer(name, credit, creditOwner, debit, debitOwner, 500)
}

func enrollmentOf(name, kind string) string {
	return "(SELECT id_text(e.enrollment_id) FROM enrollment e WHERE e.account_id = " + of(name) + " AND e.kind = '" + kind + "')"
}

func entryCopy(id string) string {
	return `INSERT INTO entry (account_id, entry_id, kind, effective_on, recorded_at, source_kind, source_id, actor, reason)
		SELECT account_id, ` + id + `, 'remittance', effective_on, recorded_at, 'staff', '', 'x', '' FROM entry ORDER BY entry_id LIMIT 1;`
}

// chargeCopy inserts a charge like a household's first one, with no money.
func chargeCopy(name, kind string, generation int) string {
	return fmt.Sprintf(`INSERT INTO charge (account_id, charge_id, enrollment_id, coverage_month, generation, kind, carrier_id, gross_cents, aptc_cents, state_cents, member_cents, due_on, binder, charged_on)
		SELECT account_id, %s, enrollment_id, coverage_month, %d, '%s', carrier_id, aptc_cents, aptc_cents, 0, 0, due_on, binder, charged_on
		FROM charge WHERE account_id = %s ORDER BY charge_id LIMIT 1`, row, generation, kind, of(name))
}

// Each row breaks the books in one way; want names the invariants that speak
// up, and problem is part of what they say.
var sabotages = []struct{ name, want, problem, sql string }{
	{"an entry that moves nothing", "I1", "an entry moves no money", entryCopy(row)},
	{"a transfer of $0", "I1", "moves nothing", transfer("Ana", "suspense", "''", "fee.income", "''", 0)},
	{"a transfer below zero", "I1", "moves nothing", transfer("Ana", "suspense", "''", "fee.income", "''", -5)},
	{"a transfer from an account to itself", "I1", "from an account to itself", transfer("Ana", "suspense", "''", "suspense", "''", 5)},
	{"an account that is not in the chart", "I1", "not in the chart", transfer("Ana", "petty.cash", "''", "suspense", "''", 5)},
	{"an owner where there is none", "I1", "wrong owner", transfer("Ana", "suspense", "'somebody'", "fee.income", "''", 5)},
	{"an unknown carrier", "I1", "wrong owner", there("Ana", "carrier.payable", "'NOBODY'", "suspense", "''")},
	{"another household's enrollment", "I1", "wrong owner", there("Ana", "receivable.member", enrollmentOf("Boris", "medical"), "suspense", "''")},

	{"a receivable that nobody charged", "I2", "charges less applications and waivers", transfer("Ana", "receivable.member", enrollmentOf("Ana", "dental"), "suspense", "''", 1)},
	{"a receivable moved to the other enrollment", "I2", "open charges do not come", transfer("Ana", "receivable.member", enrollmentOf("Ana", "dental"), "suspense", "''", 7) + transfer("Ana", "suspense", "''", "receivable.member", enrollmentOf("Ana", "medical"), 7)},
	{"a state share that nobody charged", "I2", "state's share", transfer("Ana", "receivable.state", "'HARBOR'", "suspense", "''", 1)},
	{"an open charge raised by a cent", "I2 I7", "open charges do not come", `UPDATE open_charge SET open_cents = open_cents + 1 WHERE account_id = ` + of("Ana")},
	{"a paid charge open again", "I2 I7", "applications and waivers left unpaid", `INSERT INTO open_charge (account_id, charge_id, open_cents)
		SELECT account_id, charge_id, 1 FROM application WHERE account_id = ` + of("Chen")},

	{"a waived part raised by a cent", "I2 I5 I7", "carrier.payable is not what was applied or waived", `UPDATE waived SET amount_cents = amount_cents + 1 WHERE account_id = ` + of("Gail")},
	{"a waived part that is forgotten", "I2 I5 I7 orphans", "carrier.uncollected is not what was charged less what was applied or waived", `DELETE FROM waived WHERE account_id = ` + of("Gail")},
	{"a waived part that was not taken back with its charge", "I2 I5 I7 orphans", "receivable.member", `DELETE FROM waived WHERE kind = 'undo'`},
	{"what was waived borne twice", "I2", "has not borne what was waived", transfer("Gail", "waiver", "''", "suspense", "''", 1)},
	{"waived for a month of no waiver", "I2", "without a waiver", `UPDATE waiver SET from_month = '2027-01' WHERE account_id = ` + of("Gail")},
	{"waived for a month whose waiver was withdrawn", "I2", "without a waiver", `INSERT INTO waiver_decision (account_id, waiver_decision_id, enrollment_id,
		waiver_id, kind, from_month, to_month, cause, appeal_by, decided_on, reason, actor)
		SELECT account_id, waiver_id, enrollment_id, waiver_id, 'withdrawn', '2027-01', to_month, 'x', granted_on, granted_on, 'x', 'x'
		FROM waiver WHERE account_id = ` + of("Gail")},
	{"a waived part moved to another month", "I7", "applications and waivers left unpaid", `UPDATE waived SET charge_id =
		(SELECT c.charge_id FROM charge c WHERE c.account_id = waived.account_id AND c.coverage_month = '2027-01') WHERE account_id = ` + of("Gail")},

	{"a refund that the bank is said to have paid", "I4", "approved and not paid", `UPDATE refund SET state = 'paid' WHERE account_id = ` + of("Karl")},
	{"a refund that is said to have failed", "I4", "approved and not paid", `UPDATE refund SET state = 'failed' WHERE account_id = ` + of("Karl")},
	{"a refund for something else", "I4", "no refund and no line", `UPDATE entry SET source_kind = 'gift' WHERE source_kind = 'refund'`},

	{"credit out of nowhere", "I3", "open credits do not come", transfer("Chen", "suspense", "''", "credit.member", "''", 1)},
	{"credit spent twice", "I3", "below zero", transfer("Chen", "credit.member", "''", "suspense", "''", 100_000)},
	{"an open credit raised by a cent", "I3 I4", "open credits do not come", `UPDATE open_credit SET open_cents = open_cents + 1 WHERE account_id = ` + of("Dora")},

	{"credit of another payment", "I4", "parts of a payment", `UPDATE open_credit SET open_cents = 7000 - open_cents WHERE account_id = ` + of("Chen")},
	{"a payment and its intent grown", "I4", "parts of a payment", `UPDATE payment SET amount_cents = amount_cents + 1 WHERE account_id = ` + of("Boris") +
		`; UPDATE intent SET amount_cents = amount_cents + 1 WHERE account_id = ` + of("Boris")},

	{"a return of less than the payment", "I4", "parts of a payment", `UPDATE payment_return SET amount_cents = amount_cents - 1`},
	{"a return that is forgotten", "I4", "parts of a payment", `DELETE FROM payment_return`},

	{"a carrier owed what nobody applied", "I5", "carrier.payable", transfer("Ana", "suspense", "''", "carrier.payable", "'HARBOR'", 1)},
	{"a carrier paid without a remittance", "I5", "carrier.payable", transfer("Ana", "carrier.payable", "'TIDE'", "suspense", "''", 1)},
	{"a carrier paid from cash without a remittance", "I5 I6", "carrier.payable", transfer("Ana", "carrier.payable", "'TIDE'", "cash.operating", "''", 1)},
	{"uncollected money gone", "I5", "carrier.uncollected", transfer("Ana", "carrier.uncollected", "'HARBOR'", "suspense", "''", 1)},
	{"one carrier's money moved to another", "I5", "carrier.payable", transfer("Ana", "carrier.payable", "'HARBOR'", "suspense", "''", 1) +
		transfer("Ana", "suspense", "''", "carrier.payable", "'TIDE'", 1)},

	{"a clearing item closed early", "I6", "sum of its open items", `UPDATE clearing_item SET closed_on = opened_on WHERE account_id = ` + of("Boris")},
	{"clearing emptied without a deposit", "I6", "sum of its open items", transfer("Ana", "suspense", "''", "clearing.card", "''", 1)},
	{"an item on the wrong clearing account", "I6", "sum of its open items", `UPDATE clearing_item SET clearing = 'clearing.lockbox' WHERE account_id = ` + of("Boris")},

	{"an item closed by another deposit", "I6", "do not come to it", `UPDATE clearing_item SET deposit_id = ` + row + ` WHERE account_id = ` + of("Ines")},
	{"a deposit that no line shows", "I6", "another amount", `DELETE FROM bank_item WHERE line = 2`},
	{"a line of another amount", "I6", "another amount", `UPDATE bank_item SET amount_cents = amount_cents + 1 WHERE line = 1`},
	{"cash out of nowhere", "I6", "cash is not what", transfer("Ana", "cash.operating", "''", "suspense", "''", 1)},
	{"a fee taken twice", "I6", "cash is not what", transfer("Ana", "fee.expense", "''", "cash.operating", "''", 1250)},
	{"a deposit that says more than it posted", "I6", "cash is not what", `UPDATE deposit SET posted_cents = posted_cents + 1, amount_cents = amount_cents + 1 WHERE bank_line = 1`},
	{"a returned item that is forgotten", "I6", "sum of its open items", `UPDATE clearing_item SET closed_on = opened_on WHERE amount_cents < 0 AND account_id = ` + of("Finn")},
	{"an entry came back and its payment stayed", "I4", "its payment did not", `DELETE FROM payment_return WHERE account_id = ` + of("Jonas")},

	{"a cent moved to another month", "I7", "applications and waivers left unpaid", `UPDATE open_charge SET open_cents = open_cents +
		CASE WHEN id_text(charge_id) = (SELECT MIN(id_text(o.charge_id)) FROM open_charge o WHERE o.account_id = open_charge.account_id) THEN 1 ELSE -1 END WHERE account_id = ` + of("Boris")},
	{"a month closed unpaid and the next one raised", "I7", "standing tells another month", `UPDATE open_charge SET open_cents = 41237 + 40237
		WHERE account_id = ` + of("Boris") + ` AND open_cents = 41237; DELETE FROM open_charge WHERE account_id = ` + of("Boris") + ` AND open_cents = 40237`},

	{"a bill's total column", "I8", "column for the total", `UPDATE bill SET total_cents = total_cents + 1 WHERE account_id = ` + of("Eve")},
	{"a bill's due date column", "I8", "column for the due date", `UPDATE bill SET due_on = '2026-11-24' WHERE account_id = ` + of("Eve")},
	{"a bill's day of issue column", "I8", "column for the day of issue", `UPDATE bill SET issued_on = '2026-11-24' WHERE account_id = ` + of("Eve")},
	{"a bill's month column", "I8", "column for the coverage month", `UPDATE bill SET coverage_month = '2026-11' WHERE account_id = ` + of("Eve")},
	{"a bill's number column", "I8", "another bill", `UPDATE bill SET bill_no = '99999999' WHERE account_id = ` + of("Eve")},
	{"a line changed in the document", "I8", "lines do not add up", `UPDATE bill SET document = REPLACE(document, '"412.37"', '"412.36"') WHERE account_id = ` + of("Boris") + ` AND coverage_month = '2027-01'`},
	{"a reason changed in the document", "I8", "explanation does not add up", `UPDATE bill SET document = REPLACE(document, '"-250.00"', '"-251.00"') WHERE account_id = ` + of("Chen")},
	{"an empty document", "I8", "another bill", `UPDATE bill SET document = '{}' WHERE account_id = ` + of("Eve")},
	{"a document that is none", "I8", "can not be read", `UPDATE bill SET document = 'Testperson' WHERE account_id = ` + of("Eve")},

	{"a paid intent that waits again", "I9", "no other intent has any", `UPDATE intent SET state = 'pending' WHERE account_id = ` + of("Dora")},
	{"a declined intent called succeeded", "I9", "succeeded intent has one payment", `UPDATE intent SET state = 'succeeded' WHERE state = 'declined'`},
	{"a payment of no intent", "I9", "succeeded intent has one payment", `UPDATE payment SET intent_id = ` + row + ` WHERE account_id = ` + of("Dora")},
	{"an intent of another amount", "I9", "another amount than its intent", `UPDATE intent SET amount_cents = amount_cents + 1 WHERE account_id = ` + of("Dora")},
	{"one processor charge for all payments", "I9", "stands behind several payments", `DROP INDEX payment_processor_once; UPDATE payment SET processor_ref = 'same' WHERE processor <> ''`},

	{"a second live charge for a month", "I10", "several live charges", chargeCopy("Eve", "charge", 2)},
	{"a reversal of nothing", "I10", "other amounts than its charge", chargeCopy("Eve", "reversal", 5)},
	{"two reversals of one charge", "I10", "reversal of none", chargeCopy("Eve", "reversal", 1) + `; ` +
		strings.ReplaceAll(chargeCopy("Eve", "reversal", 2), "00a'", "00b'")},
	{"a reversal that splits the premium differently", "I10", "other amounts than its charge", `UPDATE charge SET gross_cents = gross_cents + 1, aptc_cents = aptc_cents + 1 WHERE kind = 'reversal'`},

	{"an entry taken out of its file", "I11", "more or fewer entries", `UPDATE ach_file SET entries = 2`},
	{"a cent added to a file", "I11", "debits are not those", `UPDATE ach_file SET debit_cents = debit_cents + 1`},
	{"a cent added to an entry of a file", "I11", "debits are not those", `UPDATE ach_entry SET amount_cents = amount_cents + 1 WHERE file_id IS NOT NULL`},
	{"a credit that no entry is", "I11", "credits are not those", `UPDATE ach_file SET credit_cents = 1`},
	{"a debit turned into a credit", "I11", "credits are not those", `UPDATE ach_entry SET kind = 'reversal', first_entry_id = ach_entry_id`},
	{"a batch of more entries", "I11", "other entries than the file", `UPDATE ach_batch SET entries = 2`},
	{"a batch of another class", "I11", "other entries than the file", `UPDATE ach_batch SET sec_code = 'PPD'`},
	{"a hole in a file", "I11", "counted on from 1", `UPDATE ach_entry SET file_seq = 2`},
	{"a trace given out twice", "I11", "stands for several entries", `DROP INDEX ach_entry_trace; DROP INDEX ach_entry_in_file;
		INSERT INTO ach_entry (account_id, ach_entry_id, kind, bank_account_id, sec_code, payment_type, amount_cents, state, settle_on, file_id, file_seq, trace, trace_round)
		SELECT account_id, ` + row + `, 'prenote', bank_account_id, sec_code, payment_type, 0, state, settle_on, file_id, 2, trace, trace_round FROM ach_entry;
		UPDATE ach_file SET entries = 2; UPDATE ach_batch SET entries = 1;
		INSERT INTO ach_batch (file_id, batch_no, kind, sec_code, entries, debit_cents, credit_cents) SELECT file_id, 2, 'prenote', sec_code, 1, 0, 0 FROM ach_batch`},
	{"an entry of a file that is gone", "I11", "does not exist", `DELETE FROM ach_batch; DELETE FROM ach_file`},
	{"an entry of a withdrawn file", "I11", "was withdrawn", `UPDATE ach_file SET state = 'withdrawn'`},
	{"an entry sent before its day", "I11", "before its day", `UPDATE ach_file SET settle_on = '2026-11-01'`},
	{"an entry that came back and was never sent", "I11", "without having been sent", `UPDATE ach_file SET state = 'built'`},

	{"a decision that nobody made", "I13", "without rule, evidence or actor", decision("'R-DUE-1', 'unpaid', ''")},
	{"a decision by no rule", "I13", "without rule, evidence or actor", decision("'', 'unpaid', 'system'")},
	{"a decision on nothing", "I13", "without rule, evidence or actor", decision("'R-DUE-1', '', 'system'")},
	{"a decision that nobody looks for", "I13", "not marked as decided on", decision("'R-DUE-1', 'unpaid', 'system'") +
		`; UPDATE enrollment SET decided = FALSE WHERE account_id = ` + of("Boris")},
	{"a start that its carrier is not told of", "I13", "is not to be told of", started() + `DELETE FROM carrier_message`},
	{"a carrier told of a start as if it were an end", "I13", "never decided", started() + `UPDATE carrier_message SET event = 'cancel'`},
	{"a confirmation of what was never decided", "I13", "never decided", `
		INSERT INTO carrier_message (account_id, decision_id, enrollment_id, event, coverage_month, owed_at, told_on, outcome, answered_on, reason)
		SELECT account_id, ` + row + `, enrollment_id, 'end', '2026-12', created_at, '2026-11-20', 'confirmed', '2026-11-20', '' FROM enrollment WHERE account_id = ` + of("Boris") + `;
		INSERT INTO carrier_answer (account_id, enrollment_id, source, reference, event, coverage_month, outcome, reason, answered_on, aside, recorded_at)
		SELECT account_id, enrollment_id, 'x', '1', 'end', '2026-12', 'confirmed', '', '2026-11-20', '', created_at FROM enrollment WHERE account_id = ` + of("Boris")},
	{"a confirmation that no carrier gave", "I13", "no answer says so", started() + `UPDATE carrier_message SET told_on = '2026-11-20', outcome = 'confirmed', answered_on = '2026-11-21'`},
	{"a message about no enrollment", "I13 orphans", "names a row of enrollment", started() + `UPDATE carrier_message SET enrollment_id = ` + row},
	{"an answer about no enrollment", "orphans", "names a row of enrollment", `
		INSERT INTO carrier_answer (account_id, enrollment_id, source, reference, event, coverage_month, outcome, reason, answered_on, aside, recorded_at)
		SELECT account_id, ` + row + `, 'x', '1', 'end', '2026-12', 'confirmed', '', '2026-11-20', 'undecided', created_at FROM account WHERE account_id = ` + of("Boris")},
	{"a charge taken back for no reason", "I13", "taken back without a reason", `UPDATE entry SET reason = '' WHERE kind = 'charge_reversal'`},

	{"a debit whose words are gone", "I14", "nobody has agreed to", `DELETE FROM mandate_authorization`},
	{"a debit agreed to after it was taken", "I14", "nobody has agreed to", `UPDATE mandate_authorization SET authorized_at = '2036-01-01T00:00:00.000000Z'`},
	{"a debit once, that nobody agreed to", "I14", "nobody has agreed to", `UPDATE ach_entry SET mandate_id = NULL`},
	{"a debit on another's mandate", "I14", "nobody has agreed to", `UPDATE ach_entry SET mandate_id = ` + row},
	{"a debit on a mandate that was over", "I14", "was not live", `UPDATE mandate_event SET state = 'stopped'`},
	{"a debit on a mandate that never was", "I14", "was not live", `DELETE FROM mandate_event`},
	{"a debit filed although disputed", "I14", "after its mandate was disputed", `INSERT INTO mandate_event (account_id, event_id, mandate_id, state, reason, state_on, actor, recorded_at)
		SELECT account_id, ` + row + `, mandate_id, 'disputed', 'unauthorized', state_on, actor, '2026-01-01T00:00:00.000000Z' FROM mandate_event`},
	{"a debit of an account that waits for its member", "I14", "waited for its member's word", `INSERT INTO micro_verification
		(account_id, verification_id, bank_account_id, number_idx, state, reason, code, tries, first_entry_id, second_entry_id, debit_entry_id, started_on, arrives_on, started_at)
		SELECT account_id, ` + row + `, bank_account_id, number_idx, 'waiting', '', '', 0, ` + anyEntry + `, ` + anyEntry + `, ` + anyEntry + `, '2026-11-19', '2026-11-20', '2026-11-19T00:00:00.000000Z'
		FROM bank_account b WHERE EXISTS (SELECT 1 FROM mandate m WHERE m.account_id = b.account_id AND m.bank_account_id = b.bank_account_id)`},
	{"micro-entries that are gone", "orphans", "names a row of ach_entry", `INSERT INTO micro_verification
		(account_id, verification_id, bank_account_id, number_idx, state, reason, code, tries, first_entry_id, second_entry_id, debit_entry_id, started_on, arrives_on, started_at)
		SELECT account_id, ` + row + `, bank_account_id, number_idx, 'waiting', '', '', 0, ` + row + `, ` + row + `, ` + row + `, '2036-11-19', '2036-11-20', '2036-11-19T00:00:00.000000Z'
		FROM bank_account`},
	{"a debit of another amount, told too late", "I14", "without a notice in time", `UPDATE draft SET noticed_on = debit_on`},
	{"a debit of another amount, never told", "I14", "without a notice in time", `UPDATE draft SET noticed_on = NULL`},
	{"a draft of another amount than its payment", "I14", "not of one amount and day", `UPDATE draft SET amount_cents = amount_cents - 1`},
	{"a payment that counts on another day than the member's", "I14", "not of one amount and day", `UPDATE draft SET debit_on = '2026-11-19', notice_by = '2026-11-09'`},
	{"a payment by AutoPay that nobody planned", "I14", "without a draft", `UPDATE payment SET channel = 'autopay' WHERE account_id = ` + of("Boris")},
	{"a retry for less", "I14", "for another amount", `UPDATE draft SET attempt = 1, amount_cents = 5300`},
	{"a draft of no mandate", "I14 orphans", "names a row of mandate", `UPDATE draft SET mandate_id = ` + row},
	{"a mandate on no bank account", "orphans", "names a row of bank_account", `UPDATE mandate SET bank_account_id = ` + row},
	{"a saved bank account that is gone", "orphans", "names a row of bank_account", `UPDATE saved_bank_account SET bank_account_id = ` + row},

	{"a transfer of no entry", "orphans", "names a row of entry", transfer("Ana", "suspense", "''", "fee.income", "''", 5) + `UPDATE transfer SET entry_id = ` + row + ` WHERE seq >= 90`},
	{"a transfer of no account", "orphans", "names a row of entry", transfer("Ana", "suspense", "''", "fee.income", "''", 5) +
		`UPDATE transfer SET account_id = ` + row + ` WHERE seq >= 90`},
	{"an application of no entry", "orphans", "names a row of entry", `UPDATE application SET entry_id = ` + row + ` WHERE account_id = ` + of("Boris")},
	{"an application of no charge", "I2 I5 I7 orphans", "names a row of charge", `UPDATE application SET charge_id = ` + row + ` WHERE account_id = ` + of("Boris")},
	{"a waived part of no charge", "I2 I5 I7 orphans", "names a row of charge", `UPDATE waived SET charge_id = ` + row + ` WHERE account_id = ` + of("Gail")},
	{"a waived part of no entry", "orphans", "names a row of entry", `UPDATE waived SET entry_id = ` + row + ` WHERE account_id = ` + of("Gail")},
	{"an entry of no waived part", "orphans", "names a row of waived", `UPDATE entry SET source_id = 'gone' WHERE kind = 'waiver_undone'`},
	{"a decision on no waiver", "orphans", "names a row of waiver", `UPDATE waiver_decision SET waiver_id = ` + row + ` WHERE account_id = ` + of("Gail")},
	{"a decision on a waiver of no enrollment", "orphans", "names a row of enrollment", `UPDATE waiver_decision SET enrollment_id = ` + row + ` WHERE account_id = ` + of("Gail")},
	{"a waiver of no enrollment", "I2 orphans", "names a row of enrollment", `UPDATE waiver SET enrollment_id = ` + row + ` WHERE account_id = ` + of("Gail")},
	{"a charge of no entry", "orphans", "names a row of entry", `UPDATE charge SET entry_id = ` + row + ` WHERE account_id = ` + of("Boris")},
	{"a free charge of no enrollment", "orphans", "names a row of enrollment", `UPDATE charge SET enrollment_id = ` + row + ` WHERE account_id = ` + of("Eve")},
	{"an entry of no charge", "orphans", "names a row of charge", `UPDATE entry SET source_id = 'gone' WHERE kind = 'charge' AND account_id = ` + of("Boris")},
	{"an entry that reverses none", "orphans", "names a row of entry", `UPDATE entry SET reverses_id = ` + row + ` WHERE kind = 'charge_reversal'`},
	{"an item of no payment", "orphans", "names a row of payment", `UPDATE clearing_item SET payment_id = ` + row + ` WHERE account_id = ` + of("Boris")},
	{"a bill of no account", "I8 orphans", "names a row of account", `UPDATE bill SET account_id = ` + row + ` WHERE account_id = ` + of("Eve")},
	{"a decision on no enrollment", "orphans", "names a row of enrollment", `
		INSERT INTO decision (account_id, decision_id, enrollment_id, kind, coverage_month, decided_on, effective_on, rule, evidence, actor, recorded_at)
		SELECT account_id, ` + row + `, ` + row + `, 'propose_end', '2026-12', issued_on, issued_on, 'R-DUE-2', 'unpaid', 'x', issued_at FROM bill ORDER BY bill_no LIMIT 1`},
}

// decision is one on Boris's coverage, with rule, evidence and actor.
func decision(why string) string {
	return `UPDATE enrollment SET decided = TRUE WHERE account_id = ` + of("Boris") + `;
		INSERT INTO decision (account_id, decision_id, enrollment_id, kind, coverage_month, decided_on, effective_on, rule, evidence, actor, recorded_at)
		SELECT e.account_id, ` + row + `, e.enrollment_id, 'propose_end', '2026-12', '2026-11-20', '2026-12-31', ` + why + `, e.created_at
		FROM enrollment e WHERE e.account_id = ` + of("Boris")
}

// started is a start of Boris's coverage that his carrier is to be told of, as
// it should be.
func started() string {
	return strings.Replace(decision("'R-BIND-1', 'paid', 'system'"), "'propose_end'", "'effectuate'", 1) + `;
		INSERT INTO carrier_message (account_id, decision_id, enrollment_id, event, coverage_month, owed_at, outcome, reason)
		SELECT account_id, decision_id, enrollment_id, 'start', coverage_month, recorded_at, '', '' FROM decision WHERE decision_id = ` + row + `;`
}

func TestStartedIsHealthy(t *testing.T) {
	t.Parallel()
	healthyBooks.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		storetest.Sabotage(t, db, started())
		if report := verify(t, db); !report.Clean {
			t.Fatalf("got\n%s", report)
		}
	})
}

func TestEveryBrokenInvariantIsReported(t *testing.T) {
	t.Parallel()
	// Each proof speaks on both engines; further ways to break it are shown on
	// SQLite only, where a database costs milliseconds.
	shown := map[string]bool{}
	for _, s := range sabotages {
		engines := healthyBooks.Each
		if shown[s.problem] {
			engines = healthyBooks.SQLite
		}
		shown[s.problem] = true
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			engines(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
				storetest.Sabotage(t, db, s.sql)
				report := verify(t, db)
				if got := strings.Join(report.Broken(), " "); got != s.want || report.Clean {
					t.Fatalf("got %q, want %q broken:\n%s", got, s.want, report)
				}
				text := report.String()
				if !strings.Contains(text, s.problem) {
					t.Errorf("the report does not say %q:\n%s", s.problem, text)
				}
				words := anyUUID.ReplaceAllString(text, "") // a random key may hold any digits
				for _, personal := range []string{"Ana", "Boris", "Chen", "Dora", "Eve", "Finn", "Gail", "Hugo", "Ines", "Jonas", "Karl", "Testperson", "1980", "02199"} {
					if strings.Contains(words, personal) {
						t.Errorf("the report names %q:\n%s", personal, text)
					}
				}
			})
		})
	}
}

var anyUUID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// Every invariant of the report is broken by some row above, and none else.
func TestSabotagesCoverEveryInvariant(t *testing.T) {
	t.Parallel()
	alone := map[string]bool{}
	for _, s := range sabotages {
		alone[s.want] = true
	}
	for _, i := range verify(t, storetest.OpenSQLite(t, virtual.Standing(storetest.Noon))).Invariants {
		if !alone[i.ID] {
			t.Errorf("no row breaks %s alone", i.ID)
		}
	}
}

func TestReportIsBoundedAndNamesAmounts(t *testing.T) {
	t.Parallel()
	healthyBooks.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		var harm strings.Builder
		for i := range 25 {
			harm.WriteString(entryCopy(fmt.Sprintf("id'01930000-0000-7000-8000-0000000000%02d'", i)))
		}
		harm.WriteString(transfer("Chen", "suspense", "''", "credit.member", "''", 1))
		storetest.Sabotage(t, db, harm.String())
		report := verify(t, db)
		entries, credit := report.Invariants[0], report.Invariants[2]
		if entries.ID != "I1" || entries.Broken != 25 || len(entries.Violations) != 20 {
			t.Errorf("got %s with %d violations, %d shown; want I1 with 25, 20 shown", entries.ID, entries.Broken, len(entries.Violations))
		}
		if !strings.Contains(report.String(), "and 5 more") || !strings.Contains(report.String(), "Broken: I1, I3.") {
			t.Errorf("got\n%s", report)
		}
		if len(credit.Violations) != 1 || credit.Violations[0].Expected != "70.01" || credit.Violations[0].Found != "70.00" {
			t.Errorf("got %+v, want 70.01 expected and 70.00 found", credit)
		}
		text, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		var back verifying.Report
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(report.Invariants, back.Invariants); diff != "" || back.Clean || !strings.HasPrefix(string(text), `{"at":"2026-11-20T19:00:00`) {
			t.Errorf("JSON %s\n(-want +got):\n%s", text, diff)
		}
	})
}
