package cli_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/store/storetest"
)

// newMarket makes an empty marketplace whose clock stands at noon of a day in
// Boston, as a demo's folder does.
func newMarket(t *testing.T, day string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if code, _, errs := call(t, "migrate", "--data", dir); code != 0 {
		t.Fatal(errs)
	}
	setClock(t, dir, day)
	return dir
}

func setClock(t *testing.T, dir, day string) {
	t.Helper()
	write(t, filepath.Join(dir, "demo.json"), `{"now":"`+day+`T17:00:00Z","portal":"http://127.0.0.1:8080"}`)
}

var seconds = regexp.MustCompile(`\d+\.\d s`)

// printed runs a command and compares what it prints, with every duration as
// 0.0 s.
func printed(t *testing.T, args []string, code int, out, errs string) {
	t.Helper()
	gotCode, gotOut, gotErrs := call(t, args...)
	got := seconds.ReplaceAllString(gotOut, "0.0 s")
	if gotCode != code || got != out || gotErrs != errs {
		t.Errorf("%s: exit code %d, want %d\n%s%s", strings.Join(args, " "), gotCode, code, cmp.Diff(out, got), cmp.Diff(errs, gotErrs))
	}
}

func TestBusinessDayOnTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := newMarket(t, "2026-11-30")
	printed(t, []string{"day", "status", "--data", dir}, 0, `Today is 2026-11-30.

To do: no business date was ever run: start the server, or run the first: quittance day run
`, "")
	printed(t, []string{"day", "run", "--data", dir}, 0, `Business date 2026-11-30: half
  bank-in         done     0.0 s  files 0, posted 0, known 0, noted 0, agreed 0, waiting 0, acknowledged 0, set aside 0
  settle          done     0.0 s  settled 0
  outages         done     0.0 s  given more time 0
  review          done     0.0 s  looked at 0, decisions 0, notices owed 0, set aside 0
  refunds         done     0.0 s  refunds 0, cents 0, wait for a second person 0, not from a bank account 0, set aside 0
  first-bills     done     0.0 s  accounts 0
  notices         done     0.0 s  letters 0, by e-mail 0, to print 0, suppressed 0, set aside 0
  bill-run        done     0.0 s  nothing to do
  autopay-plan    done     0.0 s  planned 0, held 0, revised 0, mandates paused 0, resumed 0, stopped 0, asked for amounts 0, not answered 0
  bill-letters    done     0.0 s  letters 0, by e-mail 0, to print 0, suppressed 0, set aside 0
  print           done     0.0 s  batches 0, letters 0, pages 0, set aside 0
  verify          done     0.0 s  checks 0, violations 0
  autopay-freeze  waiting         
  carriers        waiting         

`, "")
	setClock(t, dir, "2026-12-02")
	printed(t, []string{"day", "status", "--data", dir}, 0, `Today is 2026-12-02.

                2026-11-30
state           half
bank-in         done
settle          done
outages         done
review          done
refunds         done
first-bills     done
notices         done
bill-run        done
autopay-plan    done
bill-letters    done
print           done
verify          done
autopay-freeze  waiting
carriers        waiting

To do: 2026-12-01 to 2026-12-02 were not run: start the server, or run them in order: quittance day run
`, "")
	printed(t, []string{"day", "run", "--date", "2026-12-01", "--data", dir}, 0, `Business date 2026-11-30: complete
  bank-in         done  0.0 s  files 0, posted 0, known 0, noted 0, agreed 0, waiting 0, acknowledged 0, set aside 0
  settle          done  0.0 s  settled 0
  outages         done  0.0 s  given more time 0
  review          done  0.0 s  looked at 0, decisions 0, notices owed 0, set aside 0
  refunds         done  0.0 s  refunds 0, cents 0, wait for a second person 0, not from a bank account 0, set aside 0
  first-bills     done  0.0 s  accounts 0
  notices         done  0.0 s  letters 0, by e-mail 0, to print 0, suppressed 0, set aside 0
  bill-run        done  0.0 s  nothing to do
  autopay-plan    done  0.0 s  planned 0, held 0, revised 0, mandates paused 0, resumed 0, stopped 0, asked for amounts 0, not answered 0
  bill-letters    done  0.0 s  letters 0, by e-mail 0, to print 0, suppressed 0, set aside 0
  print           done  0.0 s  batches 0, letters 0, pages 0, set aside 0
  verify          done  0.0 s  checks 0, violations 0
  autopay-freeze  done  0.0 s  payments 0, skipped 0, canceled 0, set aside 0
  carriers        done  0.0 s  told 0, unanswered 0, late 0, refused 0, set aside 0

Business date 2026-12-01: complete
  bank-in         done  0.0 s  files 0, posted 0, known 0, noted 0, agreed 0, waiting 0, acknowledged 0, set aside 0
  settle          done  0.0 s  settled 0
  outages         done  0.0 s  given more time 0
  review          done  0.0 s  looked at 0, decisions 0, notices owed 0, set aside 0
  refunds         done  0.0 s  refunds 0, cents 0, wait for a second person 0, not from a bank account 0, set aside 0
  first-bills     done  0.0 s  accounts 0
  notices         done  0.0 s  letters 0, by e-mail 0, to print 0, suppressed 0, set aside 0
  bill-run        done  0.0 s  bills 0, with nothing due 0, set aside 0
  autopay-plan    done  0.0 s  planned 0, held 0, revised 0, mandates paused 0, resumed 0, stopped 0, asked for amounts 0, not answered 0
  bill-letters    done  0.0 s  letters 0, by e-mail 0, to print 0, suppressed 0, set aside 0
  print           done  0.0 s  batches 0, letters 0, pages 0, set aside 0
  verify          done  0.0 s  checks 0, violations 0
  autopay-freeze  done  0.0 s  payments 0, skipped 0, canceled 0, set aside 0
  carriers        done  0.0 s  told 0, unanswered 0, late 0, refused 0, set aside 0

`, "")
	printed(t, []string{"day", "run", "--date", "2026-12-03", "--data", dir}, 1, "", "quittance: 2026-12-03 has not begun: today is 2026-12-02 [day.not_begun]\n")
}

