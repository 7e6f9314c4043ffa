package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/sandbox/inbox"
	"quittance.org/quittance/sandbox/population"
)

// demoLoader tells the stories of the fixtures through the product's own use
// cases, day by day on the virtual clock, so that the demo's books are as real
// as any.
type demoLoader struct {
	app     *app.App
	clock   *virtual.Clock
	profile *profile.Profile
	bar     *progress
	pages   *site
	mailbox *inbox.Inbox // where one-time codes go

	households int
	seed       uint64
	accounts   map[string]enrollment.AccountID // by fixture letter
	arrived    []arrival                       // what the bank's statement tells of the stories
}

// takeover is when the other households come in, paid up to November: the day
// before their first bill.
var takeover = civil.NewDate(2026, time.October, 31)

func (l *demoLoader) load(ctx context.Context) error {
	l.accounts = map[string]enrollment.AccountID{}
	fixtures := population.Fixtures()
	days, byDay := storyDays(fixtures)
	if err := l.enrollOld(ctx, fixtures, days[0]); err != nil {
		return err
	}
	taken := false
	for i, day := range days {
		if !taken && day.After(takeover) {
			taken = true
			if err := l.takeOver(ctx); err != nil {
				return err
			}
		}
		l.at(day)
		if err := l.live(ctx, byDay[day]); err != nil {
			return fmt.Errorf("%s: %w", day, err)
		}
		if _, err := l.app.Exchanging.Tell(ctx); err != nil {
			return err
		}
		if err := carriersAnswer(ctx, l.app, day); err != nil {
			return err
		}
		l.bar.at(i)
	}
	l.bar.done(len(days))
	return l.deposit(ctx)
}

// at moves the clock to noon of a day.
func (l *demoLoader) at(day civil.Date) {
	l.clock.Set(day.In(l.profile.Zone()).Add(12 * time.Hour))
}

// happening is one event of one fixture.
type happening struct {
	fixture population.Fixture
	event   population.Event
}

func storyDays(fixtures []population.Fixture) ([]civil.Date, map[civil.Date][]happening) {
	byDay := map[civil.Date][]happening{}
	var days []civil.Date
	for _, f := range fixtures {
		for _, e := range f.History {
			if len(byDay[e.On]) == 0 {
				days = append(days, e.On)
			}
			byDay[e.On] = append(byDay[e.On], happening{f, e})
		}
	}
	slices.SortFunc(days, civil.Date.Compare)
	return days, byDay
}

// enrollOld imports the fixtures that were there from the start.
func (l *demoLoader) enrollOld(ctx context.Context, fixtures []population.Fixture, day civil.Date) error {
	l.at(day)
	var old []population.Fixture
	for _, f := range fixtures {
		if len(f.History) == 0 || f.History[0].Kind != population.EventSelected {
			old = append(old, f)
		}
	}
	return l.enroll(ctx, "fixtures.csv", old)
}

func (l *demoLoader) enroll(ctx context.Context, name string, fixtures []population.Fixture) error {
	return l.importHouseholds(ctx, name, func(w *enrollcsv.Writer) error {
		for _, f := range fixtures {
			if err := w.Write(f.Household); err != nil {
				return err
			}
		}
		return nil
	}, func() error {
		for _, f := range fixtures {
			id, err := l.app.Paying.Find(ctx, paying.FindInput{
				Number: string(f.Household.Account.SubscriberID), BirthDate: f.Household.Account.BirthDate, Network: "demo",
			})
			if err != nil {
				return fmt.Errorf("fixture %s: %w", f.Letter, err)
			}
			l.accounts[f.Letter] = id
		}
		return nil
	})
}

// importHouseholds writes an enrollment file and imports it, as the
// eligibility system's file would be.
func (l *demoLoader) importHouseholds(ctx context.Context, name string, write func(*enrollcsv.Writer) error, then func() error) error {
	r, w := io.Pipe()
	go func() {
		file := enrollcsv.NewWriter(w)
		err := write(file)
		if err == nil {
			err = file.Flush()
		}
		w.CloseWithError(err)
	}()
	result, err := l.app.Enrolling.Import(ctx, enrolling.ImportInput{Name: name, Actor: "operator:demo", Reader: r})
	_ = r.Close()
	if err != nil {
		return err
	}
	if result.Rejected > 0 {
		return fmt.Errorf("%s: %d of the demo's own rows were rejected", name, result.Rejected)
	}
	return then()
}

// takeOver imports the other households. Their coverage runs already, so their
// enrollments are carried over and need no first payment.
func (l *demoLoader) takeOver(ctx context.Context) error {
	l.at(takeover)
	people, err := population.New(l.seed, takeover.Year())
	if err != nil {
		return err
	}
	return l.importHouseholds(ctx, "households.csv", func(w *enrollcsv.Writer) error {
		for n := range l.households {
			h, err := people.Household(n)
			if err != nil {
				return err
			}
			for i := range h.Enrollments {
				h.Enrollments[i].Renewal = true
			}
			if err := w.Write(h); err != nil {
				return err
			}
		}
		return nil
	}, func() error { return nil })
}

// live lets the events of one day happen: bills go out first.
func (l *demoLoader) live(ctx context.Context, day []happening) error {
	billed := map[civil.Month]bool{}
	for _, h := range day {
		if h.event.Kind == population.EventBilled && !billed[h.event.Month] && h.event.Month == l.profile.CoverageMonthBilledOn(h.event.On) {
			billed[h.event.Month] = true
			if _, err := l.app.Billing.Run(ctx, billing.RunInput{Month: h.event.Month}); err != nil {
				return err
			}
		}
	}
	for _, h := range day {
		if err := l.happen(ctx, h); err != nil {
			return fmt.Errorf("fixture %s: %s: %w", h.fixture.Letter, h.event.Kind, err)
		}
	}
	return nil
}

func (l *demoLoader) happen(ctx context.Context, h happening) error {
	letter, e := h.fixture.Letter, h.event
	switch e.Kind {
	case population.EventSelected:
		if err := l.enroll(ctx, "selected-"+letter+".csv", []population.Fixture{h.fixture}); err != nil {
			return err
		}
		_, err := l.app.Billing.FirstBills(ctx)
		return err
	case population.EventPaid:
		return l.pay(ctx, h.fixture, e)
	case population.EventAutoPay:
		return l.autoPay(ctx, h.fixture, e.Day)
	case population.EventReturned:
		return l.bankSays(ctx, e)
	case population.EventEnded:
		return l.app.Collecting.RecordEnd(ctx, collecting.End{
			Account: l.accounts[letter], Last: e.Month, Actor: "staff:demo", Second: "staff:demo-lead", Reason: "unpaid after the last date",
		})
	}
	return nil
}

// cameBy is how a payment came in.
type cameBy struct {
	channel payment.Channel
	method  payment.Method
}

// pay receives an old payment. One that the bank takes back later was made on
// the website, and goes the whole way.
func (l *demoLoader) pay(ctx context.Context, f population.Fixture, e population.Event) error {
	if comesBack(f, e) {
		return l.debit(ctx, f, e)
	}
	by := l.arrive(e)
	_, err := l.app.Paying.Receive(ctx, paying.Received{
		Operation: l.app.Paying.NewOperation(), Account: l.accounts[f.Letter], Channel: by.channel, Method: by.method,
		Amount: e.Amount, ReceivedOn: e.On, Reference: "demo history", LastFour: "6789",
	})
	return err
}
