package portal

// The paths of the public pages, without language. Every page links with
// these, through the template function href, which adds the language.
const (
	PathHome     = "/"
	PathFind     = "/pay"        // G1; ?by=zip and ?for=someone choose its variants
	PathLink     = "/p/"         // G1q; a code follows
	PathAmount   = "/pay/amount" // G2; ?ahead=1 opens it when nothing is due
	PathLess     = "/pay/less"   // interruption: this may not keep your coverage
	PathAgain    = "/pay/again"  // interruption: pay again?
	PathBill     = "/pay/bill"   // HTML bill
	PathPaper    = "/pay/bill.pdf"
	PathMethod   = "/pay/method"  // G3
	PathBank     = "/pay/bank"    // G4
	PathCheck    = "/pay/check"   // G6
	PathStatus   = "/pay/status"  // G7; its JSON twin answers {"next": path}
	PathDone     = "/pay/done/"   // G8; a reference follows, then /receipt for the receipt
	PathCancel   = "/pay/cancel"  // you have not paid
	PathWays     = "/ways-to-pay" // P2
	PathFirst    = "/new-members" // P4
	PathPastDue  = "/past-due"    // P5
	PathCalendar = "/calendar.ics"
	PathLookup   = "/is-my-payment-in"
	PathLanguage = "/language-help"
	PathAccess   = "/accessibility"
	PathPrivacy  = "/privacy"
	PathContact  = "/contact"
)
