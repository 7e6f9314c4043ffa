package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/sandbox/control"
	"quittance.org/quittance/sandbox/population"
)

// members gives the ten fixtures with what each owes now.
func (d *demo) members(ctx context.Context) ([]control.Member, error) {
	var members []control.Member
	for _, f := range population.Fixtures() {
		a := f.Household.Account
		id, err := d.app.Paying.Find(ctx, paying.FindInput{Number: string(a.SubscriberID), BirthDate: a.BirthDate, Network: "demo"})
		if err != nil {
			return nil, fmt.Errorf("fixture %s: %w", f.Letter, err)
		}
		due, err := d.app.Paying.Due(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("fixture %s: %w", f.Letter, err)
		}
		members = append(members, control.Member{
			Fixture: f.Letter, SubscriberID: a.SubscriberID.Grouped(), BirthDate: a.BirthDate.String(), ZIP: a.ZIP,
			AccountCode: string(d.app.AccountCode(id)), Email: signsIn(f), Story: f.Story, DueCents: due.ToPay().Cents(),
		})
	}
	return members, nil
}

// signsIn gives the address that a fixture signs in with, "" if it does not.
func signsIn(f population.Fixture) string {
	if slices.ContainsFunc(f.History, func(e population.Event) bool { return e.Kind == population.EventAutoPay }) {
		return f.Household.Account.Email
	}
	return ""
}

// jsonMember is a member in the line that --json prints.
type jsonMember struct {
	Fixture      string `json:"fixture"`
	SubscriberID string `json:"subscriber_id"`
	BirthDate    string `json:"birth_date"`
	ZIP          string `json:"zip"`
	AccountCode  string `json:"account_code"`
	Email        string `json:"email,omitempty"`
	Story        string `json:"story"`
	DueCents     int64  `json:"due_cents"`
}

// announce says that the demo is ready.
func (d *demo) announce(members []control.Member, sandboxURL string) {
	if d.JSON {
		list := make([]jsonMember, len(members))
		for i, m := range members {
			list[i] = jsonMember(m)
		}
		// The line is the interface of scripts; a reader that has gone away is
		// its own affair.
		_ = json.NewEncoder(d.streams.Out).Encode(map[string]any{"portal": d.portal, "sandbox": sandboxURL, "api_key": d.apiKey, "members": list, "password": demoPassword})
		return
	}
	out := d.streams.Out
	fmt.Fprintf(out, "\n%s\n%s\n\n", d.profile.Marketplace.Name, d.profile.Marketplace.DemoBanner.In("en"))
	fmt.Fprintf(out, "  Portal   %s\n", d.portal)
	fmt.Fprintf(out, "  Sandbox  %s  (clock, test cards, mailbox)\n", sandboxURL)
	fmt.Fprintf(out, "  API      %s/api/v1/openapi.json  (bearer key %s)\n\n", d.portal, d.apiKey)
	fmt.Fprintf(out, "      %-15s  %-10s  %-5s  %-8s  %9s  %s\n", "Subscriber ID", "Born", "ZIP", "Code", "Owes", "Story")
	for _, m := range members {
		fmt.Fprintf(out, "  %s   %-15s  %-10s  %-5s  %-8s  %9s  %s\n", m.Fixture, m.SubscriberID, m.BirthDate, m.ZIP, m.AccountCode, dollarsOf(m.DueCents), m.Story)
	}
	for _, m := range members {
		if m.Email != "" {
			fmt.Fprintf(out, "\n%s signs in: %s, password %q; the code is in the mailbox. Everybody else can sign up with the code.\n", m.Fixture, m.Email, demoPassword)
		}
	}
	fmt.Fprintf(out, "\nIt is %s in the demo. Stop with Ctrl-C.\n", d.clock.Now().Time().In(d.profile.Zone()).Format("Monday, January 2, 2006, 3:04 PM"))
}
