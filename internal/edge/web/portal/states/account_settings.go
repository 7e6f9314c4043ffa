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
	return []portal.Delivery{
		{Kind: portal.DocumentBills, Only: true}, {Kind: portal.DocumentNotices}, {Kind: portal.DocumentReceipts}, {Kind: portal.DocumentTax},
	}
}

func settings() []State {
	all := portal.Settings{
		Site: catalogue.English, Bills: catalogue.English, Phone: catalogue.Vietnamese, Email: "m•••@example.org", EmailOK: true, Mobile: "(•••) •••-0147",
		Address: []string{"12 Harbor Street", "Springfield, MA 01103"}, Paperless: deliveries(), CanText: true, Texts: true, Changed: true,
	}
	bare := portal.Settings{
		Site: catalogue.English, Bills: catalogue.English, Phone: catalogue.English, Email: "m•••@example.org", Bounced: true, Paperless: deliveries(), CanText: true,
	}
	contact := in(portal.PathReached)
	paper := portal.PaperlessSettings{Email: "m•••@example.org", Kinds: deliveries(), Confirmed: true}
	unread, unticked := paper, paper
	unread.Confirmed = false
	unticked.Problems = problem(portal.FieldAgree, portal.ProblemAgree)
	return []State{
		{"settings", "default", in(portal.PathSettings), all}, {"settings", "bare", in(portal.PathSettings), bare},
		{"settings_language", "default", in(portal.PathSpoken), portal.LanguageSettings{Site: catalogue.English, Bills: catalogue.English, Phone: catalogue.Vietnamese}},
		{"settings_contact", "default", contact, portal.ContactSettings{Email: "maria@example.org", Mobile: "617-555-0147"}},
		{"settings_contact", "empty", contact, portal.ContactSettings{Problems: problem(portal.FieldEmail, portal.ProblemEmailEmpty)}},
		{"settings_contact", "mobile", contact, portal.ContactSettings{Email: "maria@example.org", Mobile: "555", Problems: problem(portal.FieldMobile, portal.ProblemMobile)}},
		{"settings_paperless", "default", in(portal.PathPaperless), paper},
		{"settings_paperless", "unconfirmed", in(portal.PathPaperless), unread},
		{"settings_paperless", "not-agreed", in(portal.PathPaperless), unticked},
		{"settings_texts", "off", in(portal.PathTexts), portal.TextSettings{Mobile: "617-555-0147"}},
		{"settings_texts", "on", in(portal.PathTexts), portal.TextSettings{On: true}},
		{"settings_texts", "no-number", in(portal.PathTexts), portal.TextSettings{Problems: problem(portal.FieldMobile, portal.ProblemMobileEmpty)}},
		{"settings_texts", "not-agreed", in(portal.PathTexts), portal.TextSettings{Mobile: "617-555-0147", Problems: problem(portal.FieldAgree, portal.ProblemAgree)}},
	}
}
