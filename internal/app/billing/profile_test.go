package billing_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/profiles"
)

// changed is the shipped profile with one line written otherwise.
func changed(t *testing.T, line, with string) *profile.Profile {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "profiles", profiles.Default+".toml"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), line) {
		t.Fatalf("the profile has no line %q", line)
	}
	p, err := profile.Parse(profiles.Default, []byte(strings.Replace(string(text), line, with, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A change of policy in mid-year takes effect by date: the bill of the old rule
// stays as it was sealed, also where the month is billed again by mistake, and
// counts by the due date it names; the next one goes by the new rule.
func TestAProfileThatChangesInMidYear(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2026-12", "109.50").Renewed().Until("2027-06"))
		w.At("2026-11-01")
		w.Bill("2026-12")
		documents := `SELECT CAST(due_on AS TEXT) || ' ' || document FROM bill ORDER BY bill_id`
		sealed := w.Rows(documents)

		w.Profile = changed(t, "[due]\nday = 23 ", "[due]\nday = [{ to = 2026-11-30, value = 23 }, { from = 2026-12-01, value = 25 }] ")
		w.Billing = billing.New(w.DB, w.Profile)
		w.At("2026-11-22")
		apptest.Check(t, "billed again", w.Bill("2026-12").Billed, 0)
		apptest.Check(t, "before the old due date", w.Standing(h).PastDue.IsPositive(), false)
		w.At("2026-11-24")
		apptest.Check(t, "after it", w.Standing(h).PastDue, apptest.Amount("109.50"))
		w.At("2026-12-01")
		w.Bill("2027-01")
		all := w.Rows(documents)
		if len(all) != 2 || len(sealed) != 1 {
			t.Fatalf("%d bills, were %d", len(all), len(sealed))
		}
		apptest.Check(t, "the sealed bill", all[0], sealed[0])
		apptest.Check(t, "due of the old bill", all[0][:10], "2026-11-23")
		apptest.Check(t, "due of the new bill", all[1][:10], "2026-12-25")
		w.VerifyClean()
	})
}
