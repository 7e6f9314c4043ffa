package people_test

import (
	"log/slog"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/store/storetest"
)

// What the first step of a sign-in costs with the passwords of servers:
// go test -run - -bench FirstStep ./internal/app/people
func BenchmarkFirstStep(b *testing.B) {
	c := virtual.Standing(storetest.Noon)
	world := apptest.New(b, storetest.OpenSQLite(b, c), c)
	out := &outside{}
	s, err := people.New(people.Config{
		DB: world.DB, Profile: world.Profile, Jobs: out, Post: out, Letters: plainWords{}, Courier: out,
		Site: people.Site{Name: "Harbor Test", Origin: origin}, Log: slog.New(slog.DiscardHandler), Clock: c,
	})
	if err != nil {
		b.Fatal(err)
	}
	try := func(email string, network int) {
		_, _ = s.SignIn(b.Context(), people.SignIn{Email: email, Password: pii.NewSecret(password), From: people.From{Network: string(rune('a' + network%26))}})
	}
	if _, err := s.SignUp(b.Context(), people.SignUp{Email: "ana@example.org", Password: pii.NewSecret(password), From: from}); err != nil {
		b.Fatal(err)
	}
	try("warm@example.org", 0)
	b.Run("one", func(b *testing.B) {
		for i := range b.N {
			try("nobody"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+"@example.org", i)
		}
	})
	b.Run("many", func(b *testing.B) {
		b.SetParallelism(8)
		b.RunParallel(func(p *testing.PB) {
			for i := 0; p.Next(); i++ {
				try("somebody"+string(rune('a'+i%26))+"@example.org", i)
			}
		})
	})
}
