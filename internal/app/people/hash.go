package people

import (
	"context"
	"fmt"
	"sync"

	"github.com/alexedwards/argon2id"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
)

// serverHashing is the second choice of RFC 9106 for servers: 64 MiB three
// times over, about a fifth of a second of two cores.
var serverHashing = &argon2id.Params{Memory: 64 << 10, Iterations: 3, Parallelism: 2, SaltLength: 16, KeyLength: 32}

// hashesAtOnce bounds the memory and the cores that sign-ins take from those
// who pay: two hashes are 128 MiB. Who comes while so many wait is told so at
// once.
const (
	hashesAtOnce = 2
	hashesWait   = 50
)

// busy tells whether there is no room to wait for a hash. It is asked before a
// try is counted: who is sent away has not tried.
func (s *Service) busy() error {
	if s.waiting.Load() >= hashesWait {
		return fault.New(fault.Unavailable, CodeBusy, "Too many people are signing in at this moment. Try again in a minute.")
	}
	return nil
}

// slot waits for its turn to hash. The caller gives it back.
func (s *Service) slot(ctx context.Context) (func(), error) {
	if err := s.busy(); err != nil {
		return nil, err
	}
	s.waiting.Add(1)
	defer s.waiting.Add(-1)
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash hashes a password that was checked.
func (s *Service) hash(ctx context.Context, password pii.Secret) (pii.Secret, error) {
	free, err := s.slot(ctx)
	if err != nil {
		return pii.Secret{}, err
	}
	defer free()
	hash, err := argon2id.CreateHash(identity.PreparePassword(password.Reveal()), s.Hashing)
	return pii.NewSecret(hash), err
}

// matches compares a password with a hash. No hash, that of a person who does
// not exist, takes as long and never matches. again is a new hash of the same
// password when the costs have changed since.
func (s *Service) matches(ctx context.Context, password, hash pii.Secret) (ok bool, again pii.Secret, err error) {
	typed := identity.PreparePassword(password.Reveal())
	if len(typed) > identity.PasswordMost*4 {
		typed = "" // no password is as long, and hashing it must not cost more
	}
	against := hash.Reveal()
	if hash.IsZero() {
		if against, err = s.stranger(); err != nil {
			return false, pii.Secret{}, err
		}
	}
	free, err := s.slot(ctx)
	if err != nil {
		return false, pii.Secret{}, err
	}
	defer free()
	ok, params, err := argon2id.CheckHash(typed, against)
	if err != nil {
		return false, pii.Secret{}, fmt.Errorf("compare passwords: %w", err)
	}
	ok = ok && !hash.IsZero()
	if ok && *params != *s.Hashing {
		text, err := argon2id.CreateHash(typed, s.Hashing)
		return ok, pii.NewSecret(text), err
	}
	return ok, pii.Secret{}, nil
}

// hashOfNobody makes, once, a hash that no password matches.
func (s *Service) hashOfNobody() func() (string, error) {
	return sync.OnceValues(func() (string, error) { return argon2id.CreateHash(string(random(32)), s.Hashing) })
}
