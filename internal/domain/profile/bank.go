package profile

import (
	"regexp"
	"strconv"

	"quittance.org/quittance/internal/base/money"
)

// Bank is the bank that our ACH entries go through, and who it knows us as.
// Members read CompanyName on their statements: it is the same on a debit, its
// retry and its reversal (ACH-24).
type Bank struct {
	Routing     string // of the bank that sends our entries; "": no files are built
	Name        string
	Origin      string // what the bank calls us in a file's header, 9 or 10 characters
	OriginName  string
	CompanyName string
	CompanyID   string
	Description string // of a debit: "PREMIUM"
}

// ACH is how much may leave in one file, and in all files of a bank day,
// without a second person; and the return rates that our bank holds us to
// (ACH-34), in hundredths of a percent of the debits.
type ACH struct {
	FileEntries Dated[int]
	FileDebits  Dated[money.Amount]
	FileCredits Dated[money.Amount]
	DayEntries  Dated[int]
	DayDebits   Dated[money.Amount]
	DayCredits  Dated[money.Amount]
	// Unverified says what becomes of a new bank account that the validation
	// service can not vouch for (R-AUTO-8).
	Unverified Dated[Unverified]

	MicroAttempts   Dated[int] // answers of a member, in all
	MicroAnswerDays Dated[int] // to tell the amounts
	MicroMost       Dated[int] // verifications of one account number, and of one person, …
	MicroPeriodDays Dated[int] // … in so many days
	MicroWaitDays   Dated[int] // after an account number was guessed at in vain
	MicroDayMost    Dated[int] // verifications begun on one day
	MicroReturned   Dated[int] // ceiling of those sent back, in hundredths of a percent (ACH-11)

	GuardDays      Dated[int] // that the rates look back on
	Unauthorized   Dated[int]
	Administrative Dated[int]
	Overall        Dated[int]
	AlarmPercent   Dated[int] // of a ceiling
	LeastReturns   Dated[int] // fewer of a class are chance, not a rate
}

// Unverified is what becomes of a new bank account that the validation service
// can not vouch for: it does not answer, or can not tell.
type Unverified string

// The ways.
const (
	UnverifiedRefuse  Unverified = "refuse"        // it is not saved: the member tries again or uses another
	UnverifiedPrenote Unverified = "prenote"       // its bank is asked by an entry of $0 (ACH-10)
	UnverifiedMicro   Unverified = "micro-entries" // the member is asked how much has arrived (ACH-11)
)

// Statement says what the lines of the bank's statement are, by their BAI2
// codes, which differ from bank to bank (BANK-12).
type Statement struct {
	Account        string   // ours; "": every account of a statement is ours
	Collected      []string // what a file of debits brought
	PaidOut        []string // what a file of credits took
	Returned       []string // debits that came back
	CreditReturned []string // credits that came back
	Card           []string // payouts of the card processor
	Lockbox        []string
	BillPay        []string
	Fees           []string
	OpenDays       int // a line or an item that agrees with nothing for longer is for staff
}

