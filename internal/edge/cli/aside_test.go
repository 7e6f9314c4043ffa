package cli_test

import (
	"path/filepath"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/store/storetest"
)

// What waits for a person is listed with its reason and what to do.
func TestDayAside(t *testing.T) {
	t.Parallel()
	dir := newMarket(t, "2026-11-30")
	file := filepath.Join(t.TempDir(), "households.csv")
	for _, args := range [][]string{
		{"demo", "generate", "--households", "3", "--out", file},
		{"import", "enrollments", file, "--data", dir},
		{"day", "aside", "--data", dir},
	} {
		if code, out, errs := call(t, args...); code != 0 {
			t.Fatalf("%v: exit code %d: %s%s", args, code, out, errs)
		}
	}
	db := storetest.Open(t, "sqlite:"+filepath.Join(dir, "quittance.db"), clock.System())
	storetest.Sabotage(t, db, `
		INSERT INTO review_exception (account_id, code, reason, recorded_at) SELECT account_id, 'review.circle', 'goes round', created_at FROM account LIMIT 1;
		INSERT INTO carrier_answer (account_id, enrollment_id, source, reference, event, coverage_month, outcome, reason, answered_on, aside, recorded_at)
		SELECT account_id, enrollment_id, 'HARBOR', '1', 'end', '2026-12', 'confirmed', '', '2026-11-20', 'undecided', created_at FROM enrollment LIMIT 1`)
	db.Close()
	code, out, _ := call(t, "day", "aside", "--data", dir)
	for _, want := range []string{"review.circle", "goes round", "undecided", "To do, carrier: quittance carrier status"} {
		if code != 1 || !strings.Contains(out, want) {
			t.Errorf("exit code %d, no %q in\n%s", code, want, out)
		}
	}
	if code, out, _ := call(t, "day", "aside", "--json", "--data", dir); code != 1 || !strings.Contains(out, `"code":"review.circle"`) {
		t.Errorf("exit code %d: %s", code, out)
	}
	if code, out, _ := call(t, "carrier", "status", "--data", dir); code != 1 || !strings.Contains(out, "nothing was decided that it answers") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestOutageCommands(t *testing.T) {
	t.Parallel()
	dir := newMarket(t, "2026-11-30")
	declare := []string{"outage", "declare", "--data", dir, "--actor", "staff:a", "--reason", "down", "--from", "2026-11-20 08:00", "--to"}
	if code, out, errs := call(t, append(declare, "2026-11-20 10:00")...); code != 0 || !strings.Contains(out, "0 accounts") {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
	if code, _, errs := call(t, append(declare, "yesterday")...); code == 0 || !strings.Contains(errs, "2026-11-23 09:00") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	ahead := []string{"outage", "declare", "--data", dir, "--actor", "staff:a", "--reason", "work", "--from", "2026-12-02 02:00", "--to", "2026-12-02 05:00"}
	if code, _, errs := call(t, ahead...); code != 0 {
		t.Errorf("exit code %d: %s", code, errs)
	}
	for _, want := range []string{"The portal is open.", "The portal was not closed."} {
		if code, out, errs := call(t, "outage", "end", "--data", dir, "--actor", "staff:b"); code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit code %d: %s%s", code, out, errs)
		}
	}
	if code, out, _ := call(t, "outage", "list", "--data", dir); code != 0 || !strings.Contains(out, "120 min") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestOpinionsOfNobody(t *testing.T) {
	t.Parallel()
	if code, out, errs := call(t, "opinions", "--data", newMarket(t, "2026-11-30")); code != 0 || !strings.Contains(out, "Nobody has answered yet.") {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
}

// Money that came from nowhere: the bill run sets the account aside and verify
// names the invariant, and both end in failure, as a person and as a script
// read them.
func TestBrokenBooksFailTheCommands(t *testing.T) {
	t.Parallel()
	dir := newMarket(t, "2026-11-30")
	file := filepath.Join(t.TempDir(), "households.csv")
	for _, args := range [][]string{{"demo", "generate", "--households", "6", "--out", file}, {"import", "enrollments", file, "--data", dir}} {
		if code, _, errs := call(t, args...); code != 0 {
			t.Fatalf("%v: %s", args, errs)
		}
	}
	db := storetest.Open(t, "sqlite:"+filepath.Join(dir, "quittance.db"), clock.System())
	storetest.Sabotage(t, db, `
		INSERT INTO unbilled (account_id, activity_id, kind, effective_on, amount_cents)
		SELECT account_id, account_id, 'payment', '2026-11-20', -777 FROM account;
		UPDATE open_charge SET open_cents = open_cents + 1`)
	db.Close()
	for _, row := range []struct {
		command []string
		want    []string
	}{
		{[]string{"bill", "run", "--month", "2026-12"}, []string{"bills issued for 2026-12"}},
		{[]string{"bill", "run", "--month", "2026-12", "--json"}, []string{`"set_aside":`}},
		{[]string{"verify"}, []string{"I2"}},
		{[]string{"verify", "--json"}, []string{`"id":"I2"`, `"clean":false`}},
	} {
		code, out, errs := call(t, append(row.command, "--data", dir)...)
		for _, want := range row.want {
			if code != 1 || !strings.Contains(out, want) {
				t.Errorf("%v: exit code %d, no %q in\n%s%s", row.command, code, want, out, errs)
			}
		}
		if row.command[0] == "bill" && !strings.Contains(errs, "need a person") {
			t.Errorf("%v: said %q", row.command, errs)
		}
	}
}
