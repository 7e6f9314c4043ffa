package portal

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// View is the view model of one page: plain data that a handler fills.
type View interface {
	page() page
}

// page is what the frame needs to know of a view.
type page struct {
	template string // file name without ".html"
	title    string // message key
	flow     bool   // paying: no navigation, plain word mark (brief 7.3)
	step     int    // of 4; 0 for none
	back     string // path of the Back link, "" for none
	status   int    // HTTP status, 0 for 200
	refresh  int    // the page asks again by itself after so many seconds; 0: it does not
	problems Problems
	script   string // of this page, besides core.js; "" for none
	refused  bool   // what was entered fits nothing, though no field is wrong by itself
}

// failed tells that the page answers something that has to be corrected.
func (p page) failed() bool { return p.refused || len(p.problems) > 0 }

// Frame is what surrounds every page.
type Frame struct {
	Path           string         // of the page, without language and query: the language links lead here
	Alert          *SiteAlert     // one at most
	SessionMinutes int            // above 0 where a guest session runs out
	Suggest        catalogue.Lang // the browser prefers this other language, "" for none
	Nav            Nav            // of somebody who is signed in
}

// Nav says which ways lead through the site: what somebody who is signed in
// may see decides (R-ACC-1).
type Nav string

// The kinds of navigation.
const (
	NavPublic    Nav = ""
	NavMember    Nav = "member"    // signed in, with a coverage of one's own
	NavDelegate  Nav = "delegate"  // signed in, and may see and pay somebody else's amounts
	NavViewer    Nav = "viewer"    // signed in, and may only see somebody else's amounts
	NavUnlinked  Nav = "unlinked"  // signed in, and no coverage is connected yet
	NavSigningIn Nav = "signingin" // on the way in: nothing to offer but the way out
)

// SignedIn tells that the session is somebody's.
func (n Nav) SignedIn() bool {
	return n == NavMember || n == NavDelegate || n == NavViewer || n == NavUnlinked
}

// Links lists the navigation's links.
func (n Nav) Links() []Link {
	switch n {
	case NavMember:
		return []Link{
			{"my.nav.home", PathAccount},
			{"my.nav.bills", PathBills},
			{"my.nav.payments", PathPayments},
			{"my.nav.autopay", PathAutoPay},
			{"my.nav.settings", PathSettings},
		}
	case NavDelegate:
		return []Link{
			{"my.nav.home", PathAccount},
			{"my.nav.payments", PathPayments},
			{"my.nav.autopay", PathAutoPay},
			{"my.nav.security", PathSecurity},
		}
	case NavViewer:
		return []Link{{"my.nav.home", PathAccount}, {"my.nav.payments", PathPayments}, {"my.nav.security", PathSecurity}}
	case NavUnlinked:
		return []Link{{"my.nav.connect", PathConnect}, {"my.nav.security", PathSecurity}}
	case NavSigningIn:
		return nil
	}
	return []Link{{"frame.pay", PathHome}, {"about_autopay.nav", PathAboutAutoPay}, {"ways.title", PathWays}, {"lookup.title", PathLookup}}
}

// SiteAlert is the one notice that all pages show: the portal was down on a
// due day, and everybody has until Until (R-CAL-3).
type SiteAlert struct {
	Down  civil.Date
	Until civil.Date
}

// Site is what the marketplace's profile says to every page.
type Site struct {
	Name      string
	Demo      bool
	Gov       bool   // a government site, under .gov: its pages say how to know
	Phone     string // "1-800-555-0100"
	TTY       string
	Hours     map[catalogue.Lang]string // "Monday to Friday, 8 a.m. to 6 p.m."; English is a must
	Statement string                    // what a bank statement shows
}

// Message is a catalogue key with its values.
type Message struct {
	Key  string
	Args catalogue.Args
}

// Problem is a message about one input field, shown in the summary and at the
// field in the same words.
type Problem struct {
	Field   string // the field's name and id
	Message Message
}

// Problems are in the order of the fields on the page.
type Problems []Problem

// Add appends a problem. Args come in pairs: name, value.
func (p *Problems) Add(field, key string, args ...any) {
	*p = append(*p, Problem{Field: field, Message: Message{Key: key, Args: pairs(args)}})
}

// At gives the first problem of a field, nil for none.
func (p Problems) At(field string) *Message {
	for _, problem := range p {
		if problem.Field == field {
			return &problem.Message
		}
	}
	return nil
}

// AtAny gives the first problem of several fields that are shown as a group.
func (p Problems) AtAny(fields ...string) *Message {
	for _, field := range fields {
		if m := p.At(field); m != nil {
			return m
		}
	}
	return nil
}

// Who is all that a guest sees of a person (R-ID-3).
type Who struct {
	FirstName  string
	Initial    string
	IDLastFour string
}

// Name gives "Maria S.".
func (w Who) Name() string {
	if w.Initial == "" {
		return w.FirstName
	}
	return w.FirstName + " " + w.Initial + "."
}

func pairs(list []any) catalogue.Args {
	args := catalogue.Args{}
	for i := 0; i+1 < len(list); i += 2 {
		args[list[i].(string)] = list[i+1]
	}
	return args
}
