package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"quittance.org/quittance/internal/app/exchanging"
	"quittance.org/quittance/internal/domain/exchange"
)

type carrierCommand struct {
	Status carrierStatus `cmd:"" help:"See what carriers were told and have not confirmed, what they refused, and answers set aside."`
}

type carrierStatus struct {
	databaseFlags
	profileFlag
	Limit int  `help:"How many of each kind to list." default:"50"`
	JSON  bool `help:"Print the status as JSON."`
}

// Help is shown under the command's flags.
func (carrierStatus) Help() string {
	return "Example:\n\n    quittance carrier status --data /var/lib/quittance\n\n" +
		"Carriers are told every evening of coverage that started, ended or came back. Told means that the carrier's outbox has it: " +
		"files to carriers are not exchanged yet. Late is what waits for more than carrier.alarm_days bank days (R-BIND-4).\n\n" +
		"Exit code 0: nothing to do. 1: a person must look."
}

// Run shows the status.
func (c carrierStatus) Run(ctx context.Context, s Streams) error {
	p, d, err := opened(ctx, c.profileFlag, c.databaseFlags)
	if err != nil {
		return err
	}
	defer d.Close()
	status, err := d.Exchanging(p).Status(ctx, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(s.Out).Encode(carrierJSON(status))
	} else {
		err = printCarriers(s.Out, status)
	}
	if err == nil && status.ToDo() {
		return errReported
	}
	return err
}

// messageJSON is a message as scripts read it. It names nobody: the enrollment
// is named by its reference.
type messageJSON struct {
	Enrollment string           `json:"enrollment"`
	Carrier    string           `json:"carrier"`
	Event      exchange.Event   `json:"event"`
	Month      string           `json:"month"`
	ToldOn     string           `json:"told_on,omitempty"`
	Outcome    exchange.Outcome `json:"outcome,omitempty"`
	On         string           `json:"answered_on,omitempty"`
	Reason     string           `json:"reason,omitempty"`
	Delay      exchange.Delay   `json:"late,omitempty"`
	Aside      exchange.Aside   `json:"aside,omitempty"`
}

func messageOf(m exchanging.Message) messageJSON {
	j := messageJSON{Enrollment: m.Reference, Carrier: m.Carrier, Event: m.Event, Month: m.Month.String(), Outcome: m.Outcome, Reason: m.Reason}
	if !m.ToldOn.IsZero() {
		j.ToldOn = m.ToldOn.String()
	}
	if !m.AnsweredOn.IsZero() {
		j.On = m.AnsweredOn.String()
	}
	return j
}

func asideOf(a exchanging.Aside) messageJSON {
	return messageJSON{
		Enrollment: a.Enrollment, Carrier: a.Carrier, Event: a.Event, Month: a.Month.String(), Outcome: a.Outcome, On: a.On.String(),
		Reason: a.Reason, Aside: a.CarrierAnswer.Aside,
	}
}

func carrierJSON(st exchanging.Status) map[string]any {
	late, refused, aside := []messageJSON{}, []messageJSON{}, []messageJSON{}
	for _, l := range st.Late {
		m := messageOf(l.Message)
		m.Delay = l.Delay
		late = append(late, m)
	}
	for _, m := range st.Refused {
		refused = append(refused, messageOf(m))
	}
	for _, a := range st.Aside {
		aside = append(aside, asideOf(a))
	}
	c := st.Counts
	return map[string]any{
		"today": st.Today, "to_tell": c.ToTell, "unanswered": c.Unanswered, "late": c.LateToTell + c.LateAnswer, "refused": c.Refused, "aside": c.Aside,
		"late_messages": late, "refused_messages": refused, "aside_answers": aside,
	}
}

// asideWords say why an answer counts for nothing.
var asideWords = map[exchange.Aside]string{
	exchange.AsideUndecided: "nothing was decided that it answers", exchange.AsideBeforeTold: "it is older than what it answers",
	exchange.AsideContradicts: "another answer says otherwise",
}

func printCarriers(w io.Writer, st exchanging.Status) error {
	c := st.Counts
	fmt.Fprintf(w, "On %s: %d to tell, %d told and not answered, %d late, %d refused, %d answers set aside.\n",
		st.Today, c.ToTell, c.Unanswered, c.LateToTell+c.LateAnswer, c.Refused, c.Aside)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(what string, m messageJSON, why string) {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s %s\t%s\n", what, m.Enrollment, m.Carrier, m.Event, m.Month, why)
	}
	for _, l := range st.Late {
		m := messageOf(l.Message)
		why := "told on " + m.ToldOn + ", no answer"
		if l.Delay == exchange.DelayTelling {
			why = "not told"
		}
		row("late", m, why)
	}
	for _, m := range st.Refused {
		j := messageOf(m)
		row("refused", j, "on "+j.On+": "+j.Reason)
	}
	for _, a := range st.Aside {
		j := asideOf(a)
		row("aside", j, fmt.Sprintf("%s on %s: %s", j.Outcome, j.On, asideWords[j.Aside]))
	}
	return table.Flush()
}
