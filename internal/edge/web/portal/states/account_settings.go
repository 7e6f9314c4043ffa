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
	return []State{
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
		Address: []string{"12 Harbor Street", "Springfield, MA 01103"}, Paperless: deliveries(), Changed: true,
	}
	bare := portal.Settings{
		Site: catalogue.English, Bills: catalogue.English, Phone: catalogue.English, Email: "m•••@example.org", Bounced: true, Paperless: deliveries(),
	}
	contact := in(portal.PathReached)
	paper := portal.PaperlessSettings{Email: "m•••@example.org", Kinds: deliveries()}
	unticked := paper
	unticked.Problems = problem(portal.FieldAgree, portal.ProblemAgree)
	wrong := problem(portal.FieldCode, portal.ProblemCodeWrong)
	return []State{
		{"settings", "default", in(portal.PathSettings), all},
		{"settings", "bare", in(portal.PathSettings), bare},
		{"settings_language", "default", in(portal.PathSpoken), portal.LanguageSettings{Site: catalogue.English, Bills: catalogue.English, Phone: catalogue.Vietnamese}},
		{"settings_contact", "default", contact, portal.ContactSettings{Email: "maria@example.org"}},
		{"settings_contact", "empty", contact, portal.ContactSettings{Problems: problem(portal.FieldEmail, portal.ProblemEmailEmpty)}},
		{"settings_paperless", "default", in(portal.PathPaperless), paper},
		{"settings_paperless", "not-agreed", in(portal.PathPaperless), unticked},
		{"settings_code", "email", in(portal.PathReachedCode), portal.SettingsCode{To: "m•••@example.org"}},
		{"settings_code", "paperless", in(portal.PathPaperlessCode), portal.SettingsCode{Paperless: true, To: "m•••@example.org"}},
		{"settings_code", "wrong", in(portal.PathPaperlessCode), portal.SettingsCode{Paperless: true, To: "m•••@example.org", Problems: wrong}},
	}
}
