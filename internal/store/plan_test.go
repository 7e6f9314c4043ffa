package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

var nobody enrollment.AccountID

// inLine gives InLine for an account, in the form of InTx.
func inLine(db *store.DB, account enrollment.AccountID) func(context.Context, string, func(*store.Tx) error) error {
	return func(ctx context.Context, op string, fn func(*store.Tx) error) error {
		return db.InLine(ctx, op, account, fn)
	}
}

// planning is a line of SQLite with accounts on which a number is counted up, as
// simply as can be: it is read, and what is one more is written over it, with no
// guard that would notice a change between the two.
type planning struct {
	*line
	path     string
	accounts []enrollment.AccountID
}

func newPlanning(t *testing.T, accounts int) *planning {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	p := &planning{path: path, line: &line{t: t, errs: map[string]error{}, runs: map[string]int{}}}
	p.db = p.open()
	p.db.KeepGroupsOpen()
	p.in = p.db.InTx
	p.accounts = makeAccounts(t, p.db, accounts)
	return p
}

// makeAccounts makes accounts that keep a number, zero.
func makeAccounts(t *testing.T, db *store.DB, n int) (all []enrollment.AccountID) {
	t.Helper()
	err := db.InTx(t.Context(), "accounts", func(tx *store.Tx) error {
		all = nil
		for i := range n {
			id := enrollment.AccountID{UUID: tx.NewID()}
			all = append(all, id)
			if err := tx.InsertAccount(counting(id, i, 0)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// open opens the file once more, as another process would.
func (p *planning) open() *store.DB {
	p.t.Helper()
	db, err := store.Open(p.t.Context(), "sqlite:"+p.path, store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault()})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(db.Close)
	return db
}

// counting is an account that keeps a number as its first name.
func counting(id enrollment.AccountID, serial, n int) enrollment.Account {
	return enrollment.Account{
		ID: id, Kind: enrollment.AccountIndividual, SubscriberID: ident.NewSubscriberID(70010000000 + uint64(serial)), FirstName: strconv.Itoa(n),
		LastName: "Testperson", BirthDate: civil.MustParseDate("1980-02-29"), ZIP: "02199", Language: "en", CreatedAt: storetest.Noon,
	}
}

// countUp adds one to the number of an account.
func countUp(tx *store.Tx, id enrollment.AccountID) error {
	a, err := tx.Account(id)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(a.FirstName)
	if err != nil {
		return err
	}
	return tx.UpdateAccount(counting(id, 0, n+1))
}

// count is the number of an account.
func (p *planning) count(id enrollment.AccountID) int {
	p.t.Helper()
	var n int
	err := p.db.Read(p.t.Context(), "count", func(tx *store.ReadTx) error {
		a, err := tx.Account(id)
		if err == nil {
			n, err = strconv.Atoi(a.FirstName)
		}
		return err
	})
	if err != nil {
		p.t.Error(err)
	}
	return n
}

// wants checks how often transactions ran, and what was counted on the first
// account.
func (p *planning) wants(counted int, runs map[string]int) {
	p.t.Helper()
	for name, n := range runs {
		if p.errs[name] != nil || p.runs[name] != n {
			p.t.Errorf("%s ran %d times, want %d: %v", name, p.runs[name], n, p.errs[name])
		}
	}
	if got := p.count(p.accounts[0]); got != counted {
		p.t.Errorf("counted %d, want %d", got, counted)
	}
}

// plans starts work on an account while the connection is taken, and waits
// until it has run beside it.
func (p *planning) plans(ctx context.Context, name string, account enrollment.AccountID, fn func(*store.Tx) error) {
	p.t.Helper()
	ran := make(chan struct{}, 100)
	p.all.Go(func() {
		err := errors.New("panic")
		defer func() {
			_ = recover()
			p.mu.Lock()
			defer p.mu.Unlock()
			p.errs[name] = err
		}()
		err = p.db.InLine(ctx, name, account, func(tx *store.Tx) error {
			p.mu.Lock()
			p.runs[name]++
			p.mu.Unlock()
			defer func() { ran <- struct{}{} }()
			return fn(tx)
		})
	})
	<-ran
	for p.db.Planning() {
		runtime.Gosched()
	}
}

// holds takes the connection until it is let go, and then does something.
func (p *planning) holds(in func(context.Context, string, func(*store.Tx) error) error, then func(*store.Tx) error) (letGo func()) {
	p.t.Helper()
	at, gate := make(chan struct{}), make(chan struct{})
	once := sync.OnceFunc(func() { close(at) })
	p.all.Go(func() {
		err := in(p.t.Context(), "holds", func(tx *store.Tx) error {
			once()
			<-gate
			return then(tx)
		})
		if err != nil {
			p.t.Error(err)
		}
	})
	<-at
	return sync.OnceFunc(func() { close(gate); p.all.Wait() })
}

// What is worked out beside the writer is written as it is, unless somebody has
// changed what it went by: before it in the same group, or in one of its own.
func TestPlanBesideOthers(t *testing.T) {
	t.Parallel()
	type in = func(context.Context, string, func(*store.Tx) error) error
	one := func(p *planning) enrollment.AccountID { return p.accounts[0] }
	for name, c := range map[string]struct {
		in   func(p *planning) in
		then func(p *planning, tx *store.Tx) error
		runs int
		sum  int
	}{
		"nothing": {func(p *planning) in { return p.db.InTx }, func(*planning, *store.Tx) error { return nil }, 1, 1},
		"the same account": {
			func(p *planning) in { return inLine(p.db, one(p)) },
			func(p *planning, tx *store.Tx) error { return countUp(tx, one(p)) }, 2, 2,
		},
		"another account": {
			func(p *planning) in { return inLine(p.db, p.accounts[1]) },
			func(p *planning, tx *store.Tx) error { return countUp(tx, p.accounts[1]) }, 1, 1,
		},
		"any account": {
			func(p *planning) in { return p.db.InTx },
			func(p *planning, tx *store.Tx) error { return countUp(tx, one(p)) }, 2, 2,
		},
		"another account, not in the line": {
			func(p *planning) in { return p.db.InTx },
			func(p *planning, tx *store.Tx) error { return countUp(tx, p.accounts[1]) }, 2, 1,
		},
		"what the plan does not read": {
			func(p *planning) in { return p.db.InTx },
			func(_ *planning, tx *store.Tx) error {
				tx.CountTry("x")
				return tx.PutSession("hash", []byte("data"), storetest.Noon)
			}, 1, 1,
		},
		"nobody knows what": {
			func(p *planning) in { return p.db.InTx },
			func(_ *planning, tx *store.Tx) error {
				return tx.ExecText("WITH n AS (SELECT 1 AS one) UPDATE account SET first_name = '7' WHERE EXISTS (SELECT one FROM n)")
			}, 2, 8,
		},
		"all accounts, alone": {func(p *planning) in {
			return func(ctx context.Context, op string, fn func(*store.Tx) error) error {
				return p.db.InBulk(ctx, op, one(p), one(p), fn)
			}
		}, func(p *planning, tx *store.Tx) error { return countUp(tx, one(p)) }, 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlanning(t, 2)
			letGo := p.holds(c.in(p), func(tx *store.Tx) error { return c.then(p, tx) })
			p.plans(t.Context(), "payer", one(p), func(tx *store.Tx) error { return countUp(tx, one(p)) })
			letGo()
			p.wants(c.sum, map[string]int{"payer": c.runs})
		})
	}
}

// A transaction that is undone has changed nothing, and who waited goes by what
// is there.
func TestPlanBesideOneThatIsUndone(t *testing.T) {
	t.Parallel()
	p := newPlanning(t, 1)
	letGo := p.holds(func(ctx context.Context, op string, fn func(*store.Tx) error) error {
		if err := p.db.InTx(ctx, op, fn); !errors.Is(err, errNo) {
			return errors.New("it was not undone")
		}
		return nil
	}, func(tx *store.Tx) error { return errors.Join(countUp(tx, p.accounts[0]), errNo) })
	p.plans(t.Context(), "payer", p.accounts[0], func(tx *store.Tx) error { return countUp(tx, p.accounts[0]) })
	letGo()
	p.wants(1, map[string]int{"payer": 1})
}

// Another process writes between the plan and its turn: for that the writing
// connection is taken, but not for a transaction.
func TestPlanBesideAnotherProcess(t *testing.T) {
	t.Parallel()
	for name, changes := range map[string]bool{"that changes the account": true, "that is idle": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlanning(t, 1)
			other := p.open()
			account := p.accounts[0]
			if err := p.db.InTx(t.Context(), "since the file was opened", fine); err != nil {
				t.Fatal(err)
			}
			conn, err := p.db.SQLiteWriter().Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			p.all.Go(func() {
				if err := p.db.InTx(t.Context(), "first", fine); err != nil {
					t.Error(err)
				}
			})
			for !p.db.LineTaken() {
				runtime.Gosched()
			}
			p.plans(t.Context(), "payer", account, func(tx *store.Tx) error { return countUp(tx, account) })
			runs, counted := 1, 1
			if changes {
				runs, counted = 2, 2
				if err := other.InTx(t.Context(), "other", func(tx *store.Tx) error { return countUp(tx, account) }); err != nil {
					t.Fatal(err)
				}
			}
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
			p.all.Wait()
			p.wants(counted, map[string]int{"payer": runs})
		})
	}
}

// What is committed while a plan is made came after what the plan has read.
func TestPlanThatTakesLong(t *testing.T) {
	t.Parallel()
	p := newPlanning(t, 1)
	own := p.accounts[0]
	letGo := p.holds(p.db.InTx, func(tx *store.Tx) error { return countUp(tx, own) })
	read, goOn := make(chan struct{}), make(chan struct{})
	wait := sync.OnceFunc(func() { close(read); <-goOn })
	p.all.Go(func() {
		err := p.db.InLine(t.Context(), "payer", own, func(tx *store.Tx) error {
			p.runs["payer"]++
			err := countUp(tx, own)
			wait()
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-read
	done := make(chan struct{})
	go func() { letGo(); close(done) }()
	for p.count(own) == 0 {
		runtime.Gosched()
	}
	close(goOn)
	<-done
	p.wants(2, map[string]int{"payer": 2})
}

// What was changed longer ago than the line remembers counts as changed.
func TestPlanThatWaitsForLong(t *testing.T) {
	t.Parallel()
	p := newPlanning(t, 2)
	letGo := p.holds(inLine(p.db, p.accounts[1]), func(tx *store.Tx) error { return countUp(tx, p.accounts[1]) })
	p.plans(t.Context(), "payer", p.accounts[0], func(tx *store.Tx) error { return countUp(tx, p.accounts[0]) })
	p.db.ForgetChanges()
	letGo()
	p.wants(1, map[string]int{"payer": 2})
}

// What a plan can not know, the transaction itself finds out.
func TestWhatIsNotPlanned(t *testing.T) {
	t.Parallel()
	p := newPlanning(t, 2)
	own := p.accounts[0]
	for name, fn := range map[string]func(*store.Tx) error{
		"what it has written itself": func(tx *store.Tx) error { return countUp(tx, own) },
		"another account": func(tx *store.Tx) error {
			_, err := tx.Account(p.accounts[1])
			return err
		},
		"what is of no account": func(tx *store.Tx) error {
			_, err := tx.CountAccounts()
			return err
		},
		"how many rows were touched": func(tx *store.Tx) error {
			isNew, err := tx.InsertWebhook("p", tx.NewID().String(), payment.OperationID{UUID: tx.NewID()})
			if err == nil && !isNew {
				err = errNo
			}
			return err
		},
		"a statement nobody knows, whose error is dropped": func(tx *store.Tx) error {
			_ = tx.EachText("SELECT first_name FROM account", func(func(...any) error) error { return nil })
			return nil
		},
	} {
		before := p.count(own)
		letGo := p.holds(p.db.InTx, fine)
		p.plans(t.Context(), name, own, func(tx *store.Tx) error { return errors.Join(fn(tx), countUp(tx, own)) })
		letGo()
		counted := before + 1
		if name == "what it has written itself" {
			counted++
		}
		p.wants(counted, map[string]int{name: 2})
	}
}

// A plan goes by that an operation is new. Where it is not, nothing that goes by
// it is written.
func TestPlanOfAKnownOperation(t *testing.T) {
	t.Parallel()
	p := newPlanning(t, 1)
	own := p.accounts[0]
	known := store.IntentRow{Intent: payment.Intent{
		ID: payment.OperationID{UUID: p.db.NewID()}, AccountID: own, Channel: payment.ChannelWebGuest, Method: payment.MethodBank, Amount: money.Cents(100),
		State: payment.IntentSucceeded, InputHash: "hash", Language: "en", SubmittedAt: storetest.Noon, UpdatedAt: storetest.Noon,
	}}
	var news []bool
	pay := func(tx *store.Tx) error {
		isNew, _, err := tx.OpenIntent(known)
		news = append(news, isNew)
		if err != nil || !isNew {
			return err
		}
		return countUp(tx, own)
	}
	for _, want := range [][]bool{{true}, {true, false}} {
		news = nil
		letGo := p.holds(p.db.InTx, fine)
		p.plans(t.Context(), "payer", own, pay)
		letGo()
		if !slices.Equal(news, want) {
			t.Errorf("it was new: %v, want %v", news, want)
		}
		p.wants(1, nil)
	}
}

// Who fails in a plan fails once more at its turn, and that counts; who panics
// or gives up is gone, and the others go on.
func TestPlansThatFail(t *testing.T) {
	t.Parallel()
	p := newPlanning(t, 1)
	own := p.accounts[0]
	letGo := p.holds(p.db.InTx, fine)
	ctx, giveUp := context.WithCancel(t.Context())
	p.plans(t.Context(), "fails", own, func(tx *store.Tx) error { return errors.Join(countUp(tx, own), errNo) })
	p.plans(t.Context(), "panics", own, func(tx *store.Tx) error { panic(errors.Join(countUp(tx, own), errNo)) })
	p.plans(ctx, "gives up", own, func(tx *store.Tx) error { giveUp(); return countUp(tx, own) })
	p.plans(t.Context(), "fine", own, func(tx *store.Tx) error { return countUp(tx, own) })
	letGo()
	if !errors.Is(p.errs["fails"], errNo) || !errors.Is(p.errs["gives up"], context.Canceled) || p.errs["panics"] == nil {
		t.Errorf("they ended with %v", p.errs)
	}
	p.wants(1, map[string]int{"fine": 1})
	if p.runs["fails"] != 2 || p.runs["panics"] != 1 || p.runs["gives up"] != 1 {
		t.Errorf("ran %v", p.runs)
	}
}

// Who was worked out beside has no savepoint. If it fails where it has written
// already, or where SQLite undoes the whole transaction, the others of the group
// are not to blame: they run again. If it has written nothing, they stay.
func TestPlannedThatFailsAtItsTurn(t *testing.T) {
	t.Parallel()
	const broken = "INSERT INTO counter (name, n) VALUES ('x', -1)"
	for name, c := range map[string]struct {
		fails func(p *planning, tx *store.Tx) error
		again int
	}{
		"at once": {func(_ *planning, tx *store.Tx) error { tx.QueueText(broken); return nil }, 0},
		"after a write": {func(p *planning, tx *store.Tx) error {
			err := countUp(tx, p.accounts[0])
			tx.QueueText(broken)
			return err
		}, 1},
		"undoing all": {func(_ *planning, tx *store.Tx) error {
			tx.QueueText("INSERT OR ROLLBACK INTO counter (name, n) VALUES ('x', -1)")
			return nil
		}, 1},
		"after a write, by a count": {func(p *planning, tx *store.Tx) error {
			err := countUp(tx, p.accounts[0])
			tx.UseCredit(p.accounts[0], payment.Application{PaymentID: payment.ID{UUID: tx.NewID()}, Amount: money.Cents(100)})
			return err
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlanning(t, 3)
			letGo := p.holds(p.db.InTx, func(tx *store.Tx) error { return tx.PutSession("hash", []byte("data"), storetest.Noon) })
			p.plans(t.Context(), "before", p.accounts[1], func(tx *store.Tx) error { return countUp(tx, p.accounts[1]) })
			p.plans(t.Context(), "fails", p.accounts[0], func(tx *store.Tx) error { return c.fails(p, tx) })
			p.plans(t.Context(), "after", p.accounts[2], func(tx *store.Tx) error { return countUp(tx, p.accounts[2]) })
			letGo()
			if p.errs["fails"] == nil {
				t.Error("it did not fail")
			}
			p.wants(0, map[string]int{"before": 1 + c.again})
			if p.errs["after"] != nil || p.count(p.accounts[1]) != 1 || p.count(p.accounts[2]) != 1 {
				t.Errorf("the others: %v, counted %d and %d", p.errs, p.count(p.accounts[1]), p.count(p.accounts[2]))
			}
		})
	}
}

// Many work on few accounts at the same moment: in the line, out of it, in
// another process, beside others who write what does not matter. Nothing that
// is counted is lost.
func TestPlansLoseNothing(t *testing.T) {
	t.Parallel()
	const workers, rounds = 6, 150
	p := newPlanning(t, 3)
	other := p.open()
	ran := make([]int, workers)
	var before, all sync.WaitGroup
	before.Add(1)
	work := func(do func(round int) error) {
		all.Go(func() {
			before.Wait()
			for round := range rounds {
				if err := do(round); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for w := range workers {
		work(func(round int) error {
			account := p.accounts[(w+round)%len(p.accounts)]
			return p.db.InLine(t.Context(), "in line", account, func(tx *store.Tx) error {
				ran[w]++
				return countUp(tx, account)
			})
		})
	}
	work(func(round int) error {
		return p.db.InTx(t.Context(), "session", func(tx *store.Tx) error {
			return tx.PutSession(strconv.Itoa(round), []byte("data"), storetest.Noon)
		})
	})
	counted := workers * rounds
	for name, db := range map[string]*store.DB{"writes": p.db, "is another process": other} {
		counted += rounds / 10
		work(func(round int) error {
			if round%10 > 0 {
				runtime.Gosched()
				return nil
			}
			return db.InTx(t.Context(), name, func(tx *store.Tx) error { return countUp(tx, p.accounts[round/10%len(p.accounts)]) })
		})
	}
	before.Done()
	all.Wait()
	sum := 0
	for _, id := range p.accounts {
		sum += p.count(id)
	}
	if sum != counted {
		t.Errorf("%d were counted, want %d", sum, counted)
	}
	total := 0
	for _, n := range ran {
		total += n
	}
	if total == workers*rounds {
		t.Log("no plan was thrown away")
	}
}

// A plan goes by the tables that a text names: nothing is read or written that
// no text names.
func TestNothingWritesUnnamed(t *testing.T) {
	t.Parallel()
	err := openSQLite(t).Read(t.Context(), "schema", func(tx *store.ReadTx) error {
		return tx.EachText(`
			SELECT name FROM sqlite_schema WHERE type = 'view' OR type = 'trigger' AND sql NOT LIKE '%BEGIN SELECT RAISE(ABORT,%'
				OR sql LIKE '%CASCADE%' OR sql LIKE '%SET NULL%' OR sql LIKE '%SET DEFAULT%'`,
			func(scan func(...any) error) error {
				var name string
				err := scan(&name)
				t.Errorf("%s reads or writes what a statement does not name: see Stmt.names", name)
				return err
			})
	})
	if err != nil {
		t.Fatal(err)
	}
}
