package store

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
)

// householdBatch is how many households one statement reads: a list of this
// length is part of its text, and a shorter one repeats its last item.
const householdBatch = 40

var (
	qAccountsOf = stmt("accounts_of", `
		SELECT a.account_id, a.kind, a.subscriber_id, a.first_name, a.last_name, a.birth_date_idx, a.zip, a.language, a.email, a.created_at,
			COALESCE((SELECT MIN(n.alias) FROM account_alias n WHERE n.account_id = a.account_id AND n.kind = 'billing_number'), '')
		FROM account a WHERE a.subscriber_id IN `+placeholders(householdBatch))
	qMembersOf = stmt("members_of", `
		SELECT account_id, member_id, first_name, last_name, relation, birth_date_enc
		FROM member WHERE account_id IN `+placeholders(householdBatch)+` ORDER BY account_id, member_id`)
	qEnrollmentsOf = stmt("enrollments_of", `
		SELECT account_id, enrollment_id, reference, plan_id, carrier_id, kind, renewal, first_month, last_month, version, created_at, window_ends_on
		FROM enrollment WHERE account_id IN `+placeholders(householdBatch)+` ORDER BY account_id, enrollment_id`)
	qSegmentsOf = stmt("segments_of", `
		SELECT s.account_id, s.enrollment_id, s.from_month, s.to_month, s.gross_cents, s.aptc_cents, s.state_cents, s.member_cents
		FROM premium_segment s
		JOIN enrollment e ON e.account_id = s.account_id AND e.enrollment_id = s.enrollment_id AND e.version = s.version
		WHERE s.account_id IN `+placeholders(householdBatch)+` ORDER BY s.account_id, s.enrollment_id, s.from_month`)
	qCoveredOf = stmt("covered_of", `
		SELECT account_id, enrollment_id, member_id FROM enrollment_member
		WHERE account_id IN `+placeholders(householdBatch)+` ORDER BY account_id, enrollment_id, member_id`)
	qDecisionsOf = stmt("decisions_of", `
		SELECT account_id, enrollment_id, kind, coverage_month, decided_on FROM decision
		WHERE account_id IN `+placeholders(householdBatch)+` ORDER BY account_id, decision_id`)
	qAliasOwners = stmt("alias_owners", `
		SELECT alias, account_id FROM account_alias WHERE alias IN `+placeholders(householdBatch))
	qAddressesOf = stmt("addresses_of", `
		SELECT account_id, lines_enc FROM mailing_address WHERE account_id IN `+placeholders(householdBatch))
	qPhonesOf = stmt("phones_of", `
		SELECT account_id, number_enc FROM account_phone WHERE account_id IN `+placeholders(householdBatch))
	qUncover = stmt("uncover", `
		DELETE FROM enrollment_member WHERE account_id = $1 AND enrollment_id = $2 AND member_id = $3`)
	qTakeBillingNumbers = stmt("take_billing_numbers", `
		INSERT INTO counter (name, n) VALUES ('billing_number', $1)
		ON CONFLICT (name) DO UPDATE SET n = counter.n + $2 RETURNING n`)
	qEnrollmentOwner = stmt("enrollment_owner", `SELECT account_id FROM enrollment WHERE reference = $1`)

	accountColumns = []string{
		"account_id", "kind", "subscriber_id", "first_name", "last_name", "birth_date_enc", "birth_date_idx", "zip", "language", "email", "created_at",
	}
	addressColumns    = []string{"account_id", "lines_enc"}
	phoneColumns      = []string{"account_id", "number_enc"}
	aliasColumns      = []string{"alias", "kind", "account_id"}
	memberColumns     = []string{"account_id", "member_id", "first_name", "last_name", "birth_date_enc", "birth_date_idx", "relation"}
	enrollmentColumns = []string{
		"account_id", "enrollment_id", "reference", "plan_id", "carrier_id", "kind", "renewal", "first_month", "last_month", "version", "created_at", "window_ends_on",
	}
	coveredColumns = []string{"account_id", "enrollment_id", "member_id"}
	segmentColumns = []string{
		"account_id", "enrollment_id", "version", "from_month", "to_month", "gross_cents", "aptc_cents", "state_cents", "member_cents",
	}
	auditColumns = []string{"account_id", "audit_id", "operation", "actor", "subject", "summary", "reason", "recorded_at"}
)

