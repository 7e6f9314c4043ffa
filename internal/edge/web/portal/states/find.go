package states

import (
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
)

func find() []State {
	typed := portal.FindForm{SubscriberID: "7001 2345 6789", Factor: portal.FactorBirth, BirthMonth: "4", BirthDay: "12", BirthYear: "1987"}
	zip := portal.FindForm{SubscriberID: "7001 2345 6789", Factor: portal.FactorZIP, ZIP: "02139"}
	someone := portal.FindForm{Factor: portal.FactorBirth, Someone: true}
	home := portal.Home{Form: portal.FindForm{Factor: portal.FactorBirth}, NextDue: due, Covers: covers}
	link := portal.LinkCheck{Path: "/p/AB12CD34EF", IDLastFour: "6789", Form: portal.FindForm{Factor: portal.FactorBirth}}
	public, front := portal.Frame{Path: portal.PathFind}, portal.Frame{Path: portal.PathHome}
	busy := home
	busy.Busy = true
	states := []State{
		{"home", "default", front, home},
		{"home", "alert", portal.Frame{Path: "/", Alert: &portal.SiteAlert{Down: due, Until: due.AddDays(1)}}, home},
		{"home", "suggest", portal.Frame{Path: "/", Suggest: catalogue.English}, home},
		{"find", "default", public, portal.Find{Form: portal.FindForm{Factor: portal.FactorBirth}}},
		{"find", "zip", public, portal.Find{Form: portal.FindForm{Factor: portal.FactorZIP}}},
		{"find", "someone", public, portal.Find{Form: someone}},
		{"find", "no-match", public, portal.Find{Form: typed, NoMatch: true, Again: evening}},
		{"find", "no-match-zip", public, portal.Find{Form: zip, NoMatch: true, Again: evening}},
		{"find", "no-match-wait", public, portal.Find{Form: typed, NoMatch: true, Again: evening, Wait: &portal.Wait{}}},
		{"find", "wait-email-wrong", public, portal.Find{Form: typed, Wait: &portal.Wait{Email: "maria.example"}, Problems: problem(portal.FieldEmail, portal.ProblemEmail)}},
		{"find", "wait-email-suggestion", public, portal.Find{Form: zip, Wait: &portal.Wait{Email: "maria@gmial.com", Suggestion: "maria@gmail.com"}}},
		{"waiting", "default", portal.Frame{Path: portal.PathWaiting}, portal.Waiting{Days: 14}},
		{"find", "expired-link", public, portal.Find{Form: portal.FindForm{Factor: portal.FactorBirth}, Expired: true}},
		{"find", "empty", public, portal.Find{Form: portal.FindForm{Factor: portal.FactorBirth}, Problems: append(
			problem(portal.FieldSubscriberID, portal.ProblemIDEmpty), problem(portal.FieldBirthMonth, portal.ProblemBirthEmpty)...)}},
		{"find", "empty-someone", public, portal.Find{Form: someone, Problems: problem(portal.FieldSubscriberID, portal.ProblemIDSomeone)}},
		{"link", "default", portal.Frame{Path: "/p/AB12CD34EF"}, link},
		{"link", "zip", portal.Frame{Path: "/p/AB12CD34EF"}, portal.LinkCheck{Path: link.Path, IDLastFour: "6789", Form: portal.FindForm{Factor: portal.FactorZIP}}},
		{"link", "no-match", portal.Frame{Path: "/p/AB12CD34EF"}, portal.LinkCheck{Path: link.Path, IDLastFour: "6789", Form: typed, NoMatch: true}},
	}
	states = append(states, State{"home", "busy", front, busy})
	return append(states, findProblems(public, typed, zip)...)
}

func findProblems(public portal.Frame, typed, zip portal.FindForm) []State {
	var states []State
	add := func(name string, form portal.FindForm, problems portal.Problems) {
		states = append(states, State{"find", name, public, portal.Find{Form: form, Problems: problems}})
	}
	add("id-length", typed, problem(portal.FieldSubscriberID, portal.ProblemIDLength, "n", 10))
	add("id-letters", typed, problem(portal.FieldSubscriberID, portal.ProblemIDLetters))
	add("id-check-digit", typed, problem(portal.FieldSubscriberID, portal.ProblemIDCheck))
	add("id-billing-number", typed, problem(portal.FieldSubscriberID, portal.ProblemIDBilling))
	for name, p := range map[string][2]string{
		"birth-month":       {portal.FieldBirthMonth, portal.ProblemBirthMonth},
		"birth-day":         {portal.FieldBirthDay, portal.ProblemBirthDay},
		"birth-year":        {portal.FieldBirthYear, portal.ProblemBirthYear},
		"birth-year-length": {portal.FieldBirthYear, portal.ProblemBirthYear4},
		"birth-real":        {portal.FieldBirthDay, portal.ProblemBirthReal},
		"birth-past":        {portal.FieldBirthYear, portal.ProblemBirthPast},
	} {
		add(name, typed, problem(p[0], p[1]))
	}
	add("zip-empty", portal.FindForm{SubscriberID: typed.SubscriberID, Factor: portal.FactorZIP}, problem(portal.FieldZIP, portal.ProblemZIPEmpty))
	add("zip-length", zip, problem(portal.FieldZIP, portal.ProblemZIPLength))
	return states
}
