package states

import "quittance.org/quittance/internal/edge/web/portal"

// account has the pages of somebody who is signed in, and what leads there.
func account() []State {
	var states []State
	for _, nav := range []portal.Nav{portal.NavMember, portal.NavDelegate, portal.NavUnlinked, portal.NavSigningIn} {
		frame := in(portal.PathContact)
		frame.Nav = nav
		states = append(states, State{"article", "contact-" + string(nav), frame, portal.Article{Kind: portal.ArticleContact}})
	}
	return append(states, []State{
		{"about_autopay", "default", portal.Frame{Path: portal.PathAboutAutoPay}, aboutAutoPay(15, 23)},
		{"about_autopay", "other-day", portal.Frame{Path: portal.PathAboutAutoPay}, aboutAutoPay(10)},
	}...)
}

func aboutAutoPay(days ...int) portal.AboutAutoPay {
	about := portal.AboutAutoPay{DueDay: 23, Cutoff: evening}
	for _, day := range days {
		about.Days = append(about.Days, portal.DayOfMonth(day))
	}
	return about
}

// in gives the frame of a page of a member who is signed in.
func in(path string) portal.Frame {
	return portal.Frame{Path: path, SessionMinutes: 15, Nav: portal.NavMember}
}
