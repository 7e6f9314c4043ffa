package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"
)

type dayAside struct {
	databaseFlags
	profileFlag
	Limit int  `help:"How many to list, the oldest first." default:"100"`
	JSON  bool `help:"Print them as JSON."`
}

// Help is shown under the command's flags.
func (dayAside) Help() string {
	return "Example:\n\n    quittance day aside --data /var/lib/quittance\n\n" +
		"Lists what the steps of business days could not do and left for a person: bills, reviews, letters, items of bank files and " +
		"answers of carriers, each with its code and reason, and what can be done about it.\n\n" +
		"Exit code 0: nothing waits. 1: something does."
}

// asideToDo says what a person does about each kind.
var asideToDo = map[string]string{
	"bill":    "correct the enrollment, then: quittance bill run --month MONTH",
	"review":  "correct the enrollment or the payment; it is looked at again every night",
	"letter":  "correct the address or the account; it is written again with the next night's letters",
	"bank":    "quittance bank items, then: quittance bank resolve",
	"carrier": "quittance carrier status; ask the carrier",
}

// Run lists what is set aside.
func (c dayAside) Run(ctx context.Context, s Streams) error {
	p, d, err := opened(ctx, c.profileFlag, c.databaseFlags)
	if err != nil {
		return err
	}
	defer d.Close()
	all, err := d.Aside(ctx, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		type row struct {
			Kind       string `json:"kind"`
			About      string `json:"about,omitempty"`
			Subscriber string `json:"subscriber_id,omitempty"`
			Code       string `json:"code"`
			Reason     string `json:"reason"`
			Since      string `json:"since"`
			ToDo       string `json:"to_do"`
		}
		rows := []row{}
		for _, a := range all {
			rows = append(rows, row{a.Kind, a.About, a.Subscriber, a.Code, a.Reason, a.Since.Time().Format(time.RFC3339), asideToDo[a.Kind]})
		}
		if err := json.NewEncoder(s.Out).Encode(map[string]any{"aside": rows}); err != nil || len(rows) == 0 {
			return err
		}
		return errReported
	}
	if len(all) == 0 {
		fmt.Fprintln(s.Out, "Nothing is set aside.")
		return nil
	}
	table := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	shown := map[string]bool{}
	for _, a := range all {
		shown[a.Kind] = true
		fmt.Fprintf(table, "%s\t%s %s\t%s\t%s\t%s\n", p.Today(a.Since), a.Kind, a.About, a.Subscriber, a.Code, a.Reason)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, kind := range []string{"bill", "review", "letter", "bank", "carrier"} {
		if shown[kind] {
			fmt.Fprintf(s.Out, "To do, %s: %s\n", kind, asideToDo[kind])
		}
	}
	return errReported
}
