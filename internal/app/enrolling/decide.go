package enrolling

import (
	"fmt"
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/internal/store"
)

// problem is why a household, or one enrollment of it, can not be taken.
type problem struct {
	enrollment int // its position in the household, or wholeHousehold
	field      string
	code       string
	message    string // no personal data: reject lists are read by many
}

const wholeHousehold = -1

// decider compares what households say with what the books say, and collects
// the changes that follow. It serves one transaction.
type decider struct {
	tx      *store.Tx
	known   map[ident.SubscriberID]*store.Household
	owners  map[string]enrollment.AccountID // of billing numbers and references
	plans   map[string]store.PlanRow
	numbers []string // billing numbers to give out
	cause   store.AuditEvent
	changes store.HouseholdChanges
}

// newDecider reads what is known of the households and of the numbers that
// they bring.
func newDecider(tx *store.Tx, households []*enrollcsv.Household) (*decider, error) {
	d := &decider{tx: tx, plans: map[string]store.PlanRow{}}
	var subscribers []ident.SubscriberID
	var aliases []string
	for _, h := range households {
		subscribers = append(subscribers, h.Account.SubscriberID)
		if h.Account.BillingNumber != "" {
			aliases = append(aliases, h.Account.BillingNumber)
		}
		for _, e := range h.Enrollments {
			if e.Reference != "" {
				aliases = append(aliases, e.Reference)
			}
		}
	}
	var err error
	if d.known, err = tx.Households(subscribers); err != nil {
		return nil, err
	}
	if d.owners, err = tx.AliasOwners(aliases); err != nil {
		return nil, err
	}
	plans, err := tx.Plans()
	if err != nil {
		return nil, err
	}
	for _, p := range plans {
		d.plans[p.PlanID] = p
	}
	return d, d.takeNumbers(households)
}

// takeNumbers takes a billing number for each new household that brings none,
// leaving out numbers that files have brought.
func (d *decider) takeNumbers(households []*enrollcsv.Household) error {
	brought := map[string]bool{}
	missing := 0
	for _, h := range households {
		brought[h.Account.BillingNumber] = true
		if h.Account.BillingNumber == "" && d.known[h.Account.SubscriberID] == nil {
			missing++
		}
	}
	for missing > len(d.numbers) {
		fresh, err := d.tx.TakeBillingNumbers(missing - len(d.numbers))
		if err != nil {
			return err
		}
		taken, err := d.tx.AliasOwners(fresh)
		if err != nil {
			return err
		}
		for _, n := range fresh {
			if _, ok := taken[n]; !ok && !brought[n] {
				d.numbers = append(d.numbers, n)
			}
		}
	}
	return nil
}

// write stores what household calls have collected.
func (d *decider) write() error { return d.tx.WriteHouseholds(&d.changes, errBusy) }

// household decides about one household. Enrollments that can not be taken are
// named; the others are, unless there is something wrong with all of it.
func (d *decider) household(h *enrollcsv.Household) (Outcome, []problem) {
	known := d.known[h.Account.SubscriberID]
	if problems := d.checkAccount(&h.Account, known); len(problems) > 0 {
		return Outcome{}, problems
	}
	matches, problems := d.match(h, known)
	problems = append(problems, overlaps(h, known, matches, problems)...)
	refused := map[int]bool{}
	for _, p := range problems {
		refused[p.enrollment] = true
	}
	out := Outcome{SubscriberID: h.Account.SubscriberID, Change: ChangeUnchanged}
	if known == nil && len(refused) == len(h.Enrollments) {
		return out, problems
	}
	w := householdWriter{decider: d, file: h, known: known}
	w.account(&out)
	for i := range h.Enrollments {
		if !refused[i] {
			d.keepPlan(&h.Enrollments[i])
			out.Enrollments = append(out.Enrollments, w.enrollment(&h.Enrollments[i], matches[i]))
		}
	}
	w.audit(&out)
	return out, problems
}

// checkAccount refuses to merge two people or two billing accounts silently.
func (d *decider) checkAccount(a *enrollment.Account, known *store.Household) []problem {
	refuse := func(field, code, message string) []problem {
		return []problem{{wholeHousehold, field, code, message}}
	}
	if known != nil {
		switch {
		case known.Account.Kind != a.Kind:
			return refuse("account_kind", "account.kind", fmt.Sprintf("this Subscriber ID is known as %s: an account does not change its kind", known.Account.Kind))
		case !d.tx.BirthDateMatches(known.Account, a.BirthDate):
			return refuse("birth_date", "account.other_person",
				"this Subscriber ID belongs to somebody with another birth date: check both; a person keeps the number for life")
		}
	}
	if owner, ok := d.owners[a.BillingNumber]; ok && (known == nil || owner != known.Account.ID) {
		return refuse("billing_number", "account.billing_number", "this billing number belongs to another account: correct it or leave it empty")
	}
	return nil
}

// match finds for each enrollment of the household the one that it is a new
// statement of; nil for a new one.
func (d *decider) match(h *enrollcsv.Household, known *store.Household) ([]*store.EnrollmentRow, []problem) {
	matches := make([]*store.EnrollmentRow, len(h.Enrollments))
	var problems []problem
	beside := map[string]store.PlanRow{}
	for i := range h.Enrollments {
		e := &h.Enrollments[i]
		p := d.checkPlan(e, beside)
		if p == nil {
			matches[i], p = d.matchOne(e, known, matches)
		}
		if p != nil {
			p.enrollment = i
			problems = append(problems, *p)
		}
	}
	return matches, problems
}

