package enrolling_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// base is a good row; tests change a column of it by name.
var base = map[string]string{
	"subscriber_id": sub(1), "account_kind": "individual", "billing_number": "", "first_name": "Maria", "last_name": "Souza",
	"birth_date": "1984-05-17", "zip": "02139", "language": "pt", "email": "",
	"members": "Maria|Souza|1984-05-17|self; Rui|Souza|2015-02-01|child", "enrollment_reference": "",
	"kind": "medical", "plan_id": "BAY-SLV-1", "plan_name": "Silver One", "carrier_id": "BAY", "carrier_name": "Bay Mutual", "renewal": "no",
	"from": "2027-01", "to": "2027-12", "gross": "759.40", "aptc": "500.00", "state_subsidy": "153.40", "member_share": "106.00",
}

func sub(serial uint64) string { return ident.NewSubscriberID(70010000000 + serial).String() }

func row(changes ...string) string {
	fields := make([]string, len(enrollcsv.Columns))
	for i, c := range enrollcsv.Columns {
		fields[i] = base[c.Name]
		for j := 0; j < len(changes); j += 2 {
			if changes[j] == c.Name {
				fields[i] = changes[j+1]
			}
		}
	}
	return strings.Join(fields, ",") + "\n"
}

// dental is a row of another kind than base.
func dental(changes ...string) string {
	return row(append([]string{
		"kind", "dental", "plan_id", "DEN-1", "plan_name", "Dental One",
		"gross", "41.00", "aptc", "0.00", "state_subsidy", "0.00", "member_share", "41.00",
	}, changes...)...)
}

func file(rows ...string) string {
	names := make([]string, len(enrollcsv.Columns))
	for i, c := range enrollcsv.Columns {
		names[i] = c.Name
	}
	return strings.Join(names, ",") + "\n" + strings.Join(rows, "")
}

// each runs a test with a service on every engine.
func each(t *testing.T, test func(t *testing.T, s *enrolling.Service, db *store.DB)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) { test(t, enrolling.New(db, nil), db) })
}

func load(t *testing.T, s *enrolling.Service, content string) enrolling.Result {
	t.Helper()
	got, err := s.Import(t.Context(), enrolling.ImportInput{Name: "test.csv", Actor: "tester", Reader: strings.NewReader(content)})
	if err != nil {
		t.Fatalf("import: %v", err)
	}
	return got
}

// counts are accepted, unchanged and rejected.
func counts(r enrolling.Result) [3]int64 { return [3]int64{r.Accepted, r.Unchanged, r.Rejected} }

func wantCounts(t *testing.T, r enrolling.Result, accepted, unchanged, rejected int64) {
	t.Helper()
	if diff := cmp.Diff([3]int64{accepted, unchanged, rejected}, counts(r)); diff != "" {
		t.Errorf("accepted, unchanged, rejected: %s", diff)
	}
}

func rejectsOf(t *testing.T, s *enrolling.Service, id enrolling.FileID) []enrolling.Reject {
	t.Helper()
	var all []enrolling.Reject
	if err := s.Rejects(t.Context(), id, func(r enrolling.Reject) bool { all = append(all, r); return true }); err != nil {
		t.Fatal(err)
	}
	return all
}

