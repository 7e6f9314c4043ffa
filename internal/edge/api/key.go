package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
)

// KeyHash is what is kept of an integrator's key.
type KeyHash struct {
	Name string // of the integrator, for the audit
	Hash [sha256.Size]byte
}

// HashKey gives the hash of a key. Keys are long random text, so that a plain
// hash is enough.
func HashKey(key string) [sha256.Size]byte { return sha256.Sum256([]byte(key)) }

// ParseKeyHash reads "NAME:HASH", the hash in 64 hexadecimal digits, as the
// configuration has it.
func ParseKeyHash(text string) (KeyHash, error) {
	name, digits, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(digits)
	if name == "" || err != nil || len(raw) != sha256.Size {
		return KeyHash{}, fault.New(fault.Invalid, "api.key", "an API key is configured as NAME:HASH, with the SHA-256 of the key in 64 hexadecimal digits")
	}
	return KeyHash{name, [sha256.Size]byte(raw)}, nil
}

type callerKey struct{}

// callerOf names who calls, for the audit.
func callerOf(ctx context.Context) string {
	name, _ := ctx.Value(callerKey{}).(string)
	return name
}

// authorize lets those through whose role may do op. It runs before the body
// is read.
func (s *server) authorize(op access.Operation) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		name, role := s.caller(ctx.Header("Authorization"))
		if err := access.Check(role, op); err != nil {
			_, w := humago.Unwrap(ctx)
			if fault.KindOf(err) == fault.Unauthenticated {
				w.Header().Set("WWW-Authenticate", `Bearer realm="quittance"`)
			}
			writeProblem(w, s.problemOf(ctx.Context(), ctx.Operation().OperationID, err))
			return
		}
		next(huma.WithValue(ctx, callerKey{}, "integrator:"+name))
	}
}

// caller finds whose key a header carries; nobody's is the role "". It takes
// the same time whichever key it is.
func (s *server) caller(header string) (name string, role access.Role) {
	scheme, key, _ := strings.Cut(header, " ")
	hash := HashKey(strings.TrimSpace(key))
	for _, k := range s.config.Keys {
		if subtle.ConstantTimeCompare(hash[:], k.Hash[:]) == 1 && strings.EqualFold(scheme, "Bearer") {
			name, role = k.Name, access.RoleIntegrator
		}
	}
	return name, role
}