// checkPlan holds the plan against the one that is known by its code, or that
// another enrollment of the household has stated.
func (d *decider) checkPlan(e *enrollcsv.Enrollment, beside map[string]store.PlanRow) *problem {
	plan, ok := d.plans[e.PlanID]
	if !ok {
		plan, ok = beside[e.PlanID]
	}
	switch {
	case ok && plan.CarrierID != e.CarrierID:
		return &problem{field: "carrier_id", code: "plan.carrier", message: fmt.Sprintf("plan %s belongs to carrier %s", e.PlanID, plan.CarrierID)}
	case ok && plan.Kind != e.Kind:
		return &problem{field: "kind", code: "plan.kind", message: fmt.Sprintf("plan %s is a %s plan", e.PlanID, plan.Kind)}
	}
	beside[e.PlanID] = planOf(e)
	return nil
}

// keepPlan adds or renames the plan of an enrollment that is taken.
func (d *decider) keepPlan(e *enrollcsv.Enrollment) {
	if stated := planOf(e); d.plans[e.PlanID] != stated {
		d.tx.PutPlan(stated)
		d.plans[e.PlanID] = stated
	}
}

func planOf(e *enrollcsv.Enrollment) store.PlanRow {
	return store.PlanRow{PlanID: e.PlanID, Name: e.PlanName, Kind: e.Kind, CarrierID: e.CarrierID, CarrierName: e.CarrierName}
}

func (d *decider) matchOne(e *enrollcsv.Enrollment, known *store.Household, taken []*store.EnrollmentRow) (*store.EnrollmentRow, *problem) {
	if e.Reference != "" {
		return d.matchReference(e, known)
	}
	if known == nil {
		return nil, nil
	}
	var apart *store.EnrollmentRow
	for _, old := range known.Enrollments {
		if old.PlanID != e.PlanID || old.First.Year() != e.First.Year() || slices.Contains(taken, old) {
			continue
		}
		if open, ok := openMonths(old.ID, old.First, old.Last, known.Decisions); old.First == e.First || ok && open.overlaps(months{e.First, e.Last}) {
			return old, checkRevision(e, old)
		}
		apart = old
	}
	if apart != nil {
		return nil, &problem{field: "from", code: "enrollment.apart", message: fmt.Sprintf(
			"the account has this plan from %s to %s already: give the new coverage an enrollment_reference of its own", apart.First, apart.Last)}
	}
	return nil, nil
}

func (d *decider) matchReference(e *enrollcsv.Enrollment, known *store.Household) (*store.EnrollmentRow, *problem) {
	owner, ok := d.owners[e.Reference]
	switch {
	case !ok:
		return nil, nil
	case known == nil || owner != known.Account.ID:
		return nil, &problem{field: "enrollment_reference", code: "enrollment.reference", message: "this reference belongs to another account: correct it or leave it empty"}
	}
	for _, old := range known.Enrollments {
		if old.Reference == e.Reference {
			return old, checkRevision(e, old)
		}
	}
	return nil, nil
}

// checkRevision refuses to turn an enrollment into another one.
func checkRevision(e *enrollcsv.Enrollment, old *store.EnrollmentRow) *problem {
	switch {
	case old.PlanID != e.PlanID:
		return &problem{field: "plan_id", code: "enrollment.plan", message: fmt.Sprintf(
			"this enrollment is in plan %s: end it and give the new plan a reference of its own", old.PlanID)}
	case old.First.Year() != e.First.Year():
		return &problem{field: "from", code: "enrollment.year", message: fmt.Sprintf(
			"this enrollment is for %d: each benefit year has an enrollment of its own", old.First.Year())}
	case old.Renewal != e.Renewal:
		return &problem{field: "renewal", code: "enrollment.renewal", message: "whether an enrollment is a renewal can not change once it is stored"}
	}
	return nil
}

// reference makes the number of an enrollment that came without one: its last
// character checks the others (MA-ID-3).
func reference(id enrollment.ID) string {
	raw := id.Raw()
	return "RefID" + string(ident.NewConfirmation(raw[7:]))
}

// sameSegments tells whether a revision says what is known already. A window
// that is left out stays what it was.
func sameSegments(e *enrollcsv.Enrollment, old *store.EnrollmentRow) bool {
	return (e.WindowEndsOn.IsZero() || e.WindowEndsOn == old.WindowEndsOn) && e.First == old.First && e.Last == old.Last && slices.Equal(e.Segments, old.Segments)
}

// summary tells what changed without naming anybody.
func summary(out *Outcome, account string) string {
	parts := make([]string, 0, 1+len(out.Enrollments))
	if account != "" {
		parts = append(parts, account)
	}
	for _, e := range out.Enrollments {
		if e.Change != ChangeUnchanged {
			parts = append(parts, fmt.Sprintf("%s %s", e.Reference, e.Change))
		}
	}
	return strings.Join(parts, ", ")
}

// months is a range of coverage months, both ends included.
type months struct{ first, last civil.Month }

func (m months) overlaps(other months) bool {
	return !m.first.After(other.last) && !other.first.After(m.last)
}
