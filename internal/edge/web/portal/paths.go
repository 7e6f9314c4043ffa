package portal

// The paths of the public pages, without language. Every page links with
// these, through the template function href, which adds the language.
const (
	PathHome     = "/"
	PathFind     = "/pay"         // G1; ?by=zip and ?for=someone choose its variants
	PathLine     = "/pay/line"    // you're in line: for who comes from an account
	PathWait     = "/pay/wait"    // POST: an address to be told at when the bill is there
	PathWaiting  = "/pay/waiting" // an address was left
	PathLink     = "/p/"          // G1q; a code follows
	PathAmount   = "/pay/amount"  // G2; ?ahead=1 opens it when nothing is due
	PathLess     = "/pay/less"    // interruption: this may not keep your coverage
	PathAgain    = "/pay/again"   // interruption: pay again?
	PathBill     = "/pay/bill"    // HTML bill
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

// The paths of the signed-in account.
const (
	PathSignIn   = "/account/sign-in"
	PathSignOut  = "/account/sign-out" // POST
	PathConnect  = "/account/link"     // A5
	PathSecurity = "/account/security" // A15

	PathAccount       = "/account"                    // A6
	PathAccountPay    = "/account/pay"                // opens the paying pages for the account
	PathAutoPay       = "/account/autopay"            // A7
	PathAutoPayAnswer = "/account/autopay/waiting"    // the answer to a payment that waits for it
	PathAutoPayProof  = "/account/autopay/proof.pdf"  // what was agreed to; ?of= an older one
	PathAutoPayDay    = "/account/autopay/set-up"     // A8, step 1
	PathAutoPayBank   = "/account/autopay/bank"       // A8, step 2: a saved account
	PathAutoPayNew    = "/account/autopay/new-bank"   // A8, step 2: another one
	PathAutoPayCheck  = "/account/autopay/check"      // A8, step 3
	PathAutoPayDone   = "/account/autopay/done"       // A8, step 4, and after each change
	PathAutoPayChange = "/account/autopay/change"     // ?what=day, bank or limits
	PathAutoPayStop   = "/account/autopay/stop"       // A8s
	PathBills         = "/account/bills"              // A9; A10 with "/" and a number, then .pdf
	PathPayments      = "/account/payments"           // A11; A12 with "/" and an operation, then /receipt.pdf
	PathPaymentsCSV   = "/account/payments.csv"       // A11 as a file
	PathSaved         = "/account/methods"            // A13
	PathSavedNew      = "/account/methods/new"        // A13: add
	PathSavedRename   = "/account/methods/rename"     // A13: ?of=
	PathSavedRemove   = "/account/methods/remove"     // A13: ?of=
	PathSavedConfirm  = "/account/methods/confirm"    // A13: ?of=, the two small amounts
	PathSettings      = "/account/settings"           // A14
	PathSpoken        = "/account/settings/language"  // A14: languages
	PathReached       = "/account/settings/contact"   // A14: e-mail, mobile number
	PathPaperless     = "/account/settings/paperless" // A14: paper or e-mail
	PathReachedCode   = "/account/settings/contact/code"
	PathPaperlessCode = "/account/settings/paperless/code"
	PathTexts         = "/account/settings/texts" // A14: text messages about bills
	PathTextsCode     = "/account/settings/texts/code"
	PathTextsEnd      = "/account/settings/texts/end" // POST
	PathYears         = "/account/tax"                // A17; with "/" and a year, .pdf
	PathMessages      = "/account/messages"           // A18; with "/" and an id, then .pdf
	PathPeople        = "/account/people"             // A16
	PathAboutAutoPay  = "/autopay"                    // P3
)
