package store

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
)

// Proof arrives at the same number on two roads, for every object of a kind,
// and tells where they differ. Which proofs make up an invariant of the ledger
// is in proofs.go.
type Proof struct {
	Invariant string // "I2", or Orphans
	Object    string // what the numbers are of: "enrollment"
	Problem   string // what it means that they differ
	Money     bool   // the numbers are cents; otherwise they count rows
	Whole     bool   // of the book as a whole, not of a range of accounts
	Summed    bool   // it follows from sums that can be kept, see Writing.Held and Writing.Deposits
	Follows   bool   // it follows from the other proofs of the same accounts
	stmt      proofStmt
	over      []string // the tables of which a row that was written can break it; none: all that it reads
}

// proofStmt is a query over a range of accounts, or over the book as a whole, and
// the same one over some accounts, or over some files to the bank. Of the book as
// a whole there may be no such one.
type proofStmt struct {
	all, some *Stmt
	count     *Stmt // how many objects a proof has in a range, or the book, and how many differ
	fresh     bool  // the one over some takes a key since which rows are fresh
}

// Difference is an object whose two numbers differ. Account is zero when the
// object belongs to none.
type Difference struct {
	Account         enrollment.AccountID
	Object          string
	Expected, Found int64
}

// Range is a stretch of the space of account keys. Ranges leave no key out, so
// that rows of an account that does not exist are looked at as well.
type Range struct {
	after, through key
	first, last    enrollment.AccountID // the accounts in it; zero if there are none
}

// key is a place in the order of identifiers. Unlike an identifier, of which
// the lowest is none and kept as NULL, it is always kept as it is.
type key ident.UUID