// placeholders gives "($1, $2, …, $n)".
func placeholders(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("$%d", i+1)
	}
	return "(" + strings.Join(names, ", ") + ")"
}

// eachOf runs a statement over a list of any length, householdBatch at a time.
func eachOf[T any](tx *ReadTx, s *Stmt, list []T, row func(scan func(...any) error) error) error {
	for chunk := range slices.Chunk(list, householdBatch) {
		args := make([]any, householdBatch)
		for i := range args {
			args[i] = chunk[min(i, len(chunk)-1)]
		}
		if err := each(tx, s, row, args...); err != nil {
			return err
		}
	}
	return nil
}

// Household is what the books say of an account's people and enrollments.
type Household struct {
	Account     AccountRow
	Members     []enrollment.Member
	Enrollments []*EnrollmentRow // with their segments
	Covered     map[enrollment.ID][]enrollment.MemberID
	Decisions   []Decision
}

// Households reads households by Subscriber ID; unknown ones are left out.
func (tx *ReadTx) Households(subscribers []ident.SubscriberID) (map[ident.SubscriberID]*Household, error) {
	all := map[ident.SubscriberID]*Household{}
	byID := map[enrollment.AccountID]*Household{}
	var ids []enrollment.AccountID
	texts := make([]string, len(subscribers))
	for i, s := range subscribers {
		texts[i] = string(s)
	}
	err := eachOf(tx, qAccountsOf, texts, func(scan func(...any) error) error {
		a, err := scanAccount(scan)
		if err != nil || byID[a.ID] != nil {
			return err
		}
		h := &Household{Account: a, Covered: map[enrollment.ID][]enrollment.MemberID{}}
		all[a.SubscriberID], byID[a.ID], ids = h, h, append(ids, a.ID)
		return nil
	})
	for _, load := range []func(*ReadTx, []enrollment.AccountID, map[enrollment.AccountID]*Household) error{
		loadAddresses, loadPhones, loadMembers, loadEnrollments, loadSegments, loadCovered, loadDecisions,
	} {
		if err == nil {
			err = load(tx, ids, byID)
		}
	}
	return all, err
}

func loadAddresses(tx *ReadTx, ids []enrollment.AccountID, byID map[enrollment.AccountID]*Household) error {
	return eachOf(tx, qAddressesOf, ids, func(scan func(...any) error) error {
		var id enrollment.AccountID
		var sealed []byte
		err := scan(&id, &sealed)
		if err == nil {
			byID[id].Account.Address, err = tx.unsealAddress(id, sealed)
		}
		return err
	})
}

func loadPhones(tx *ReadTx, ids []enrollment.AccountID, byID map[enrollment.AccountID]*Household) error {
	return eachOf(tx, qPhonesOf, ids, func(scan func(...any) error) error {
		var id enrollment.AccountID
		var sealed []byte
		err := scan(&id, &sealed)
		if err == nil {
			byID[id].Account.Phone, err = tx.unsealPhone(id, sealed)
		}
		return err
	})
}

func loadMembers(tx *ReadTx, ids []enrollment.AccountID, byID map[enrollment.AccountID]*Household) error {
	return eachOf(tx, qMembersOf, ids, func(scan func(...any) error) error {
		var m enrollment.Member
		var sealed []byte
		if err := scan(&m.AccountID, &m.ID, &m.FirstName, &m.LastName, &m.Relation, &sealed); err != nil {
			return err
		}
		text, err := tx.db.vault.Unseal("member.birth_date", m.ID.String(), sealed)
		if err != nil {
			return err
		}
		m.BirthDate, err = civil.ParseDate(text)
		h := byID[m.AccountID]
		h.Members = append(h.Members, m)
		return err
	})
}

func loadEnrollments(tx *ReadTx, ids []enrollment.AccountID, byID map[enrollment.AccountID]*Household) error {
	return eachOf(tx, qEnrollmentsOf, ids, func(scan func(...any) error) error {
		e, err := scanEnrollment(scan)
		if err != nil {
			return err
		}
		h := byID[e.AccountID]
		h.Enrollments = append(h.Enrollments, e)
		return nil
	})
}

