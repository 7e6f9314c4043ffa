package profile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/profile"
)

const bank = `
[bank]
routing = "110000000"
company_name = "HLTHMKT PREM"
company_id = "1999999999"
`

func TestBank(t *testing.T) {
	t.Parallel()
	p := parse(t, smallest+bank)
	want := profile.Bank{
		Routing: "110000000", Name: "BANK", Origin: "110000000", OriginName: "MARKETPLACE", CompanyName: "HLTHMKT PREM",
		CompanyID: "1999999999", Description: "PREMIUM",
	}
	if diff := cmp.Diff(want, p.Bank); diff != "" {
		t.Error(diff)
	}
	on := day("2026-11-20")
	if p.ACH.FileCredits.On(on) != money.Dollars(100_000) || p.ACH.DayEntries.On(on) != 400_000 {
		t.Errorf("limits are %+v", p.ACH)
	}
	if none := parse(t, smallest).Bank; none.Routing != "" {
		t.Errorf("without [bank] there is a bank: %+v", none)
	}
}

func TestBankRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ toml, field string }{
		"a routing number with a wrong last digit":      {"[bank]\nrouting = \"110000001\"\ncompany_name = \"ABC\"\ncompany_id = \"1999999999\"", "bank.routing"},
		"a short routing number":                        {"[bank]\nrouting = \"11000000\"", "bank.routing"},
		"a bank without a company's name (ACH-24)":      {"[bank]\nrouting = \"110000000\"\ncompany_id = \"1999999999\"", "bank.company_name"},
		"a bank without a company's number":             {"[bank]\nrouting = \"110000000\"\ncompany_name = \"ABC\"", "bank.company_id"},
		"a company's name that would be cut":            {bank + "origin_name = \"THE MARKETPLACE OF THE COMMONWEALTH\"", "bank.origin_name"},
		"a description that means something else":       {bank + "description = \"REVERSAL\"", "bank.description"},
		"a description of a wage (ACH-07)":              {bank + "description = \"PAYROLL\"", "bank.description"},
		"a description in small letters":                {bank + "description = \"Premium\"", "bank.description"},
		"a file of no entries":                          {"[ach]\nfile_entries = 0", "ach.file_entries"},
		"more than the columns of a file's total hold":  {"[ach]\nday_debits = \"10000000000.00\"", "ach.day_debits"},
		"a limit that is not money":                     {"[ach]\nfile_credits = 5", "ach.file_credits"},
		"a key that the bank's agreement does not know": {bank + "iban = \"X\"", "bank.iban"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := profile.Parse("test", []byte(smallest+c.toml))
			fields := fault.Fields(err)
			if len(fields) != 1 || fields[0].Field != c.field {
				t.Errorf("got %v, want one problem at %s", err, c.field)
			}
		})
	}
}
