package states

import (
	"quittance.org/quittance/internal/edge/web/portal"
)

func paying() []State {
	cards := []string{"visa", "mastercard", "discover", "amex"}
	typed := portal.BankForm{Name: "Maria Santos", Kind: portal.AccountChecking, Routing: "110000000", Account: "000123456789"}
	bank := portal.Bank{Op: op, Amount: total, Form: typed, Back: portal.PathMethod}
	check := portal.Check{Op: op, Amount: total, Who: maria, Covers: covers, Method: portal.MethodBank, Bank: typed, Today: today, CancelBy: evening, Choice: true}
	states := []State{
		{"method", "default", at(portal.PathMethod), portal.Method{Op: op, Amount: total, Brands: cards}},
		{"method", "chosen", at(portal.PathMethod), portal.Method{Op: op, Amount: total, Chosen: portal.MethodCard}},
		{"method", "empty", at(portal.PathMethod), portal.Method{Op: op, Amount: total, Problems: problem(portal.FieldMethod, portal.ProblemMethod)}},
		{"bank", "default", at(portal.PathBank), portal.Bank{Op: op, Amount: total, Back: portal.PathAmount}},
		{"check", "bank", at(portal.PathCheck), check},
	}
	change := func(name string, edit func(*portal.Check)) {
		c := check
		edit(&c)
		states = append(states, State{"check", name, at(portal.PathCheck), c})
	}
	change("savings", func(c *portal.Check) { c.Bank.Kind = portal.AccountSavings })
	change("other-bank", func(c *portal.Check) { c.OtherBank, c.From = true, "A" })
	change("card", func(c *portal.Check) { c.Method, c.Bank = portal.MethodCard, portal.BankForm{} })
	change("email-wrong", func(c *portal.Check) {
		c.Email, c.Problems = "maria.example", problem(portal.FieldEmail, portal.ProblemEmail)
	})
	change("saved", func(c *portal.Check) {
		saved := checkingAccount()
		c.Bank, c.Saved = portal.BankForm{}, &saved
	})
	change("texts", func(c *portal.Check) { c.Texts = true })
	change("phone-wrong", func(c *portal.Check) {
		c.Texts, c.Phone, c.Problems = true, "555-0147", problem(portal.FieldPhone, portal.ProblemReceiptPhone)
	})
	change("email-suggestion", func(c *portal.Check) { c.Email, c.Suggestion = "maria@gmial.com", "maria@gmail.com" })
	own := portal.Method{Op: op, Amount: total, ChosenSaved: op, Saved: []portal.Saved{checkingAccount(), {ID: "b", Kind: portal.AccountSavings, LastFour: "1116"}}}
	onlyBank := own
	onlyBank.NoCard, onlyBank.ChosenSaved = true, ""
	states = append(states,
		State{"method", "saved", in(portal.PathMethod), own}, State{"method", "saved-no-card", in(portal.PathMethod), onlyBank},
		State{"bank", "can-save", in(portal.PathBank), portal.Bank{Op: op, Amount: total, Back: portal.PathMethod, CanSave: true}})
	return append(states, bankProblems(bank)...)
}

func bankProblems(bank portal.Bank) []State {
	empty := portal.Bank{Op: op, Amount: total, Back: portal.PathMethod}
	for _, p := range [][2]string{
		{portal.FieldName, portal.ProblemNameEmpty},
		{portal.FieldKind, portal.ProblemKind},
		{portal.FieldRouting, portal.ProblemRoutingEmpty},
		{portal.FieldAccount, portal.ProblemAccountEmpty},
	} {
		empty.Problems.Add(p[0], p[1])
	}
	refused := bank
	refused.NotConfirmed = true
	states := []State{{"bank", "empty", at(portal.PathBank), empty}, {"bank", "not-confirmed", at(portal.PathBank), refused}}
	for name, p := range map[string][2]string{
		"name-length":    {portal.FieldName, portal.ProblemNameLength},
		"name-digits":    {portal.FieldName, portal.ProblemNameDigits},
		"name-card":      {portal.FieldName, portal.ProblemNameCard},
		"routing-length": {portal.FieldRouting, portal.ProblemRoutingLength},
		"routing-check":  {portal.FieldRouting, portal.ProblemRoutingCheck},
		"account-length": {portal.FieldAccount, portal.ProblemAccountLength},
		"account-card":   {portal.FieldAccount, portal.ProblemAccountIsCard},
	} {
		b := bank
		b.Problems = problem(p[0], p[1])
		if name == "account-card" {
			b.Form.Account = "" // a card number is never shown again
		}
		states = append(states, State{"bank", name, at(portal.PathBank), b})
	}
	return states
}