func loadSegments(tx *ReadTx, ids []enrollment.AccountID, byID map[enrollment.AccountID]*Household) error {
	return eachOf(tx, qSegmentsOf, ids, func(scan func(...any) error) error {
		account, id, segment, err := scanSegment(scan)
		if err != nil {
			return err
		}
		for _, e := range byID[account].Enrollments {
			if e.ID == id {
				e.Segments = append(e.Segments, segment)
			}
		}
		return nil
	})
}

func loadCovered(tx *ReadTx, ids []enrollment.AccountID, byID map[enrollment.AccountID]*Household) error {
	return eachOf(tx, qCoveredOf, ids, func(scan func(...any) error) error {
		var c Covered
		if err := scan(&c.AccountID, &c.EnrollmentID, &c.MemberID); err != nil {
			return err
		}
		h := byID[c.AccountID]
		h.Covered[c.EnrollmentID] = append(h.Covered[c.EnrollmentID], c.MemberID)
		return nil
	})
}

func loadDecisions(tx *ReadTx, ids []enrollment.AccountID, byID map[enrollment.AccountID]*Household) error {
	return eachOf(tx, qDecisionsOf, ids, func(scan func(...any) error) error {
		var account enrollment.AccountID
		var d Decision
		err := scan(&account, &d.EnrollmentID, &d.Kind, &d.Month, &d.On)
		h := byID[account]
		h.Decisions = append(h.Decisions, d)
		return err
	})
}

// AliasOwners tells to which accounts billing numbers and enrollment
// references belong; unknown ones are left out.
func (tx *ReadTx) AliasOwners(aliases []string) (map[string]enrollment.AccountID, error) {
	owners := map[string]enrollment.AccountID{}
	err := eachOf(tx, qAliasOwners, aliases, func(scan func(...any) error) error {
		var alias string
		var id enrollment.AccountID
		err := scan(&alias, &id)
		owners[alias] = id
		return err
	})
	return owners, err
}

// EnrollmentOwner finds the account of an enrollment reference, or
// fault.NotFound.
func (tx *ReadTx) EnrollmentOwner(reference string) (enrollment.AccountID, error) {
	return one(tx, qEnrollmentOwner, scalar[enrollment.AccountID], reference)
}

// Billing numbers that are given here rather than by the eligibility system
// come from the upper half of the range (MA-ID-2: nine digits, the first a 7).
const firstBillingNumber, lastBillingNumber = 750_000_000, 799_999_999

// TakeBillingNumbers takes n billing numbers that were not taken before. One
// of them may still be known from a file: see AliasOwners.
func (tx *Tx) TakeBillingNumbers(n int) ([]string, error) {
	if n == 0 {
		return nil, nil
	}
	last, err := one(tx.ReadTx, qTakeBillingNumbers, scalar[int64], int64(firstBillingNumber+n-1), int64(n))
	if err != nil {
		return nil, err
	}
	if last > lastBillingNumber {
		return nil, fault.New(fault.Internal, "store.billing_numbers", "all billing numbers are taken")
	}
	numbers := make([]string, n)
	for i := range numbers {
		numbers[i] = fmt.Sprint(last - int64(n-1-i))
	}
	return numbers, nil
}

// Covered says that an enrollment covers a person.
type Covered struct {
	AccountID    enrollment.AccountID
	EnrollmentID enrollment.ID
	MemberID     enrollment.MemberID
}

// HouseholdChanges is what many households' news come to. New rows are written
// in bulk, changes of old ones one by one.
type HouseholdChanges struct {
	NewAccounts     []enrollment.Account
	ChangedAccounts []enrollment.Account
	NewMembers      []enrollment.Member
	NewEnrollments  []enrollment.Enrollment
	Revised         []EnrollmentRow // with the version that they get
	Covered         []Covered
	Uncovered       []Covered
	FirstBills      []enrollment.AccountID
	Audits          []AuditEvent
}

