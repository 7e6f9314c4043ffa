package enrolling

import (
	"slices"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/internal/store"
)

// householdWriter turns the decision about one household into rows.
type householdWriter struct {
	*decider
	file    *enrollcsv.Household
	known   *store.Household
	id      enrollment.AccountID
	members []enrollment.Member // known ones and those added
	changed string              // what happened to the account itself
	first   bool                // a first bill is wanted
}

// account adds or corrects the account.
func (w *householdWriter) account(out *Outcome) {
	a := w.file.Account
	if w.known == nil {
		a.ID = ident.ID[enrollment.Account]{UUID: w.tx.NewID()}
		a.CreatedAt = w.tx.Now()
		if a.BillingNumber == "" {
			a.BillingNumber, w.numbers = w.numbers[0], w.numbers[1:]
		}
		w.owners[a.BillingNumber] = a.ID
		w.id, w.changed, out.BillingNumber = a.ID, "account created", a.BillingNumber
		w.changes.NewAccounts = append(w.changes.NewAccounts, a)
		return
	}
	old := w.known.Account.Account
	w.id, w.members, out.BillingNumber = old.ID, w.known.Members, old.BillingNumber
	stated := old
	stated.FirstName, stated.LastName, stated.ZIP, stated.Language = a.FirstName, a.LastName, a.ZIP, a.Language
	if a.Address != "" {
		stated.Address = a.Address // left out, it stays what it is
	}
	if a.Phone != "" {
		stated.Phone = a.Phone // left out, it stays what it is
	}
	if a.Email != "" {
		stated.Email = a.Email // left out, it stays what it is: people may have given it here
	}
	_, knownNumber := w.owners[a.BillingNumber]
	newNumber := a.BillingNumber != "" && !knownNumber
	if newNumber {
		stated.BillingNumber = a.BillingNumber
		w.owners[a.BillingNumber] = old.ID
	}
	if stated != old {
		stated.BirthDate = a.BirthDate // they match, and the stored one stays encrypted
		w.changed = "account corrected"
		w.changes.ChangedAccounts = append(w.changes.ChangedAccounts, stated)
	}
}

// enrollment adds an enrollment or makes a new version of a known one.
func (w *householdWriter) enrollment(e *enrollcsv.Enrollment, old *store.EnrollmentRow) EnrollmentOutcome {
	if old == nil {
		return w.newEnrollment(e)
	}
	out := EnrollmentOutcome{old.Reference, ChangeUnchanged}
	if !sameSegments(e, old) {
		revised := *old
		revised.First, revised.Last, revised.Segments, revised.Version = e.First, e.Last, e.Segments, old.Version+1
		if !e.WindowEndsOn.IsZero() {
			revised.WindowEndsOn = e.WindowEndsOn
		}
		w.changes.Revised = append(w.changes.Revised, revised)
		out.Change = ChangeRevised
	}
	if w.cover(old.ID, e.Members, w.known.Covered[old.ID]) {
		out.Change = ChangeRevised
	}
	return out
}

func (w *householdWriter) newEnrollment(e *enrollcsv.Enrollment) EnrollmentOutcome {
	fresh := e.Enrollment
	fresh.ID = ident.ID[enrollment.Enrollment]{UUID: w.tx.NewID()}
	fresh.AccountID, fresh.CreatedAt = w.id, w.tx.Now()
	if fresh.Reference == "" {
		fresh.Reference = reference(fresh.ID)
	}
	w.owners[fresh.Reference] = w.id
	w.changes.NewEnrollments = append(w.changes.NewEnrollments, fresh)
	w.cover(fresh.ID, e.Members, nil)
	if !fresh.Renewal && !w.first { // a renewal is not a first payment (R-BIND-3)
		w.first = true
		w.changes.FirstBills = append(w.changes.FirstBills, w.id)
	}
	return EnrollmentOutcome{fresh.Reference, ChangeCreated}
}

// cover makes an enrollment cover exactly the people stated, and tells whether
// that changed anything.
func (w *householdWriter) cover(id enrollment.ID, stated []enrollment.Member, covered []enrollment.MemberID) bool {
	var wanted []enrollment.MemberID
	for _, m := range stated {
		wanted = append(wanted, w.member(m))
	}
	changed := false
	for _, m := range wanted {
		if !slices.Contains(covered, m) {
			w.changes.Covered = append(w.changes.Covered, store.Covered{AccountID: w.id, EnrollmentID: id, MemberID: m})
			changed = true
		}
	}
	for _, m := range covered {
		if !slices.Contains(wanted, m) {
			w.changes.Uncovered = append(w.changes.Uncovered, store.Covered{AccountID: w.id, EnrollmentID: id, MemberID: m})
			changed = true
		}
	}
	return changed
}

// member finds a person of the household, or adds them.
func (w *householdWriter) member(m enrollment.Member) enrollment.MemberID {
	for _, known := range w.members {
		if known.FirstName == m.FirstName && known.LastName == m.LastName && known.BirthDate == m.BirthDate && known.Relation == m.Relation {
			return known.ID
		}
	}
	m.ID = ident.ID[enrollment.Member]{UUID: w.tx.NewID()}
	m.AccountID = w.id
	w.members = append(w.members, m)
	w.changes.NewMembers = append(w.changes.NewMembers, m)
	return m.ID
}

// audit records one event for a household that changed (A4).
func (w *householdWriter) audit(out *Outcome) {
	what := summary(out, w.changed)
	switch {
	case what == "":
		return
	case w.known == nil:
		out.Change = ChangeCreated
	default:
		out.Change = ChangeRevised
	}
	event := w.cause
	event.AccountID, event.Subject, event.Summary = w.id, "account", what
	w.changes.Audits = append(w.changes.Audits, event)
}