func rejectFile(t *testing.T, s *enrolling.Service, id enrolling.FileID) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.WriteRejects(t.Context(), id, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func household(t *testing.T, db *store.DB, subscriber string) *store.Household {
	t.Helper()
	var h *store.Household
	err := db.Read(t.Context(), "test", func(tx *store.ReadTx) error {
		all, err := tx.Households([]ident.SubscriberID{ident.SubscriberID(subscriber)})
		h = all[ident.SubscriberID(subscriber)]
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func firstBills(t *testing.T, db *store.DB) int {
	t.Helper()
	var all []enrollment.AccountID
	if err := db.Read(t.Context(), "test", func(tx *store.ReadTx) (err error) { all, err = tx.FirstBillsDue(1000); return err }); err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestAFileIsStoredAndTheSameOneChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *enrolling.Service, db *store.DB) {
		content := file(
			row("to", "2027-06"), row("from", "2027-07", "gross", "800.00", "aptc", "540.60"), dental("members", "Maria|Souza|1984-05-17|self"),
			row("subscriber_id", sub(2), "renewal", "yes", "billing_number", "700000002", "enrollment_reference", "RefID2222"),
		)
		r := load(t, s, content)
		wantCounts(t, r, 2, 0, 0)
		h := household(t, db, sub(1))
		if len(h.Enrollments) != 2 || len(h.Enrollments[0].Segments) != 2 || len(h.Members) != 2 {
			t.Fatalf("got %+v", h)
		}
		if len(h.Covered[h.Enrollments[0].ID]) != 2 || len(h.Covered[h.Enrollments[1].ID]) != 1 {
			t.Errorf("covered: %v", h.Covered)
		}
		if h.Account.BillingNumber != "750000000" || !strings.HasPrefix(h.Enrollments[0].Reference, "RefID") {
			t.Errorf("given: %q, %q", h.Account.BillingNumber, h.Enrollments[0].Reference)
		}
		if got := household(t, db, sub(2)); got.Account.BillingNumber != "700000002" || got.Enrollments[0].Reference != "RefID2222" {
			t.Errorf("numbers of the file are not kept: %+v", got)
		}
		if got := firstBills(t, db); got != 1 {
			t.Errorf("first bills: got %d, want 1: not for a renewal", got)
		}
		again := load(t, s, content)
		wantCounts(t, again, 2, 0, 0)
		if again.ImportedOn != storetest.Noon || again.FileID != r.FileID {
			t.Errorf("the same file: got %+v", again)
		}
		other := load(t, s, strings.ReplaceAll(content, "\n", "\r\n"))
		wantCounts(t, other, 0, 2, 0)
		if !other.ImportedOn.IsZero() {
			t.Errorf("another file with the same rows: got %+v", other)
		}
	})
}

func TestWhatTheDatabaseKnowsIsHeldAgainstARow(t *testing.T) {
	t.Parallel()
	rows := []struct {
		situation string
		rows      []string
		line      int64
		field     string
		code      string
	}{
		{"the Subscriber ID of somebody with another birth date", []string{row("birth_date", "1990-01-01")}, 2, "birth_date", "account.other_person"},
		{"a person who became an employer", []string{row("account_kind", "group")}, 2, "account_kind", "account.kind"},
		{"the billing number of somebody else", []string{row("subscriber_id", sub(9), "billing_number", "700000007")}, 2, "billing_number", "account.billing_number"},
		{"the reference of somebody else", []string{row("subscriber_id", sub(9), "enrollment_reference", "RefID7777")}, 2, "enrollment_reference", "enrollment.reference"},
		{"a plan of another carrier", []string{row("subscriber_id", sub(9), "carrier_id", "TIDE")}, 2, "carrier_id", "plan.carrier"},
		{"a medical plan sold as dental", []string{row("subscriber_id", sub(9), "kind", "dental")}, 2, "kind", "plan.kind"},
		{"a second medical plan in the same months", []string{row("plan_id", "BAY-GLD-1", "from", "2027-06")}, 2, "from", "enrollment.overlap"},
		{"the second of two new plans in the same months", []string{
			row("subscriber_id", sub(10), "to", "2027-06"),
			row("subscriber_id", sub(10), "plan_id", "BAY-GLD-1", "from", "2027-06"),
		}, 3, "from", "enrollment.overlap"},
		{"a reference that changes its plan", []string{row("subscriber_id", sub(7), "enrollment_reference", "RefID7777", "plan_id", "BAY-GLD-1")}, 2, "plan_id", "enrollment.plan"},
		{"a reference that changes its year", []string{row("subscriber_id", sub(7), "enrollment_reference", "RefID7777", "from", "2028-01", "to", "2028-12")}, 2, "from", "enrollment.year"},
		{"a first payment turned into a renewal", []string{row("renewal", "yes")}, 2, "renewal", "enrollment.renewal"},
		{"a later stay in the same plan without a reference", []string{row("subscriber_id", sub(8), "from", "2027-09")}, 2, "from", "enrollment.apart"},
	}
	each(t, func(t *testing.T, s *enrolling.Service, db *store.DB) {
		load(t, s, file(row(),
			row("subscriber_id", sub(7), "billing_number", "700000007", "enrollment_reference", "RefID7777"),
			row("subscriber_id", sub(8), "to", "2027-03")))
		for _, tt := range rows {
			t.Run(tt.situation, func(t *testing.T) {
				before := fmt.Sprintf("%+v", *household(t, db, sub(1)).Enrollments[0])
				r := load(t, s, file(append(tt.rows, row("subscriber_id", sub(50)))...)) // and a good one
				got := rejectsOf(t, s, r.FileID)
				if len(got) != 1 || got[0].Line != tt.line || got[0].Field != tt.field || got[0].Code != tt.code || got[0].Message == "" {
					t.Fatalf("got %+v, want line %d %s %s", got, tt.line, tt.field, tt.code)
				}
				if name := enrollcsv.Columns[got[0].Column-1].Name; name != tt.field {
					t.Errorf("column %d is %s", got[0].Column, name)
				}
				if r.Accepted+r.Unchanged < 1 || r.Rejected != 1 {
					t.Errorf("counts %v", counts(r))
				}
				h := household(t, db, sub(1))
				if after := fmt.Sprintf("%+v", *h.Enrollments[0]); before != after || len(h.Enrollments) != 1 {
					t.Errorf("changed: %s to %s", before, after)
				}
				if household(t, db, sub(9)) != nil {
					t.Errorf("an account without enrollments was made")
				}
			})
		}
	})
}

// A row that is refused changes nothing: not the name of its plan either. One
// that is taken corrects it, though another of the same household is refused.
func TestARefusedRowRenamesNoPlan(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *enrolling.Service, db *store.DB) {
		load(t, s, file(row()))
		overlapping := row("plan_id", "NEW-1", "plan_name", "Wrong", "from", "2027-06")
		wantCounts(t, load(t, s, file(row("plan_name", "Wrong", "renewal", "yes"))), 0, 0, 1)
		wantCounts(t, load(t, s, file(overlapping)), 0, 0, 1)
		names := func() (all []string) {
			err := db.Read(t.Context(), "plans", func(tx *store.ReadTx) error {
				plans, err := tx.Plans()
				for _, p := range plans {
					all = append(all, p.PlanID+" "+p.Name)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		if diff := cmp.Diff([]string{"BAY-SLV-1 Silver One"}, names()); diff != "" {
			t.Error(diff)
		}
		load(t, s, file(row("plan_name", "Silver 1"), overlapping))
		if diff := cmp.Diff([]string{"BAY-SLV-1 Silver 1"}, names()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOneBadHouseholdIsRejectedWithAllItsRows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *enrolling.Service, _ *store.DB) {
		load(t, s, file(row()))
		r := load(t, s, "\xEF\xBB\xBF"+file(
			row("subscriber_id", sub(2)),
			"\n",
			row("birth_date", "1990-01-01", "to", "2027-06"), row("birth_date", "1990-01-01", "gross", "1.00"), row("birth_date", "1990-01-01", "from", "2027-07"),
			row("subscriber_id", sub(3), "zip", "2139")))
		wantCounts(t, r, 1, 0, 4)
		var got []string
		for _, x := range rejectsOf(t, s, r.FileID) {
			got = append(got, fmt.Sprintf("%d:%d %s", x.Line, x.Column, x.Code))
		}
		want := []string{"4:6 account.other_person", "5:21 row.unbalanced", "6:6 account.other_person", "7:7 row.zip"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestARejectFileIsCorrectedAndSentAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *enrolling.Service, db *store.DB) {
		r := load(t, s, file(
			row(), row("subscriber_id", sub(2), "zip", "2139", "email", "x"), row("subscriber_id", sub(3), "plan_id", "DEN-1", "plan_name", `"A ""good"" plan, said"`, "member_share", "-1"),
			row("subscriber_id", sub(4), "carrier_id", "TIDE")))
		wantCounts(t, r, 1, 0, 3)
		rejected := rejectFile(t, s, r.FileID)
		lines := strings.Split(rejected, "\n")
		if len(lines) != 5 || !strings.HasPrefix(lines[0], "line,column,problem,subscriber_id,") || !strings.HasPrefix(lines[1], "3,7,") {
			t.Fatalf("got %s", rejected)
		}
		if !strings.Contains(lines[1], "row.zip") || !strings.Contains(lines[1], "row.form") {
			t.Errorf("not both problems: %s", lines[1])
		}
		still := load(t, s, rejected)
		wantCounts(t, still, 0, 0, 3)
		if got := rejectsOf(t, s, still.FileID)[0]; got.Line != 2 || got.Column != 7+3 {
			t.Errorf("in the reject file: got %+v", got)
		}
		if again := rejectFile(t, s, still.FileID); strings.Count(again, "problem") != 1 {
			t.Errorf("the reject file of a reject file: %s", again)
		}
		corrected := strings.NewReplacer(",2139,", ",02139,", ",x,", ",,", ",-1", ",106.00", ",TIDE,", ",BAY,").Replace(rejected)
		wantCounts(t, load(t, s, corrected), 3, 0, 0)
		if h := household(t, db, sub(3)); h == nil {
			t.Errorf("the corrected row is not stored")
		}
	})
}

func TestRevisions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *enrolling.Service, db *store.DB) {
		load(t, s, file(row()))
		wantCounts(t, load(t, s, file(row("to", "2027-06"), row("from", "2027-07", "gross", "800.00", "aptc", "540.60"))), 1, 0, 0)
		h := household(t, db, sub(1))
		if e := h.Enrollments[0]; e.Version != 2 || len(e.Segments) != 2 {
			t.Errorf("revised: %+v", e)
		}
		// A new plan from September, the old one shortened, in the order that is harder.
		wantCounts(t, load(t, s, file(row("plan_id", "BAY-GLD-1", "from", "2027-09"), row("to", "2027-08", "members", "Maria|Souza|1984-05-17|self; Eva|Souza|2027-01-05|child"))), 1, 0, 0)
		h = household(t, db, sub(1))
		if len(h.Enrollments) != 2 || h.Enrollments[0].Last.String() != "2027-08" || h.Enrollments[0].Version != 3 {
			t.Errorf("change of plan: %+v %+v", h.Enrollments[0], h.Enrollments)
		}
		if len(h.Members) != 3 || len(h.Covered[h.Enrollments[0].ID]) != 2 {
			t.Errorf("members: %+v %v", h.Members, h.Covered)
		}
		// A new address and a better name; what is left out stays.
		wantCounts(t, load(t, s, file(row("last_name", "Souza Lima", "zip", "02140", "address", "12 Elm Street; Cambridge MA", "email", "m@example.com", "phone", "(617) 555-0147", "to", "2027-08", "members", "Maria|Souza|1984-05-17|self; Eva|Souza|2027-01-05|child"))), 1, 0, 0)
		wantCounts(t, load(t, s, file(row("last_name", "Souza Lima", "zip", "02140", "to", "2027-08", "members", "Eva|Souza|2027-01-05|child;Maria|Souza|1984-05-17|self"))), 0, 1, 0)
		if a := household(t, db, sub(1)).Account; a.LastName != "Souza Lima" || a.ZIP != "02140" || a.Address != "12 Elm Street\nCambridge MA" || a.Email != "m@example.com" || a.Phone != "6175550147" {
			t.Errorf("account: %+v", a)
		}
	})
}

func TestAnEnrollmentThatEndedLeavesRoomForAnother(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *enrolling.Service, db *store.DB) {
		load(t, s, file(row()))
		h := household(t, db, sub(1))
		decide := func(kind standing.DecisionKind, month string) {
			err := db.InTx(t.Context(), "test", func(tx *store.Tx) error {
				d := store.DecisionRecord{AccountID: h.Account.ID, EnrollmentID: h.Enrollments[0].ID, Kind: kind, Rule: "R-DUE-7", Actor: "tester"}
				d.DecidedOn, d.EffectiveOn = h.Enrollments[0].First.First(), h.Enrollments[0].First.First()
				if err := d.Month.UnmarshalText([]byte(month)); err != nil {
					return err
				}
				tx.InsertDecision(d)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		gold := file(row("plan_id", "BAY-GLD-1", "from", "2027-06"))
		wantCounts(t, load(t, s, gold), 0, 0, 1)
		decide(standing.DecisionCancel, "2027-05")
		wantCounts(t, load(t, s, gold+"\n"), 1, 0, 0)
		wantCounts(t, load(t, s, file(row())+"\n"), 0, 1, 0) // the old statement is still no news
		decide(standing.DecisionReinstate, "2027-06")
		wantCounts(t, load(t, s, file(row("plan_id", "BAY-BRZ-1", "from", "2027-03"))), 0, 0, 1)
	})
}

func TestAnImportThatWasStoppedGoesOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *enrolling.Service, db *store.DB) {
		const households = 1500
		var rows []string
		for i := range uint64(households) {
			rows = append(rows, row("subscriber_id", sub(i)))
			if i%100 == 50 {
				rows = append(rows, row("subscriber_id", sub(i), "from", "2027-13"))
			}
		}
		content := file(rows...)
		ctx, stop := context.WithCancel(t.Context())
		r, err := s.Import(ctx, enrolling.ImportInput{Reader: strings.NewReader(content), Progress: func(n int64) {
			if n > 700 {
				stop()
			}
		}})
		if !errors.Is(err, context.Canceled) || r.Accepted == 0 || r.Accepted >= households {
			t.Fatalf("got %+v, %v", r, err)
		}
		var progress []int64
		whole, err := s.Import(t.Context(), enrolling.ImportInput{Reader: strings.NewReader(content), Progress: func(n int64) { progress = append(progress, n) }})
		if err != nil || whole.ContinuedAt == 0 {
			t.Fatalf("got %+v, %v", whole, err)
		}
		wantCounts(t, whole, households, 0, households/100)
		if n := len(rejectsOf(t, s, whole.FileID)); n != households/100 || len(progress) == 0 || progress[len(progress)-1] != households+households/100 {
			t.Errorf("%d rejects, progress %v", n, progress)
		}
		if n := len(household(t, db, sub(3)).Enrollments); n != 1 {
			t.Errorf("%d enrollments after two runs", n)
		}
		wantCounts(t, load(t, s, content+"\n"), 0, households, households/100)
	})
}

func TestVeryManyBadRowsAmongAHousehold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *enrolling.Service, db *store.DB) {
		load(t, s, file(row("subscriber_id", sub(2))))
		const some, many = 1500, 5200 // more than a transaction holds without and with a household
		bad := row("zip", "2139")
		r := load(t, s, file(row("to", "2027-06"), strings.Repeat(bad, some), row("from", "2027-07"), strings.Repeat(bad, some),
			row("subscriber_id", sub(2), "birth_date", "1990-01-01", "to", "2027-06"), strings.Repeat(bad, many),
			row("subscriber_id", sub(2), "birth_date", "1990-01-01", "from", "2027-07")))
		wantCounts(t, r, 1, 0, 2*some+many+1)
		if n := len(household(t, db, sub(1)).Enrollments[0].Segments); n != 2 {
			t.Errorf("%d segments", n)
		}
		if rejects := rejectsOf(t, s, r.FileID); int64(len(rejects)) != r.Rejected {
			t.Errorf("%d rejects, counted %d", len(rejects), r.Rejected)
		}
	})
}

