package states

import (
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
)

func savedAccounts() []State {
	plain := portal.Saved{ID: "b", Kind: portal.AccountSavings, LastFour: "1116"}
	named := plain
	named.Nickname = "Household"
	list := []portal.Saved{checkingAccount(), plain, named}
	frame := in(portal.PathSaved)
	coming, open, asked := waitingAccount(portal.WaitComing), waitingAccount(portal.WaitAmounts), waitingAccount(portal.WaitBank)
	used := open
	used.AutoPay = true
	confirm := portal.ConfirmBank{Account: open, Left: 3}
	wrong, empty, same, last := confirm, confirm, confirm, confirm
	wrong.First, wrong.Second, wrong.Left = "0.12", "0.32", 2
	wrong.Problems.Add(portal.FieldFirst, portal.ProblemWrongAmounts, "n", 2)
	last.First, last.Second, last.Left = "0.12", "0.32", 1
	last.Problems.Add(portal.FieldFirst, portal.ProblemWrongAmounts, "n", 1)
	empty.Problems.Add(portal.FieldFirst, portal.ProblemFirstAmount)
	empty.Problems.Add(portal.FieldSecond, portal.ProblemSecondAmount)
	same.First, same.Second = "0.12", "0.12"
	same.Problems.Add(portal.FieldSecond, portal.ProblemSameAmounts)
	at := in(portal.PathSavedConfirm)
	return []State{
		{"saved", "waits", frame, portal.SavedAccounts{Rows: []portal.Saved{coming, used, asked}, Added: true, Waits: true}},
		{"saved", "confirmed", frame, portal.SavedAccounts{Rows: list, Ready: true}},
		{"saved", "lost", frame, portal.SavedAccounts{Lost: true}},
		{"saved_confirm", "default", at, confirm},
		{"saved_confirm", "wrong", at, wrong},
		{"saved_confirm", "last-try", at, last},
		{"saved_confirm", "empty", at, empty},
		{"saved_confirm", "same", at, same},
		{"saved", "default", frame, portal.SavedAccounts{Rows: list}},
		{"saved", "added", frame, portal.SavedAccounts{Rows: list, Added: true}},
		{"saved", "removed", frame, portal.SavedAccounts{Rows: list[:1], Gone: true}},
		{"saved", "empty", frame, portal.SavedAccounts{}},
		{"saved_rename", "default", in(portal.PathSavedRename), portal.RenameSaved{Account: named, Nickname: "Household"}},
		{"saved_rename", "empty", in(portal.PathSavedRename), portal.RenameSaved{Account: plain, Problems: problem(portal.FieldNickname, portal.ProblemNickname)}},
		{"saved_remove", "default", in(portal.PathSavedRemove), portal.RemoveSaved{Account: plain}},
		{"saved_remove", "in-use", in(portal.PathSavedRemove), portal.RemoveSaved{Account: checkingAccount()}},
	}
}

func deliveries() []portal.Delivery {
	return []portal.Delivery{{Kind: portal.DocumentBills, Only: true}, {Kind: portal.DocumentNotices}, {Kind: portal.DocumentTax}}
}

func settings() []State {
	all := portal.Settings{
		Site: catalogue.English, Bills: catalogue.English, Phone: catalogue.Vietnamese, Email: "m•••@example.org", Mobile: "(•••) •••-0147",
		Address: []string{"12 Harbor Street", "Springfield, MA 01103"}, Paperless: deliveries(), Changed: true, Apply: "https://apply.example.gov/", Texts: &portal.Texted{State: portal.TextsOn, Number: "(•••) •••-0147"},
	}
	bare := portal.Settings{
		Site: catalogue.English, Bills: catalogue.English, Phone: catalogue.English, Email: "m•••@example.org", Bounced: true, Paperless: deliveries(),
	}
	contact := in(portal.PathReached)
	paper := portal.PaperlessSettings{Email: "m•••@example.org", Kinds: deliveries()}
	unticked := paper
	unticked.Problems = problem(portal.FieldAgree, portal.ProblemAgree)
	wrong := problem(portal.FieldCode, portal.ProblemCodeWrong)
	texts := portal.TextSettings{Texted: portal.Texted{State: portal.TextsOff}}
	texted := portal.TextSettings{Texted: portal.Texted{State: portal.TextsOn, Number: "(•••) •••-0147"}}
	asked := portal.TextSettings{Texted: portal.Texted{State: portal.TextsAsked, Number: "(•••) •••-0147"}}
	stopped := portal.TextSettings{Texted: portal.Texted{State: portal.TextsStopped, Number: "(•••) •••-0147"}}
	unagreed := texts
	unagreed.Typed, unagreed.Problems = "617-555-0147", problem(portal.FieldAgree, portal.ProblemAgree)
	mistyped := texts
	mistyped.Typed, mistyped.Agreed, mistyped.Problems = "555-0147", true, problem(portal.FieldPhone, portal.ProblemPhone)
	return []State{
		{"settings_texts", "default", in(portal.PathTexts), texts},
		{"settings_texts", "on", in(portal.PathTexts), texted},
		{"settings_texts", "asked", in(portal.PathTexts), asked},
		{"settings_texts", "stopped", in(portal.PathTexts), stopped},
		{"settings_texts", "not-agreed", in(portal.PathTexts), unagreed},
		{"settings_texts", "phone-format", in(portal.PathTexts), mistyped},
		{"settings_code", "texts", in(portal.PathTextsCode), portal.SettingsCode{Texts: true, To: "(•••) •••-0147"}},
		{"settings", "default", in(portal.PathSettings), all},
		{"settings", "bare", in(portal.PathSettings), bare},
		{"settings_language", "default", in(portal.PathSpoken), portal.LanguageSettings{Site: catalogue.English, Bills: catalogue.English, Phone: catalogue.Vietnamese}},
		{"settings_contact", "default", contact, portal.ContactSettings{Email: "maria@example.org", Texts: true}},
		{"settings_contact", "empty", contact, portal.ContactSettings{Problems: problem(portal.FieldEmail, portal.ProblemEmailEmpty)}},
		{"settings_paperless", "default", in(portal.PathPaperless), paper},
		{"settings_paperless", "not-agreed", in(portal.PathPaperless), unticked},
		{"settings_code", "email", in(portal.PathReachedCode), portal.SettingsCode{To: "m•••@example.org"}},
		{"settings_code", "paperless", in(portal.PathPaperlessCode), portal.SettingsCode{Paperless: true, To: "m•••@example.org"}},
		{"settings_code", "wrong", in(portal.PathPaperlessCode), portal.SettingsCode{Paperless: true, To: "m•••@example.org", Problems: wrong}},
	}
}
