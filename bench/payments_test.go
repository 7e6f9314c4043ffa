package bench_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/queue"
)

// payer is an account that owes money. Each pays once, all of it.
type payer struct {
	account enrollment.AccountID
	owed    money.Amount
}

// crowd hands out payers, each once.
type crowd struct {
	all  []payer
	next atomic.Int64
}

func (c *crowd) take() (payer, bool) {
	i := c.next.Add(1) - 1
	if i >= int64(len(c.all)) {
		return payer{}, false
	}
	return c.all[i], true
}

// desk takes payments as the website does: the whole of PayByBank, with the
// job for the receipt.
type desk struct {
	m          *market
	paying     *paying.Service
	one, many  *crowd // accounts of one carrier; accounts of many
	nextNumber atomic.Int64
}

// receipts enqueues the job for a receipt; nobody works it here.
type receipts struct{ queue *queue.Queue }

type receiptJob struct {
	Operation payment.OperationID `json:"operation"`
}

func (receiptJob) Kind() string { return "receipt.send" }

func (r receipts) SendReceipt(tx *store.Tx, _ enrollment.AccountID, id payment.OperationID) error {
	return r.queue.Insert(tx, receiptJob{id})
}

func (r receipts) TextReceipt(*store.Tx, enrollment.AccountID, payment.OperationID) error {
	panic("no texts here")
}

func (r receipts) CheckCard(*store.Tx, payment.OperationID) error { panic("no cards here") }

type noLinks struct{}

func (noLinks) CardSuccess(payment.OperationID, string) string { panic("no cards here") }
func (noLinks) CardCancel(payment.OperationID, string) string  { panic("no cards here") }

type noValidator struct{}

func (noValidator) Validate(context.Context, string, pii.Secret, payment.AccountType) (payment.Validation, string, error) {
	panic("the account was validated on the page before")
}

