package people_test

import (
	"fmt"
	"runtime"
	"testing"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/pii"
)

// Passwords are hashed a few at a time; so many wait, and who comes after them
// is told at once that it is busy.
func TestHashingIsBounded(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		release := w.s.HoldHashing()
		answers := make(chan error, people.HashesWait)
		for i := range people.HashesWait {
			go func() {
				email := fmt.Sprintf("ana%d@example.org", i)
				_, err := w.s.SignUp(t.Context(), people.SignUp{Email: email, Password: pii.NewSecret(password), From: people.From{Network: email}})
				answers <- err
			}()
		}
		for w.s.HashingWaits() < people.HashesWait {
			select {
			case err := <-answers:
				t.Fatalf("an answer without a hash: %v", err)
			default:
				runtime.Gosched()
			}
		}
		_, err := w.s.SignUp(t.Context(), people.SignUp{Email: "bo@example.org", Password: pii.NewSecret(password), From: from})
		w.wantCode(err, people.CodeBusy)
		release()
		for range people.HashesWait {
			if err := <-answers; err != nil {
				t.Errorf("after its turn: %v", err)
			}
		}
	})
}

// The work does not tell whether an address is known: a password is hashed for
// each of them.
func TestStrangersCostAHash(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		w.signedUp("ana@example.org")
		_, err := w.signIn("warm@example.org", "wrong kettle under oak") // makes the hash of nobody
		w.wantCode(err, people.CodeNoMatch)
		release := w.s.HoldHashing()
		asks := []func(){
			func() { _, _ = w.signIn("ana@example.org", "wrong kettle under oak") },
			func() { _, _ = w.signIn("bo@example.org", "wrong kettle under oak") },
			func() {
				_, _ = w.s.SignUp(t.Context(), people.SignUp{Email: "ana@example.org", Password: pii.NewSecret(password), From: from})
			},
			func() {
				_, _ = w.s.SignUp(t.Context(), people.SignUp{Email: "bo@example.org", Password: pii.NewSecret(password), From: from})
			},
		}
		done := make(chan struct{}, len(asks))
		for _, ask := range asks {
			go func() { ask(); done <- struct{}{} }()
		}
		for w.s.HashingWaits() < len(asks) {
			select {
			case <-done:
				t.Fatal("somebody got an answer without a hash")
			default:
				runtime.Gosched()
			}
		}
		release()
		for range asks {
			<-done
		}
	})
}
