package access_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
)

// matrix is the policy as a reviewer reads it: for each operation, one letter
// for each role in the order of access.Roles, after one for nobody.
// n nobody, g guest, m member, v p a delegates, e employer, t agent ("talks"),
// b billing, $ treasury, s supervisor, u auditor, A administrator, i integrator,
// o a person about their own; a row that ends before o does not hold it.
const (
	letters = "ngmvpaetb$suAio"
	matrix  = `
		health.see          ngmvpaetb$suAio
		api.describe        ngmvpaetb$suAio
		payment.webhook     ngmvpaetb$suAio
		bill.see            -gmvpaetb$su--
		bill.see_details    --m----tb-su--
		payment.find        -gmvpaetb$su--
		payment.cancel      --m----tb-s---
		payment.receive     --------b$---i
		payment.start       -gm-paetb-s---
		enrollment.read     -------tb-suAi
		enrollment.put      ------------Ai
		enrollment.import   --------b---A-
		enrollment.rejects  --------b-suA-
		bill.run            --------b---A-
		books.verify        ---------$-uA-
		ach.release            ---------$s---
		ach.withdraw           ---------$s---
		ach.release_guard      ---------$s---
		bank_item.resolve      --------b$s---
		ach.ask_reversal       --------b$s---
		ach.approve_reversal   ---------$s---
		refund.ask             --m----tb$s---
		refund.approve         ---------$s---
		autopay.see            --m-pa-tb-su--
		autopay.manage         --m--a--------
		bank_account.save      --m-pa--------
		bank_account.confirm   --m-pa--------
		database.migrate    ------------A-
		coverage.cancel        -------tb-s---
		coverage.release_end   --------b-s---
		coverage.reinstate     --------b-s---
		relief.hold            -------tb-s---
		relief.end_hold        -------tb-s---
		relief.arrange         -------tb-s---
		relief.extend          -------tb-s---
		relief.extend_cohort   ----------s-A-
		relief.waive           --------b-s---
		relief.deny_waiver     --------b-s---
		relief.withdraw_waiver --------b-s---
		relief.see_waivers     -------tb-su--
		person.sign_up         ngmvpaetb$suAio
		person.sign_in         ngmvpaetb$suAio
		person.reset_password  ngmvpaetb$suAio
		person.manage_self     --mvpa--------o
		coverage.link          --mvpa--------o
		coverage.unlink        --mvpa--------
		delegate.accept        --mvpa--------o
		delegate.see           --m-----------
		delegate.manage        --m-----------
		settings.see           --m-----------
		settings.change        --m-----------
		delivery.choose        --m-----------
		texts.choose           --m-----------
		texts.webhook          ngmvpaetb$suAio
		message.see            --m-----------
		totals.see             --mvpa--------`
)

func TestEveryRoleAndOperation(t *testing.T) {
	t.Parallel()
	roles := append([]access.Role{""}, access.Roles...)
	if len(roles) != len(letters) {
		t.Fatalf("%d roles, %d letters", len(roles), len(letters))
	}
	tested := map[access.Operation]bool{}
	for line := range strings.Lines(strings.TrimSpace(matrix)) {
		fields := strings.Fields(line)
		op := access.Operation(fields[0])
		tested[op] = true
		cells := fields[1]
		if len(cells) == len(letters)-1 {
			cells += "-"
		}
		for i, role := range roles {
			want := cells[i] == letters[i]
			if !want && cells[i] != '-' {
				t.Fatalf("%s: %q is not the letter of %q", op, cells[i], role)
			}
			if got := access.Allowed(role, op); got != want {
				t.Errorf("%q %s: got %t, want %t", role, op, got, want)
			}
			if got := access.Check(role, op) == nil; got != want {
				t.Errorf("Check %q %s: got %t, want %t", role, op, got, want)
			}
		}
	}
	for _, op := range access.Operations() {
		if !tested[op] {
			t.Errorf("%s is in the table and not in the test", op)
		}
	}
}

func TestWhatIsNotInTheTableNobodyMayDo(t *testing.T) {
	t.Parallel()
	for _, role := range access.Roles {
		if err := access.Check(role, "database.drop"); fault.KindOf(err) != fault.Denied {
			t.Errorf("%s: got %v, want Denied", role, err)
		}
	}
	if err := access.Check("", access.PutEnrollment); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("nobody: got %v, want Unauthenticated", err)
	}
}