// Files have fixed columns: text that is longer would be cut.
var (
	routingForm     = regexp.MustCompile(`^(\d{9})?$`)
	originForm      = regexp.MustCompile(`^([A-Z0-9]{9,10})?$`)
	bankNameForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 .&-]{0,22}$`)
	companyForm     = regexp.MustCompile(`^([A-Z0-9][A-Z0-9 .&-]{2,15})?$`)
	companyIDForm   = regexp.MustCompile(`^([A-Z0-9]{10})?$`)
	descriptionForm = regexp.MustCompile(`^[A-Z][A-Z ]{2,9}$`)
)

func (b *Bank) read(t *table) {
	plain(t, "routing", &b.Routing, "", pattern(routingForm, `"110000000": 9 digits`))
	plain(t, "name", &b.Name, "BANK", pattern(bankNameForm, `"Bay Harbor Bank": at most 23 characters`))
	plain(t, "origin", &b.Origin, b.Routing, pattern(originForm, `"1999999999": 9 or 10 capital letters and digits`))
	plain(t, "origin_name", &b.OriginName, "MARKETPLACE", pattern(bankNameForm, `"BAY HARBOR MARKETPLACE": at most 23 characters`))
	plain(t, "company_name", &b.CompanyName, "", pattern(companyForm, `"HLTHMKT PREM": 3 to 16 capital letters and digits`))
	plain(t, "company_id", &b.CompanyID, "", pattern(companyIDForm, `"1999999999": 1 and the tax number, or what the bank has given`))
	plain(t, "description", &b.Description, "PREMIUM", pattern(descriptionForm, `"PREMIUM": 3 to 10 capital letters`))
}

func (a *ACH) read(t *table) {
	dated(t, "file_entries", &a.FileEntries, 250_000, number(1, 10_000_000))
	dated(t, "file_debits", &a.FileDebits, money.Dollars(75_000_000), achAmount)
	dated(t, "file_credits", &a.FileCredits, money.Dollars(100_000), achAmount)
	dated(t, "day_entries", &a.DayEntries, 400_000, number(1, 10_000_000))
	dated(t, "day_debits", &a.DayDebits, money.Dollars(120_000_000), achAmount)
	dated(t, "day_credits", &a.DayCredits, money.Dollars(200_000), achAmount)
	a.readMicro(t)
	dated(t, "guard_days", &a.GuardDays, 60, number(30, 180))
	dated(t, "unauthorized_basis_points", &a.Unauthorized, 50, number(1, 10_000))
	dated(t, "administrative_basis_points", &a.Administrative, 300, number(1, 10_000))
	dated(t, "overall_basis_points", &a.Overall, 1500, number(1, 10_000))
	dated(t, "alarm_percent", &a.AlarmPercent, 50, number(1, 100))
	dated(t, "least_returns", &a.LeastReturns, 10, number(1, 1000))
}

func (a *ACH) readMicro(t *table) {
	dated(t, "unverified", &a.Unverified, UnverifiedMicro, oneOf(UnverifiedRefuse, UnverifiedPrenote, UnverifiedMicro))
	dated(t, "micro_attempts", &a.MicroAttempts, 3, number(1, 5))
	dated(t, "micro_answer_days", &a.MicroAnswerDays, 14, number(3, 60))
	dated(t, "micro_most", &a.MicroMost, 3, number(1, 10))
	dated(t, "micro_period_days", &a.MicroPeriodDays, 30, number(1, 365))
	dated(t, "micro_wait_days", &a.MicroWaitDays, 7, number(0, 365))
	dated(t, "micro_day_most", &a.MicroDayMost, 2000, number(1, 100_000))
	dated(t, "micro_returned_basis_points", &a.MicroReturned, 1500, number(1, 10_000))
}

var (
	lineCode        = pattern(regexp.MustCompile(`^\d{3}$`), `"166": 3 digits`)
	bankAccountForm = regexp.MustCompile(`^\d{0,17}$`)
)

func (s *Statement) read(t *table) {
	codes := func(name string, to *[]string, absent ...string) { plain(t, name, to, absent, list(0, 40, lineCode)) }
	plain(t, "account", &s.Account, "", pattern(bankAccountForm, `"000100200300": at most 17 digits`))
	codes("collected", &s.Collected, "166")
	codes("paid_out", &s.PaidOut, "466")
	codes("returned", &s.Returned, "555", "557")
	codes("credit_returned", &s.CreditReturned, "257")
	codes("card", &s.Card, "165")
	codes("lockbox", &s.Lockbox, "115")
	codes("bill_pay", &s.BillPay, "142")
	codes("fees", &s.Fees, "694", "695", "698")
	plain(t, "open_days", &s.OpenDays, 5, number(1, 60))
}

// check finds codes that mean two things.
func (s *Statement) check(problems *problems) {
	meaning := map[string]string{}
	for _, list := range []struct {
		name  string
		codes []string
	}{
		{"collected", s.Collected},
		{"paid_out", s.PaidOut},
		{"returned", s.Returned},
		{"credit_returned", s.CreditReturned},
		{"card", s.Card},
		{"lockbox", s.Lockbox},
		{"bill_pay", s.BillPay},
		{"fees", s.Fees},
	} {
		for _, code := range list.codes {
			if other, twice := meaning[code]; twice {
				problems.Add("statement."+list.name, "profile.bad_value", "has %s, which statement.%s has too: a line can mean one thing", code, other)
			}
			meaning[code] = list.name
		}
	}
}

// Ten columns of cents hold an entry, twelve a batch and a file.
var achAmount = amount(money.Zero, money.Cents(999_999_999_999))

// reserved are descriptions that say something else than a premium (ACH-07,
// ACH-11, ACH-32, ACH-35, ACH-36).
var reserved = map[string]bool{
	"PAYROLL": true, "PURCHASE": true, "ACCTVERIFY": true, "RETRY PYMT": true, "RETURN FEE": true, "REVERSAL": true, "REFUND": true,
}

func (b *Bank) check(problems *problems) {
	if reserved[b.Description] {
		problems.Add("bank.description", "profile.bad_value", "%s is not a premium's: use one like PREMIUM", b.Description)
	}
	if b.Routing == "" {
		return
	}
	if !routingAddsUp(b.Routing) {
		problems.Add("bank.routing", "profile.bad_value", "%s is not a routing number: its last digit does not fit the others", b.Routing)
	}
	if b.CompanyName == "" {
		problems.Add("bank.company_name", "profile.missing", "is missing: members must know who debits them (ACH-24)")
	}
	if b.CompanyID == "" {
		problems.Add("bank.company_id", "profile.missing", "is missing: the bank gives it, often 1 and the tax number (ACH-24)")
	}
}

// routingAddsUp tells whether the check digit is right: weights 3, 7, 1.
func routingAddsUp(routing string) bool {
	sum := 0
	for i, r := range routing {
		digit, err := strconv.Atoi(string(r))
		if err != nil {
			return false
		}
		sum += digit * []int{3, 7, 1}[i%3]
	}
	return len(routing) == 9 && sum%10 == 0
}
