package receiving

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/store"
)

// Guard is how the return rates stand (ACH-34).
type Guard struct {
	On       civil.Date `json:"on"`
	Rates    []ach.Rate `json:"rates"`
	Level    ach.Level  `json:"level"`
	Released bool       `json:"released"` // two people have let debits go on
	By       []string   `json:"released_by,omitempty"`
	Micro    ach.Rate   `json:"micro_entries"` // of verifications: above its ceiling none begins (ACH-11)
}

// Stops tells whether no debit may be built.
func (g Guard) Stops() bool { return g.Level == ach.LevelStop && !g.Released }

// Words says what there is to be said of the rates, "" if nothing.
func (g Guard) Words() string {
	var over []string
	for _, r := range g.Rates {
		if r.Level == ach.LevelAlarm || r.Level == ach.LevelStop {
			over = append(over, fmt.Sprintf("%s returns are %s %% of debits, and may be %s %%", r.Name, Percent(r.BasisPoints()), Percent(int64(r.Ceiling))))
		}
	}
	if g.Micro.Level == ach.LevelAlarm || g.Micro.Level == ach.LevelStop {
		over = append(over, fmt.Sprintf("%s %% of the checks by micro-entries came back, and it may be %s %%", Percent(g.Micro.BasisPoints()), Percent(int64(g.Micro.Ceiling))))
	}
	return strings.Join(over, "; ")
}

// Percent writes basis points: 50 is "0.50".
func Percent(basisPoints int64) string {
	return fmt.Sprintf("%d.%02d", basisPoints/100, basisPoints%100)
}

// Codes of the guard.
const (
	CodeGuardStop = ach.CodeGuardStop // the return rates are above what the bank allows
	CodeNoStop    = "ach.no_stop"     // there is nothing to release
)

// Judge works the return rates of a date out, records them and gives them. An
// alarm is raised at a share of a ceiling, and above it no debit is built.
func (s *Service) Judge(ctx context.Context, date civil.Date) (Guard, error) {
	var g Guard
	err := s.db.InTx(ctx, "judge return rates", func(tx *store.Tx) error {
		counts, err := s.rates(tx.ReadTx, date, &g)
		if err != nil {
			return err
		}
		tx.PutGuard(date, counts, g.Level)
		return nil
	})
	return g, err
}

// Rates gives the return rates as they are now, and records nothing.
func (s *Service) Rates(ctx context.Context) (Guard, error) {
	var g Guard
	err := s.db.Read(ctx, "return rates", func(tx *store.ReadTx) error {
		_, err := s.rates(tx, s.today(), &g)
		return err
	})
	return g, err
}

func (s *Service) rates(tx *store.ReadTx, date civil.Date, g *Guard) (ach.Returned, error) {
	p := s.profile.ACH
	counts, err := tx.GuardCounts(date.AddDays(-p.GuardDays.On(date)), date)
	if err != nil {
		return counts, err
	}
	*g = Guard{On: date}
	ceilings := ach.Ceilings{
		Unauthorized: p.Unauthorized.On(date), Administrative: p.Administrative.On(date), Overall: p.Overall.On(date),
		AlarmPercent: p.AlarmPercent.On(date), LeastReturns: p.LeastReturns.On(date),
	}
	g.Rates, g.Level = ach.Judge(counts, ceilings)
	micro, err := tx.MicroCounts(date.AddDays(-p.GuardDays.On(date)), date)
	if err != nil {
		return counts, err
	}
	g.Micro = ach.JudgeMicro(micro, ceilings, p.MicroReturned.On(date))
	if g.Level != ach.LevelStop {
		return counts, nil
	}
	release, err := tx.LastGuardRelease()
	if err != nil {
		return counts, unlessMissing(err)
	}
	var passed []ach.Rate
	if err := json.Unmarshal([]byte(release.Rates), &passed); err != nil {
		return counts, fmt.Errorf("rates of the last release: %w", err)
	}
	if g.Released = ach.Released(passed, g.Rates); g.Released {
		g.By = []string{release.Actor, release.Second}
	}
	return counts, nil
}

// MayDebit fails with CodeGuardStop while no debit may be built: whoever builds
// files asks before each.
func (s *Service) MayDebit(ctx context.Context, date civil.Date) error {
	g, err := s.Judge(ctx, date)
	if err != nil || !g.Stops() {
		return err
	}
	return fault.New(fault.Conflict, CodeGuardStop,
		"no debit is built: %s. Find out why; two people may let debits go on: quittance bank guard --release", g.Words())
}

// Release lets debits go on in spite of the rates: one person asks, a second
// agrees, both by name. It ends by itself as soon as a rate that is above its
// ceiling rises further.
type Release struct {
	By, Second access.Actor
	Reason     string
}

// Release records a release.
func (s *Service) Release(ctx context.Context, r Release) error {
	if err := access.CheckTwo(r.By, r.Second, access.ReleaseACHGuard, r.Reason); err != nil {
		return err
	}
	date := s.today()
	return s.db.InTx(ctx, "release return guard", func(tx *store.Tx) error {
		var g Guard
		if _, err := s.rates(tx.ReadTx, date, &g); err != nil {
			return err
		}
		if !g.Stops() {
			return fault.New(fault.Conflict, CodeNoStop, "the return rates stop nothing at this moment")
		}
		rates, err := json.Marshal(g.Rates)
		if err != nil {
			return err
		}
		tx.InsertGuardRelease(store.GuardRelease{Rates: string(rates), Actor: r.By.Name, Second: r.Second.Name, Reason: r.Reason, On: date})
		tx.Audit(store.AuditEvent{
			AccountID: ledger.House, Operation: string(access.ReleaseACHGuard), Actor: r.By.Name, Subject: "return rates of " + date.String(),
			Summary: g.Words() + "; agreed by " + r.Second.Name, Reason: r.Reason,
		})
		return nil
	})
}
