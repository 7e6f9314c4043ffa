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
// without a second person.
type ACH struct {
	FileEntries Dated[int]
	FileDebits  Dated[money.Amount]
	FileCredits Dated[money.Amount]
	DayEntries  Dated[int]
	DayDebits   Dated[money.Amount]
	DayCredits  Dated[money.Amount]
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