func TestTwoImportsOfOneFileAtTheSameTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *enrolling.Service, _ *store.DB) {
		const households = 900
		rows := make([]string, households)
		for i := range rows {
			rows[i] = row("subscriber_id", sub(uint64(i)))
		}
		content := file(rows...)
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() {
				_, err := s.Import(t.Context(), enrolling.ImportInput{Reader: strings.NewReader(content)})
				if err != nil && !fault.Is(err, "import.elsewhere") {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		wantCounts(t, load(t, s, content), households, 0, 0)
		wantCounts(t, load(t, s, content+"\n"), 0, households, 0)
	})
}

func TestUnreadableFilesAreNotKept(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ content, code string }{
		"empty":                      {"", "file.empty"},
		"UTF-16":                     {"\xFF\xFEs\x00", "file.encoding"},
		"semicolons":                 {strings.ReplaceAll(file(row()), ",", ";"), "file.header"},
		"a column that is not known": {strings.Replace(file(row()), "zip", "postcode", 1), "file.column_unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, s *enrolling.Service, _ *store.DB) {
				for range 2 {
					r, err := s.Import(t.Context(), enrolling.ImportInput{Reader: strings.NewReader(tt.content)})
					if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), tt.code) || !r.FileID.IsZero() {
						t.Errorf("got %+v, %v, want %s", r, err, tt.code)
					}
				}
			})
		})
	}
}

func TestRejectsOfAFileThatWasNeverImported(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *enrolling.Service, db *store.DB) {
		err := s.WriteRejects(t.Context(), enrolling.FileID{UUID: db.NewID()}, &bytes.Buffer{})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v", err)
		}
	})
}
