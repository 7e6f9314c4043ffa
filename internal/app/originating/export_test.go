package originating

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/ach"
)

// SetChunk sets how many entries are filed in one transaction.
func (s *Service) SetChunk(n int) { s.chunk = n }

// FillPart begins a file and files one chunk, as a process does that is killed
// then.
func (s *Service) FillPart(ctx context.Context, bankOn civil.Date) error {
	f, ok, _, err := s.begin(ctx, bankOn, actorSystem, ach.Kinds)
	if err != nil || !ok {
		return err
	}
	_, err = s.fillChunk(ctx, &filling{file: f}, ach.KindDebit, ach.WEB)
	return err
}

// KillIn has kill called around each transaction in the life of a file; its
// error ends what is done, as if the process were gone.
func (s *Service) KillIn(chunk int, kill func(step string) error) { s.chunk, s.kill = chunk, kill }
