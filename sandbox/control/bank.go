package control

import (
	"fmt"
	"net/http"
	"strings"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/sandbox/bank"
	"quittance.org/quittance/sandbox/page"
)

var bankPage = page.Parse(templates, "templates/bank.html")

// bankView is the page of the bank.
type bankView struct {
	page.Frame
	None, RefusesNow bool
	Error, Done      string
	Day, Ledger      string
	Files            []fileRow
	Coming           []comingRow
	Entries          []entryRow
	More             int // entries that are not listed
	Choices          []choice
	Statements       []statementRow
	Reasons          []bank.Reason
	Corrections      []bank.Correction
	Faults           []faultSwitch
}

type fileRow struct {
	Name, Received, Status, Debits, Credits string
	Entries                                 int
	Remarks                                 []string
}

type comingRow struct{ Day, What, Amount, Account, Trace string }

type entryRow struct{ Trace, What, Amount, Account, Settles, State string }

// choice is an entry that can be sent back or corrected.
type choice struct{ Trace, Words string }

type statementRow struct {
	Day, Opening, In, Out, Closing, Name string
	Lines                                int
}

// faultSwitch is a fault of the bank that the page can switch.
type faultSwitch struct {
	Name, Title, Words string
	On                 bool
	at                 *bool
}

// switches lists the faults of the bank, each with the place where it is kept.
func switches(f *bank.Faults) []faultSwitch {
	all := []faultSwitch{
		{Name: "late", Title: "Acknowledgments come late", Words: "A day and two hours after the file", at: &f.LateAck},
		{Name: "silent", Title: "No acknowledgments", Words: "Files are taken, and nothing is said", at: &f.NoAck},
		{Name: "uploads", Title: "Drops uploads", Words: "Hangs up in the middle of what is put", at: &f.DropUploads},
		{Name: "answers", Title: "Hangs up after taking a file", Words: "Before it says so", at: &f.DropAnswers},
		{Name: "downloads", Title: "Drops downloads", Words: "Hangs up in the middle of what is fetched", at: &f.DropDownloads},
		{Name: "twice", Title: "Everything twice", Words: "Statements and returns, under two names", at: &f.Twice},
		{Name: "controls", Title: "Returns without control records", Words: "As some banks send them", at: &f.NoControls},
		{Name: "truncated", Title: "Returns are cut off", Words: "The last third is missing", at: &f.Truncated},
		{Name: "stranger", Title: "One return too many", Words: "Of an entry that was never sent", at: &f.Stranger},
		{Name: "amount", Title: "One return of a wrong amount", Words: "A cent too much", at: &f.WrongAmount},
	}
	for i := range all {
		all[i].On = *all[i].at
	}
	return all
}

// The page lists so many of the newest.
const (
	entriesShown = 50
	rowsShown    = 30
)

func (p *Panel) bank(w http.ResponseWriter, r *http.Request) {
	p.showBank(w, http.StatusOK, "", doneWords[r.URL.Query().Get("done")])
}

// doneWords say what was done, after a form.
var doneWords = map[string]string{
	"return":  "The entry comes back when the bank closes.",
	"correct": "The correction is sent when the bank closes.",
	"faults":  "Saved.",
	"refuse":  "The next file is refused.",
	"take":    "The next file is taken.",
}

func (p *Panel) showBank(w http.ResponseWriter, status int, problem, done string) {
	v := bankView{
		Frame: page.Frame{Title: "Bank", Mast: "Sandbox", Sandbox: true}, None: p.Bank == nil, Error: problem, Done: done,
		Reasons: bank.Reasons, Corrections: bank.Corrections,
	}
	if problem != "" {
		v.Title = "Error: " + v.Title
	}
	if p.Bank != nil {
		b, err := p.Bank.View(p.Clock.Now())
		if err != nil {
			http.Error(w, "The bank can not keep its books.", http.StatusInternalServerError)
			return
		}
		p.fill(&v, &b)
	}
	page.Render(w, status, bankPage, v)
}