func openDesk(b *testing.B, m *market) *desk {
	b.Helper()
	as := debug.SetGCPercent(400) // as quittance serve does
	b.Cleanup(func() { debug.SetGCPercent(as) })
	b.Cleanup(m.db.SpareProcessor())
	q, err := queue.New(m.db, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	d := &desk{m: m, one: &crowd{}, many: &crowd{}, paying: paying.New(paying.Config{
		DB: m.db, Profile: m.profile, Jobs: receipts{q}, Links: noLinks{}, Validator: noValidator{}, Log: slog.New(slog.DiscardHandler),
	})}
	d.gather(b)
	return d
}

// gather lists who owes what, in the order in which they will pay: by chance.
func (d *desk) gather(b *testing.B) {
	b.Helper()
	var after enrollment.AccountID
	for {
		var page []enrollment.AccountID
		err := d.m.db.Read(b.Context(), "payers", func(tx *store.ReadTx) (err error) {
			if page, err = tx.AccountsAfter(after, 500); err != nil || len(page) == 0 {
				return err
			}
			facts, err := tx.BillingFacts(page[0], page[len(page)-1], m202701)
			for _, f := range facts {
				d.add(f)
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1]
	}
	chance := rand.New(rand.NewPCG(seed, 0))
	for _, c := range []*crowd{d.one, d.many} {
		chance.Shuffle(len(c.all), func(i, j int) { c.all[i], c.all[j] = c.all[j], c.all[i] })
	}
}

var m202701 = secondDay.Month()

func (d *desk) add(f *store.Facts) {
	p := payer{account: f.Account.ID}
	for _, c := range f.Charges {
		p.owed = p.owed.Add(c.Unpaid)
	}
	switch {
	case p.owed.IsZero():
	case f.Enrollments[0].CarrierID == "ONE":
		d.one.all = append(d.one.all, p)
	default:
		d.many.all = append(d.many.all, p)
	}
}

// pay takes the next payment of a crowd.
func (d *desk) pay(ctx context.Context, from *crowd) error {
	p, ok := from.take()
	if !ok {
		return fmt.Errorf("all %d payers have paid: raise -payers", len(from.all))
	}
	_, err := d.paying.PayByBank(ctx, paying.BankOrder{
		Order: paying.Order{
			Operation: d.paying.NewOperation(), Account: p.account, Channel: payment.ChannelWebGuest, Amount: p.owed,
			Email: "payer@example.com", Language: "en",
			Authorization: payment.Authorization{Version: "1", Wording: wording, Network: "192.0.2.7", SessionHash: "c0ffee"},
		},
		Bank: payment.BankAccount{
			HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "011000015",
			Number: pii.NewSecret(fmt.Sprintf("%010d", d.nextNumber.Add(1))),
		},
		ValidationRef: "checked",
	})
	return err
}

const wording = "I authorize the marketplace to debit the bank account named above once, on or after today, for the amount shown. " +
	"I can withdraw this authorization until the payment is sent by calling the number on my bill."

// pace runs do with so many clients at the same time until the time is up,
// and gives how often a second it was done.
func pace(b *testing.B, clients int, length time.Duration, do func() error) float64 {
	b.Helper()
	var group sync.WaitGroup
	var done atomic.Int64
	failed := make(chan error, clients)
	started := clock.Start()
	for range clients {
		group.Go(func() {
			for clock.Elapsed(started) < length {
				if err := do(); err != nil {
					failed <- err
					return
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	took := clock.Elapsed(started)
	close(failed)
	for err := range failed {
		b.Fatal(err)
	}
	return float64(done.Load()) / took.Seconds()
}

// BenchmarkPaymentsPostgres posts payments in turns with pgbench's TPC-B: as
// pgbench runs it unless told otherwise, which the target means, and with
// prepared statements.
func BenchmarkPaymentsPostgres(b *testing.B) {
	m := newMarket(b, "postgres", *payers)
	m.bill(b)
	d := openDesk(b, m)
	tpcb := newTPCB(b)
	var rows [][]string
	for _, clients := range []int{8, 32} {
		var base, prepared, one, many series
		before := m.db.Retries()
		var paid float64
		for range *rounds {
			m.exec(b, "CHECKPOINT")
			base = append(base, tpcb.run(b, "simple", clients))
			prepared = append(prepared, tpcb.run(b, "prepared", clients))
			// Who pays first after pgbench finds its pages in the server's memory.
			pace(b, clients, *slice/4, func() error { return d.pay(b.Context(), d.many) })
			one = append(one, pace(b, clients, *slice, func() error { return d.pay(b.Context(), d.one) }))
			many = append(many, pace(b, clients, *slice, func() error { return d.pay(b.Context(), d.many) }))
			paid += (one[len(one)-1] + many[len(many)-1]*5/4) * slice.Seconds()
		}
		retries := float64(m.db.Retries()-before) / paid
		rows = append(rows,
			[]string{fmt.Sprint(clients), "pgbench TPC-B, transactions/s", base.String(), "", ""},
			[]string{fmt.Sprint(clients), "the same with prepared statements", prepared.String(), "", ""},
			[]string{fmt.Sprint(clients), "payments/s, many carriers", many.String(), many.over(base).String() + " × TPC-B", many.over(base).against(0.5)},
			[]string{fmt.Sprint(clients), "", "", many.over(prepared).String() + " × TPC-B prepared", ""},
			[]string{fmt.Sprint(clients), "payments/s, one carrier", one.String(), one.over(many).String() + " × many", one.over(many).against(0.9)},
			[]string{fmt.Sprint(clients), "retried after a collision", fmt.Sprintf("%.2f %%", 100*retries), "", ""},
		)
		b.ReportMetric(many.median(), fmt.Sprintf("payments/s-%d", clients))
		b.ReportMetric(ratioMedian(many, base), fmt.Sprintf("×tpcb-%d", clients))
		b.ReportMetric(ratioMedian(one, many), fmt.Sprintf("hot/spread-%d", clients))
	}
	report.table("Payments posted, PostgreSQL", []string{"clients", "what", "median (least to most)", "ratio", "target"}, rows)
}

func ratioMedian(s, base series) float64 { return series(s.over(base)).median() }

// BenchmarkPaymentsSQLite posts payments, as a server does, in turns with single
// durable inserts into a file with the same settings for what is durable, with the
// driver as it comes, which does them faster than our file system layer.
func BenchmarkPaymentsSQLite(b *testing.B) {
	m := newMarket(b, "sqlite", *payers)
	m.bill(b)
	d := openDesk(b, m)
	single := newSingleRows(b)
	var rows [][]string
	for _, clients := range []int{1, 8, 32} {
		var base, one, many, oneCost, cost series
		// Who pays comes after single rows, so that all begin with as much of the log moved.
		pay := func(crowd *crowd, paid, cost *series) (rows float64) {
			rows = pace(b, 1, *slice, single.insert)
			before := processorTime()
			*paid = append(*paid, pace(b, clients, *slice, func() error { return d.pay(b.Context(), crowd) }))
			*cost = append(*cost, (processorTime()-before)*1e6/((*paid)[len(*paid)-1]*slice.Seconds()))
			return rows
		}
		for range *rounds {
			base = append(base, pay(d.many, &many, &cost))
			pay(d.one, &one, &oneCost)
		}
		aim := "" // a single client shares no commit with anybody
		if clients > 1 {
			aim = many.over(base).against(0.5)
		}
		rows = append(rows,
			[]string{fmt.Sprint(clients), "one durable row, commits/s", base.String(), "", ""},
			[]string{fmt.Sprint(clients), "payments/s, many carriers", many.String(), many.over(base).String() + " × single rows", aim},
			[]string{fmt.Sprint(clients), "payments/s, one carrier", one.String(), one.over(many).String() + " × many", one.over(many).against(0.9)},
			[]string{fmt.Sprint(clients), "processor time of a payment, µs", cost.String(), oneCost.String() + " with one carrier", ""},
		)
		b.ReportMetric(many.median(), fmt.Sprintf("payments/s-%d", clients))
		b.ReportMetric(ratioMedian(many, base), fmt.Sprintf("×rows-%d", clients))
		b.ReportMetric(ratioMedian(one, many), fmt.Sprintf("hot/spread-%d", clients))
	}
	report.table("Payments posted, SQLite", []string{"clients", "what", "median (least to most)", "ratio", "target"}, rows)
}

// bill issues the first bills, so that there is something to pay.
func (m *market) bill(b *testing.B) {
	b.Helper()
	done, err := billing.New(m.db, m.profile).Run(b.Context(), billing.RunInput{Month: m202701})
	if err != nil || done.SetAside > 0 {
		b.Fatalf("bill run: %+v, %v", done, err)
	}
	m.tidy(b)
}
