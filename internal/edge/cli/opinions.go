package cli

import (
	"context"
	"fmt"
	"text/tabwriter"
)

type opinionsCommand struct {
	databaseFlags
	profileFlag
}

// Help is shown under the command's flags.
func (opinionsCommand) Help() string {
	return "Example:\n\n    quittance opinions --data /var/lib/quittance\n\n" +
		"After a payment on the portal one question is asked: how easy was it to pay? The answers are counted by month; who gave them is not kept."
}

// Run lists the answers.
func (c opinionsCommand) Run(ctx context.Context, s Streams) error {
	_, d, err := opened(ctx, c.profileFlag, c.databaseFlags)
	if err != nil {
		return err
	}
	defer d.Close()
	all, err := d.Opinions(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	for _, o := range all {
		fmt.Fprintf(table, "%s\t%s\t%d\n", o.Month, o.Answer, o.N)
	}
	if len(all) == 0 {
		fmt.Fprintln(table, "Nobody has answered yet.")
	}
	return table.Flush()
}
