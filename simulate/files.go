package simulate

import (
	"context"
	"errors"
	"io"

	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/format/enrollcsv"
)

// takeFiles takes in what others have to say today: carriers, and then the
// eligibility system.
func (s *simulation) takeFiles(ctx context.Context) error {
	if err := s.hearCarriers(ctx); err != nil {
		return err
	}
	return s.takeEnrollments(ctx)
}

// takeEnrollments imports the day's enrollment file and issues the first bills
// that it calls for, as the operator's scheduler does.
func (s *simulation) takeEnrollments(ctx context.Context) error {
	if s.told == nil {
		s.told = s.agenda.take(s.lastUp.AddDays(1), s.today, func(e event) bool { return e.kind == eventTell })
	}
	if len(s.told) == 0 {
		return nil
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(s.writeFile(w)) }()
	result, err := s.market.app.Enrolling.Import(ctx, enrolling.ImportInput{
		Name: "enrollments-" + s.today.String() + ".csv", Actor: "operator:simulate", Reader: r,
	})
	_ = r.CloseWithError(errors.New("simulate: the import has ended"))
	if err != nil {
		return err
	}
	if !s.counted {
		s.counted = true
		s.result.Rejected += result.Rejected
	}
	if err := s.payAhead(ctx); err != nil {
		return err
	}
	if _, err := s.market.app.Billing.FirstBills(ctx); err != nil {
		return err
	}
	s.welcome()
	return nil
}

// writeFile writes what the eligibility system tells today.
func (s *simulation) writeFile(w io.Writer) error {
	file := enrollcsv.NewWriter(w)
	for _, e := range s.told {
		h, err := s.statement(int(e.household), s.today)
		if err != nil {
			return err
		}
		if err := file.Write(h); err != nil {
			return err
		}
	}
	return file.Flush()
}

// welcome plans the first payments of those who chose a plan today.
func (s *simulation) welcome() {
	for _, e := range s.told {
		n := int(e.household)
		if r := &s.town[n]; !r.chosen {
			r.chosen = true
			s.planFirst(n)
		}
	}
}
