package apptest

import (
	"strings"

	"quittance.org/quittance/internal/app/enrolling"
)

// fileHeader is the enrollment file's, as far as stories need it.
const fileHeader = "subscriber_id,first_name,last_name,birth_date,zip,language,members,kind,plan_id,plan_name,carrier_id,carrier_name,renewal,window_ends,from,to,gross,aptc,state_subsidy,member_share\n"

// Segment is a row of the enrollment file: a price for some months of one plan.
type Segment struct {
	Plan     string // "HARBOR-SILVER"
	Renewal  bool
	Window   string // the last day to select, if any
	From, To string
	APTC     string // with it the state's 90.50
	Member   string
}

// row writes the segment; people are the members as the file lists them.
func (s Segment) row(subscriber, people string) string {
	aptc, state, renewal := Amount("0.00"), Amount("0.00"), "no"
	if s.APTC != "" {
		aptc, state = Amount(s.APTC), Amount("90.50")
	}
	if s.Renewal {
		renewal = "yes"
	}
	share := Amount(s.Member)
	return strings.Join([]string{
		subscriber, "Ana", "Testperson", "1980-02-29", "02199", "en", people, "medical", s.Plan, s.Plan, "HARBOR", "Harbor Health Plan", renewal, s.Window,
		s.From, s.To, share.Add(aptc).Add(state).String(), aptc.String(), state.String(), share.String(),
	}, ",") + "\n"
}

// People of the household that stories tell of.
const (
	Alone    = "Ana|Testperson|1980-02-29|self"
	WithBaby = Alone + "; Bo|Testperson|2027-04-02|child"
)

// Import takes a household in as the eligibility system states it, and gives
// the household as it is known then.
func (w *World) Import(subscriber, people string, segments ...Segment) Household {
	w.TB.Helper()
	content := fileHeader
	for _, s := range segments {
		content += s.row(subscriber, people)
	}
	result, err := enrolling.New(w.DB, nil).Import(w.TB.Context(), enrolling.ImportInput{Name: "story.csv", Actor: "eligibility", Reader: strings.NewReader(content)})
	if err != nil || result.Rejected > 0 {
		w.TB.Fatalf("import of\n%s: %+v, %v", content, result, err)
	}
	return w.known(subscriber)
}

func (w *World) known(subscriber string) Household {
	w.TB.Helper()
	var h Household
	for _, key := range w.Rows("SELECT id_text(account_id) FROM account WHERE subscriber_id = '" + subscriber + "'") {
		if err := h.Account.UnmarshalText([]byte(key)); err != nil {
			w.TB.Fatal(err)
		}
	}
	facts := w.Facts(h)
	h.SubscriberID = facts.Account.SubscriberID
	for _, e := range facts.Enrollments {
		h.Enrollments = append(h.Enrollments, e.ID)
	}
	return h
}
