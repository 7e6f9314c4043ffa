package people

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// Security is what A15 shows.
type Security struct {
	Email           string // the person's own, in full
	PasswordChanged civil.Instant
	Factors         []Factor
	BackupCodes     int // left
	Sessions        []Device
	History         []Event // the last ten, the latest first
	Texts           bool    // codes by text message can be set up
	Confirmed       bool    // the password was typed minutes ago: see Confirm
}

// Factor is a second step.
type Factor struct {
	ID    identity.FactorID
	Kind  identity.FactorKind
	Name  string // of a passkey or an app; the masked number of a phone
	Added civil.Instant
	Used  civil.Instant // zero: never
}

// Device is a browser in which the person is signed in.
type Device struct {
	ID      identity.SessionID
	Browser string // "Firefox on Windows", or ""
	Network string // "203.0.113.…", or ""
	Since   civil.Instant
	Seen    civil.Instant
	This    bool
}

// Event is a line of the sign-in history.
type Event struct {
	At      civil.Instant
	What    store.PersonEventKind
	Way     identity.FactorKind // of a sign-in, or of what was added or removed
	Browser string
	Network string
}

// Security gives what A15 shows.
func (s *Service) Security(ctx context.Context, who Who) (Security, error) { panic("soon") }

// Added is a second step that was set up. BackupCodes are shown once, with the
// first one.
type Added struct {
	Factor      Factor
	BackupCodes []string // "7F3K-92QM"
}

// AppSetup is what an authenticator app needs. QR is the picture as a PNG.
type AppSetup struct {
	Ticket Ticket
	Secret string // in groups, to be typed
	URI    pii.Secret
	QR     []byte
}

// BeginApp begins to set up an authenticator app.
func (s *Service) BeginApp(ctx context.Context, who Who) (AppSetup, error) { panic("soon") }

// AnswerSetup is the first code of an app or of a phone that is set up.
type AnswerSetup struct {
	Ticket Ticket
	Code   string
	From   From
}

// AddApp keeps the app that BeginApp began.
func (s *Service) AddApp(ctx context.Context, who Who, in AnswerSetup) (Added, error) { panic("soon") }

// NewPhone is the number that codes shall go to.
type NewPhone struct {
	Number string
	Call   bool
	From   From
}

// CodePhone marks a number that can not be a phone's, at "phone".
const CodePhone = "phone.format"

// BeginPhone sends a code to a phone to be set up.
func (s *Service) BeginPhone(ctx context.Context, who Who, in NewPhone) (Sent, error) { panic("soon") }

// AddPhone keeps the phone that BeginPhone began.
func (s *Service) AddPhone(ctx context.Context, who Who, in AnswerSetup) (Added, error) {
	panic("soon")
}

// CodeLastFactor marks the last second step, which can be replaced and not
// removed.
const CodeLastFactor = "factor.last"

// RemoveFactor removes a second step, but never the last (CodeLastFactor).
func (s *Service) RemoveFactor(ctx context.Context, who Who, id identity.FactorID, from From) error {
	panic("soon")
}

// NewBackupCodes makes backup codes; the old ones work no more.
func (s *Service) NewBackupCodes(ctx context.Context, who Who, from From) ([]string, error) {
	panic("soon")
}
