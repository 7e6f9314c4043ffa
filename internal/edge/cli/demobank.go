package cli

import (
	"quittance.org/quittance/internal/edge/banklink"
	"quittance.org/quittance/sandbox/bank"
	"quittance.org/quittance/sandbox/bank/sftpd"
)

// bank is the bank of the demo's marketplace, as the profile names it. It is
// open when the stories begin that it has a part in; a demo that goes on has its
// journal.
func (d *demo) bank() *bank.Options {
	b := &d.profile.Bank
	return &bank.Options{
		Routing: b.Routing, Name: b.Name, Company: b.CompanyID, Account: d.profile.Statement.Account, Opened: demoBankOpens, Seed: d.Seed,
	}
}

// bankLink is the line to it: over SFTP, with its host key pinned, as to any
// bank.
func (d *demo) bankLink() (*banklink.Link, error) {
	return banklink.Open(banklink.Config{
		Where: "sftp://" + sftpd.User + "@" + d.world.BankDoor.Addr(), HostKey: d.world.BankKeys.HostKeyPath(), Key: d.world.BankKeys.UserKeyPath(), Log: d.log,
	})
}