// WriteHouseholds writes changes. otherwise is the error if somebody else
// revised an enrollment meanwhile.
func (tx *Tx) WriteHouseholds(c *HouseholdChanges, otherwise error) error {
	for _, a := range c.ChangedAccounts {
		if err := tx.UpdateAccount(a); err != nil {
			return err
		}
	}
	for i := range c.Revised {
		tx.ReviseEnrollment(&c.Revised[i].Enrollment, c.Revised[i].Version, otherwise)
		// Months charged before may cost something else now, or not be covered.
		tx.ReviewOn(c.Revised[i].AccountID, tx.now.DateIn(time.UTC), ReviewStanding)
	}
	for _, u := range c.Uncovered {
		tx.queue(qUncover, u.AccountID, u.EnrollmentID, u.MemberID)
	}
	for _, id := range c.FirstBills {
		tx.WantFirstBill(id)
	}
	return tx.insertHouseholds(c)
}

func (tx *Tx) insertHouseholds(c *HouseholdChanges) error {
	accounts, aliases, err := tx.accountRows(c.NewAccounts)
	if err != nil {
		return err
	}
	members, err := tx.memberRows(c.NewMembers)
	if err != nil {
		return err
	}
	addresses, err := tx.addressRows(c.NewAccounts)
	if err != nil {
		return err
	}
	phones, err := tx.phoneRows(c.NewAccounts)
	if err != nil {
		return err
	}
	var enrollments, segments, covered, audits [][]any
	for _, e := range c.NewEnrollments {
		enrollments = append(enrollments, []any{e.AccountID, e.ID, e.Reference, e.PlanID, e.CarrierID, string(e.Kind), e.Renewal, e.First, e.Last, int64(1), e.CreatedAt, e.WindowEndsOn})
		aliases = append(aliases, []any{e.Reference, aliasReference, e.AccountID})
		for _, s := range e.Segments {
			segments = append(segments, []any{e.AccountID, e.ID, int64(1), s.From, s.To, s.Premium.Gross, s.Premium.APTC, s.Premium.State, s.Premium.Member})
		}
	}
	for _, l := range c.Covered {
		covered = append(covered, []any{l.AccountID, l.EnrollmentID, l.MemberID})
	}
	for _, a := range c.Audits {
		audits = append(audits, []any{a.AccountID, tx.NewID(), a.Operation, a.Actor, a.Subject, a.Summary, a.Reason, tx.now})
	}
	for _, t := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"account", accountColumns, accounts},
		{"account_alias", aliasColumns, aliases},
		{"mailing_address", addressColumns, addresses},
		{"account_phone", phoneColumns, phones},
		{"member", memberColumns, members},
		{"enrollment", enrollmentColumns, enrollments},
		{"premium_segment", segmentColumns, segments},
		{"enrollment_member", coveredColumns, covered},
		{"audit", auditColumns, audits},
	} {
		if err := tx.bulk(t.table, t.columns, t.rows); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) accountRows(all []enrollment.Account) (accounts, aliases [][]any, err error) {
	for _, a := range all {
		sealed, index, err := tx.sealBirthDate("account", a.ID.String(), a.BirthDate)
		if err != nil {
			return nil, nil, err
		}
		accounts = append(accounts, []any{a.ID, string(a.Kind), string(a.SubscriberID), a.FirstName, a.LastName, sealed, index, a.ZIP, a.Language, a.Email, a.CreatedAt})
		aliases = append(aliases, []any{a.BillingNumber, aliasBillingNumber, a.ID})
	}
	return accounts, aliases, nil
}

func (tx *Tx) memberRows(all []enrollment.Member) ([][]any, error) {
	var members [][]any
	for _, m := range all {
		sealed, index, err := tx.sealBirthDate("member", m.ID.String(), m.BirthDate)
		if err != nil {
			return nil, err
		}
		members = append(members, []any{m.AccountID, m.ID, m.FirstName, m.LastName, sealed, index, string(m.Relation)})
	}
	return members, nil
}

func (tx *Tx) addressRows(all []enrollment.Account) (rows [][]any, err error) {
	for _, a := range all {
		if a.Address == "" {
			continue
		}
		sealed, err := tx.sealAddress(a.ID, a.Address)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []any{a.ID, sealed})
	}
	return rows, nil
}

func (tx *Tx) phoneRows(all []enrollment.Account) (rows [][]any, err error) {
	for _, a := range all {
		if a.Phone == "" {
			continue
		}
		sealed, err := tx.sealPhone(a.ID, a.Phone)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []any{a.ID, sealed})
	}
	return rows, nil
}