func (p *Panel) fill(v *bankView, b *bank.View) {
	v.Day, v.Ledger, v.RefusesNow = b.Day.String(), b.Ledger.Format(), b.RefusesNow
	for i := range b.Files[:min(len(b.Files), rowsShown)] {
		a := &b.Files[i].Ack
		v.Files = append(v.Files, fileRow{
			a.File, p.words(a.Received), strings.ToUpper(a.Status[:1]) + a.Status[1:], a.Debits.Format(), a.Credits.Format(), a.Entries,
			append(a.Reasons, a.Warnings...),
		})
	}
	for _, c := range b.Coming {
		v.Coming = append(v.Coming, comingRow{c.DueOn.String(), c.Words, c.Entry.Amount.Format(), c.Entry.Account, c.Trace})
	}
	for i := range b.Entries[:min(len(b.Entries), entriesShown)] {
		e := &b.Entries[i]
		v.Entries = append(v.Entries, rowOfEntry(e))
		if e.State != bank.StateReturned {
			v.Choices = append(v.Choices, choice{e.Trace, fmt.Sprintf("%s, account %s, settles %s, trace %s", e.Amount.Format(), e.Account, e.SettlesOn, e.Trace[8:])})
		}
	}
	v.More = len(b.Entries) - len(v.Entries)
	for i := range b.Statements[:min(len(b.Statements), rowsShown)] {
		v.Statements = append(v.Statements, rowOfStatement(&b.Statements[i]))
	}
	v.Faults = switches(&b.Faults)
}

func rowOfEntry(e *bank.Entry) entryRow {
	row := entryRow{e.Trace, e.SEC + " " + e.Description, e.Amount.Format(), e.Account, e.SettlesOn.String(), "Waits for its day"}
	switch {
	case e.State == bank.StateReturned:
		row.State = "Came back, " + e.Outcome
	case e.State == bank.StateSettled && e.Outcome != "":
		row.State = "Settled, corrected with " + e.Outcome
	case e.State == bank.StateSettled:
		row.State = "Settled"
	}
	return row
}

func rowOfStatement(s *bank.Statement) statementRow {
	in, out := money.Zero, money.Zero
	for i := range s.Lines {
		if l := &s.Lines[i]; l.Type < "400" {
			in = in.Add(l.Amount)
		} else {
			out = out.Add(l.Amount)
		}
	}
	return statementRow{s.Day.String(), s.Opening.Format(), in.Format(), out.Format(), s.Closing.Format(), s.FileName(), len(s.Lines)}
}

// actAtBank does what the page's forms ask for.
func (p *Panel) actAtBank(w http.ResponseWriter, r *http.Request) {
	if p.Bank == nil {
		http.NotFound(w, r)
		return
	}
	now, act := p.Clock.Now(), r.PostFormValue("act")
	var err error
	switch act {
	case "return":
		err = p.Bank.Return(now, r.PostFormValue("trace"), r.PostFormValue("code"))
	case "correct":
		err = p.Bank.Correct(now, r.PostFormValue("trace"), r.PostFormValue("code"), strings.TrimSpace(r.PostFormValue("account")))
	case "refuse", "take":
		err = p.Bank.RefuseNext(act == "refuse")
	case "faults":
		var f bank.Faults
		for _, s := range switches(&f) {
			*s.at = r.PostFormValue(s.Name) == "on"
		}
		err = p.Bank.SetFaults(f)
	default:
		err = fmt.Errorf("bank: nothing was chosen")
	}
	if err != nil {
		words := strings.TrimPrefix(err.Error(), "bank: ")
		p.showBank(w, http.StatusUnprocessableEntity, strings.ToUpper(words[:1])+words[1:]+".", "")
		return
	}
	http.Redirect(w, r, "/bank?done="+act, http.StatusSeeOther)
}

// bankFile shows the text of a file of the bank, or of one that it took.
func (p *Panel) bankFile(w http.ResponseWriter, r *http.Request) {
	if p.Bank == nil {
		http.NotFound(w, r)
		return
	}
	body, err := p.Bank.Open(r.PathValue("name"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body)
}
