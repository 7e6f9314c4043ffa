package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/web/account"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/serving"
)

type autoPayCommand struct {
	Proofs autoPayProofs `cmd:"" help:"List the authorizations that a member has given."`
	Proof  autoPayProof  `cmd:"" help:"Print the proof of an authorization, for a bank that asks for it."`
}

// autoPayOf opens the database and finds the account.
type autoPayOf struct {
	databaseFlags
	profileFlag
	Subscriber string `arg:"" help:"The member's Subscriber ID."`
}

// operatorOfAutoPay looks at authorizations as billing may.
var operatorOfAutoPay = autopay.Who{Role: access.RoleBilling}

func (c autoPayOf) with(ctx context.Context, do func(*profile.Profile, *autopay.Service, enrollment.AccountID) error) error {
	p, d, err := opened(ctx, c.profileFlag, c.databaseFlags)
	if err != nil {
		return err
	}
	defer d.Close()
	id, err := ident.ParseSubscriberID(c.Subscriber)
	if err != nil {
		return err
	}
	s := d.AutoPay(p)
	of, err := s.AccountOf(ctx, operatorOfAutoPay, id)
	if err != nil {
		return err
	}
	return do(p, s, of)
}

type autoPayProofs struct{ autoPayOf }

// Help is shown under the command's flags.
func (autoPayProofs) Help() string {
	return "Example:\n\n    quittance autopay proofs 7001-2345-67 --data /var/lib/quittance\n\n" +
		"Every authorization of AutoPay that the member has given, with its name for quittance autopay proof: the one that is on, then the newest first."
}

// Run lists the authorizations.
func (c autoPayProofs) Run(ctx context.Context, s Streams) error {
	return c.with(ctx, func(p *profile.Profile, a *autopay.Service, of enrollment.AccountID) error {
		all, err := a.Mandates(ctx, operatorOfAutoPay, of)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			fmt.Fprintln(s.Out, "AutoPay was never on.")
			return nil
		}
		return printMandates(s.Out, all, p)
	})
}

func printMandates(w io.Writer, all []mandate.Mandate, p *profile.Profile) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, m := range all {
		fmt.Fprintf(table, "%s\tgiven %s\t%s since %s\t%s\n", m.ID, m.AuthorizedAt.DateIn(p.Zone()), m.State, m.StateOn, m.Reason)
	}
	return table.Flush()
}

type autoPayProof struct {
	autoPayOf
	Mandate string `help:"Which, as quittance autopay proofs names it. Default: the one that is on, else the newest." placeholder:"ID"`
	Out     string `help:"The PDF file to write. It must not exist." required:"" type:"path"`
}

// Help is shown under the command's flags.
func (autoPayProof) Help() string {
	return "Example:\n\n    quittance autopay proof 7001-2345-67 --mandate 019ab3c2-… --out proof.pdf --data /var/lib/quittance\n\n" +
		"What the member agreed to, word for word, with the date, who agreed, how they had signed in and from where. A bank that asks for it, " +
		"as after a return as unauthorized (R10), must have it within ten bank days (ACH-04). The file is personal: only its owner may read it."
}

// Run prints a proof.
func (c autoPayProof) Run(ctx context.Context, s Streams) error {
	var id mandate.ID
	if c.Mandate != "" {
		var err error
		if id, err = ident.ParseID[mandate.Mandate](c.Mandate); err != nil {
			return err
		}
	}
	return c.with(ctx, func(p *profile.Profile, a *autopay.Service, of enrollment.AccountID) error {
		proof, err := a.Proof(ctx, operatorOfAutoPay, of, id)
		if err != nil {
			return err
		}
		if err := c.print(p, proof); err != nil {
			return err
		}
		fmt.Fprintf(s.Out, "The authorization of %s: %s\n", proof.Mandate.AuthorizedAt.DateIn(p.Zone()), c.Out)
		return nil
	})
}

func (c autoPayProof) print(p *profile.Profile, proof autopay.Proof) (err error) {
	pages, err := newSite(p)
	if err != nil {
		return err
	}
	now, err := c.commandClock()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, file.Close()); err != nil {
			_ = os.Remove(c.Out) // half a file helps nobody
		}
	}()
	return account.PrintAuthorization(file, &serving.Site{Profile: p, Pages: pages.renderer, Clock: now}, catalogue.English, proof)
}