var (
	lowestKey  = key{}
	highestKey = key{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
)

// Ranges visits all account keys in stretches of at most size accounts, which
// bounds what a proof holds in memory.
func (tx *ReadTx) Ranges(size int, visit func(Range) error) error {
	r := Range{through: lowestKey}
	for r.through != highestKey {
		ids, err := tx.AccountsAfter(r.last, size)
		if err != nil {
			return err
		}
		r.after, r.through = r.through, highestKey
		r.first, r.last = enrollment.AccountID{}, enrollment.AccountID{}
		if len(ids) > 0 {
			r.first, r.last = ids[0], ids[len(ids)-1]
		}
		if len(ids) == size {
			r.through = key(r.last.UUID)
		}
		if err := visit(r); err != nil {
			return err
		}
	}
	return nil
}

// Prove hands on the objects of a range whose numbers differ, in order, and
// tells how many objects there are. A proof of the whole book takes no notice
// of the range. It counts first, and what it counts it need not keep: a second
// look at those that differ is seldom needed.
func (tx *ReadTx) Prove(p Proof, r Range, differ func(Difference)) (checked int64, err error) {
	args := []any{r.after, r.through}
	if p.Whole {
		args = nil
	}
	var broken int64
	err = each(tx, p.stmt.count, func(scan func(...any) error) error { return scan(&checked, &broken) }, args...)
	if err != nil || broken == 0 {
		return checked, err
	}
	return checked, tx.prove(p.stmt.all, args, differ)
}

func (tx *ReadTx) prove(stmt *Stmt, args []any, differ func(Difference)) error {
	return each(tx, stmt, func(scan func(...any) error) error {
		var d Difference
		err := scan(&d.Account, &d.Object, &d.Expected, &d.Found)
		if err == nil {
			differ(d)
		}
		return err
	}, args...)
}

// comparing gives a proof of what a text calls compared: the objects that differ,
// and of all or a range how many there are and how many of them differ. Of some
// accounts nobody counts them: it takes as long as the proof itself.
func comparing(name, compared, object string) proofStmt {
	s := overSome(name, compared+` SELECT account_id, `+object+`, expected, found FROM compared WHERE expected <> found ORDER BY 1, 2`)
	s.count = stmt(name+"_count", ofAll(compared+`
		SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN expected <> found THEN 1 ELSE 0 END), 0) AS BIGINT) FROM compared`))
	return s
}

// identified is a part of a proof whose object is an identifier.
var identified = regexp.MustCompile(`^(\s*SELECT [a-zA-Z_.]+, )id_text\(([a-z_.]+)\),`)

// identifiers gives parts that name their objects by identifiers as they are, and
// what gives the text of one. They are grouped and compared as sixteen bytes; text
// is made of those that differ only.
func identifiers(parts []string) (same []string, object string) {
	for _, part := range parts {
		if !identified.MatchString(part) {
			return parts, "object"
		}
	}
	same = make([]string, len(parts))
	for i, part := range parts {
		same[i] = identified.ReplaceAllString(part, "$1$2,")
	}
	return same, "id_text(object)"
}

// proveRows proves row by row: rows gives account_id, object, expected, found.
func proveRows(name string, rows ...string) proofStmt {
	rows, object := identifiers(rows)
	return comparing(name, `WITH compared (account_id, object, expected, found) AS (`+strings.Join(rows, " UNION ALL ")+`)`, object)
}

// proveSums proves sums: parts give account_id, object, expected, found, and
// are added up per object.
func proveSums(name string, parts ...string) proofStmt {
	for i := range parts {
		parts[i] = freshMark.ReplaceAllString(parts[i], "TRUE") // what is not added up cent by cent since must be whole
	}
	return proveAdded(name, parts...)
}

// proveAdded is proveSums of rows that nobody can change: sums that were equal
// stay so when the rows that came since are.
func proveAdded(name string, parts ...string) proofStmt {
	parts, object := identifiers(parts)
	return comparing(name, `WITH part (account_id, object, expected, found) AS (`+strings.Join(parts, " UNION ALL ")+`),
		compared AS (
			SELECT account_id, object, CAST(SUM(expected) AS BIGINT) AS expected, CAST(SUM(found) AS BIGINT) AS found
			FROM part GROUP BY account_id, object)`, object)
}

// inRange is the condition that a row of a table lies in the range, or is of one
// of some accounts.
func inRange(alias string) string { return "in_range(" + alias + ".account_id)" }

// inFiles is the condition that a row is of one of some files to the bank. To
// the proof of the whole book it is none.
func inFiles(alias string) string { return "in_files(" + alias + ".file_id)" }

// SomeTogether is how many accounts that lie far apart, or files, are looked at
// together at most: their number is part of the statements.
const SomeTogether = 50

// fresh is the condition that a row was made since a key was, for rows that are
// proved once and that nobody can change. To a proof of the whole book, or of a
// range, it is none.
func fresh(key string) string { return "fresh(" + key + ")" }

var (
	filesMark = regexp.MustCompile(`in_files\(([a-z_.]+)\)`)
	freshMark = regexp.MustCompile(`fresh\(([a-z_.]+)\)`)
)

// overSome gives the two texts of a query.
func overSome(name, sql string) proofStmt {
	s := proofStmt{all: stmt(name, ofAll(sql)), fresh: freshMark.MatchString(sql)}
	if rangeMark.MatchString(sql) || filesMark.MatchString(sql) {
		list := "$1 IN " + strings.ReplaceAll(placeholders(SomeTogether), "$", "$$")
		some := filesMark.ReplaceAllString(rangeMark.ReplaceAllString(sql, list), list)
		s.some = stmt(name+"_some", freshMark.ReplaceAllString(some, fmt.Sprintf("$1 >= $$%d", SomeTogether+1)))
	}
	return s
}

// ofAll gives the text of a query over a range of accounts, or over the book as a
// whole.
func ofAll(sql string) string {
	sql = rangeMark.ReplaceAllString(sql, "$1 > $$1 AND $1 <= $$2")
	return freshMark.ReplaceAllString(filesMark.ReplaceAllString(sql, "TRUE"), "TRUE")
}

const sealedColumns = `b.account_id, b.bill_id, b.bill_no, b.kind, b.coverage_month, b.revision, b.issued_on, b.due_on, b.total_cents, b.document`

var (
	qAppliedIn = overAccounts("applied_in", `
		SELECT account_id, charge_id, CASE kind WHEN 'apply' THEN amount_cents ELSE -amount_cents END
		FROM application WHERE in_range(account_id)`)
	qBillsIn = stmt("bills_in", `
		SELECT `+sealedColumns+` FROM bill b WHERE b.account_id > $1 AND b.account_id <= $2 ORDER BY b.account_id, b.bill_id`)
	qBillsAfter = stmt("bills_after", `SELECT `+sealedColumns+` FROM bill b WHERE b.bill_no > $1 ORDER BY b.bill_no`)
	qNewestBill = stmt("newest_bill", `SELECT COALESCE(MAX(bill_no), '') FROM bill`)
)

// PaidFacts gives what the books say of the accounts of a range, and beside it
// what applications and waivers alone have settled of each charge.
func (tx *ReadTx) PaidFacts(r Range) ([]*Facts, map[bill.ChargeID]money.Amount, error) {
	if r.first.IsZero() {
		return nil, nil, nil
	}
	return tx.paidFacts(accountsIn{first: r.first, last: r.last})
}

func (tx *ReadTx) paidFacts(in accountsIn) ([]*Facts, map[bill.ChargeID]money.Amount, error) {
	settled := map[bill.ChargeID]money.Amount{}
	var account enrollment.AccountID
	var charge bill.ChargeID
	var part money.Amount
	add := func(scan func(...any) error) error {
		err := scan(&account, &charge, &part)
		settled[charge] = settled[charge].Add(part)
		return err
	}
	facts, err := tx.facts(in, wantAllCharges, civil.Month{}, in.step(qAppliedIn, add, nil), in.step(qWaivedIn, add, nil))
	return facts, settled, err
}

// SealedBill is a bill twice: Columns holds what the table's columns repeat of
// it, without lines and reasons, and Document is what was sealed; Broken tells
// why it can not be read.
type SealedBill struct {
	Columns  bill.Bill
	Document *bill.Bill
	Broken   error
}

// EachBill hands on every bill of a range.
func (tx *ReadTx) EachBill(r Range, visit func(SealedBill)) error {
	return each(tx, qBillsIn, func(scan func(...any) error) error { return scanSealed(scan, visit) }, r.after, r.through)
}

// EachBillAfter hands on every bill with a number after one.
func (tx *ReadTx) EachBillAfter(number string, visit func(SealedBill)) error {
	return each(tx, qBillsAfter, func(scan func(...any) error) error { return scanSealed(scan, visit) }, number)
}

// NewestBill gives the number of the newest bill, "" if there is none.
func (tx *ReadTx) NewestBill() (string, error) { return one(tx, qNewestBill, scalar[string]) }

func scanSealed(scan func(...any) error, visit func(SealedBill)) error {
	s := SealedBill{Document: &bill.Bill{}}
	c := &s.Columns
	var document string
	if err := scan(&c.AccountID, &c.ID, &c.Number, &c.Kind, &c.Month, &c.Revision, &c.IssuedOn, &c.DueOn, &c.Total, &document); err != nil {
		return err
	}
	s.Broken = json.Unmarshal([]byte(document), s.Document)
	visit(s)
	return nil
}