// Somebody has tampered with the ledger: the check fails, the rest of the night
// is done, and it is said what to do.
func TestBusinessDayWithAFailedStep(t *testing.T) {
	t.Parallel()
	dir := newMarket(t, "2026-11-30")
	db := storetest.Open(t, "sqlite:"+filepath.Join(dir, "quittance.db"), clock.System())
	storetest.Sabotage(t, db, `INSERT INTO transfer (account_id, entry_id, seq, debit, debit_owner, credit, credit_owner, amount_cents)
		VALUES (id'01900000-0000-7000-8000-000000000001', id'01900000-0000-7000-8000-000000000002', 1, 'cash.operating', '', 'suspense', '', 100)`)
	const toDo = "To do: 2026-11-30: put right what made verify fail, then run it again: quittance day run --date 2026-11-30\n"
	printed(t, []string{"day", "run", "--data", dir}, 1, `Business date 2026-11-30: incomplete
  bank-in         done     0.0 s  files 0, posted 0, known 0, noted 0, agreed 0, waiting 0, acknowledged 0, set aside 0
  settle          done     0.0 s  settled 0
  outages         done     0.0 s  given more time 0
  review          done     0.0 s  looked at 0, decisions 0, notices owed 0, set aside 0
  refunds         done     0.0 s  refunds 0, cents 0, wait for a second person 0, not from a bank account 0, set aside 0
  first-bills     done     0.0 s  accounts 0
  notices         done     0.0 s  letters 0, by e-mail 0, to print 0, suppressed 0, set aside 0
  bill-run        done     0.0 s  nothing to do
  autopay-plan    done     0.0 s  planned 0, held 0, revised 0, mandates paused 0, resumed 0, stopped 0, asked for amounts 0, not answered 0
  bill-letters    done     0.0 s  letters 0, by e-mail 0, to print 0, suppressed 0, set aside 0
  print           done     0.0 s  batches 0, letters 0, pages 0, set aside 0
  verify          failed   0.0 s  the books do not agree (I6, orphans): look at each with quittance verify; nothing repairs itself [day.books_broken]; checks 4, violations 2
  autopay-freeze  waiting         
  carriers        waiting         

`, toDo)
	printed(t, []string{"day", "status", "--data", dir}, 0, `Today is 2026-11-30.

                2026-11-30
state           incomplete
bank-in         done
settle          done
outages         done
review          done
refunds         done
first-bills     done
notices         done
bill-run        done
autopay-plan    done
bill-letters    done
print           done
verify          failed
autopay-freeze  waiting
carriers        waiting

2026-11-30, verify, try 1: the books do not agree (I6, orphans): look at each with quittance verify; nothing repairs itself [day.books_broken]; checks 4, violations 2
`+toDo, "")
	code, out, _ := call(t, "day", "status", "--data", dir, "--json")
	var status struct {
		Today string
		Days  []struct {
			Date, State string
			Steps       []struct{ Name, State string }
		}
		Missed []string
		ToDo   []string `json:"to_do"`
	}
	if err := json.Unmarshal([]byte(out), &status); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	if len(status.Days) != 1 || status.Days[0].State != "incomplete" || len(status.ToDo) != 1 || status.Missed == nil {
		t.Errorf("status %+v", status)
	}
	storetest.Sabotage(t, db, "DELETE FROM transfer")
	if code, out, errs := call(t, "day", "run", "--data", dir); code != 0 || !strings.Contains(out, ": half\n") {
		t.Errorf("put right: exit code %d\n%s%s", code, out, errs)
	}
}
