package originating_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/edge/banklink"
	"quittance.org/quittance/sandbox/bank"
	"quittance.org/quittance/sandbox/bank/sftpd"
)

// The simulated bank, which knows nothing of us but the standard, takes our file
// over real SFTP and says yes to the cent.
func TestSandboxBankTakesTheFile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		their, err := bank.New(bank.Options{Routing: b.Profile.Bank.Routing, Company: b.Profile.Bank.CompanyID, Opened: b.Today()})
		if err != nil {
			t.Fatal(err)
		}
		keys, err := sftpd.OpenKeys(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		server, err := sftpd.Listen(sftpd.Options{Bank: their, Clock: b.Clock, Keys: keys})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Close() })
		link, err := banklink.Open(banklink.Config{
			Where: "sftp://" + sftpd.User + "@" + server.Addr(), HostKey: keys.HostKeyPath(), Key: keys.UserKeyPath(),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = link.Close() })
		service := originating.New(originating.Config{DB: b.DB, Profile: b.Profile, Link: link})
		h := b.household()
		b.pay(h, "60.00")
		b.pay(h, "40.00")
		b.At("2026-11-20 20:01:00")
		if _, err := service.Build(t.Context(), b.Today()); err != nil {
			t.Fatal(err)
		}
		sent, err := service.Send(t.Context(), b.Today())
		apptest.Check(t, "sent", sent, originating.Sent{Sent: 1, Acknowledged: 1})
		apptest.Check(t, "error", err, nil)
		apptest.Check(t, "state", b.files()[0].State, ach.FileAcknowledged)
		sent, err = service.Send(t.Context(), b.Today())
		apptest.Check(t, "again", sent, originating.Sent{})
		apptest.Check(t, "error", err, nil)
		b.VerifyClean()
	})
}
