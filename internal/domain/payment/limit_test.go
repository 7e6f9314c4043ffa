package payment_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
)

func TestCheckAmount(t *testing.T) {
	t.Parallel()
	most := money.Dollars(10_000)
	for _, c := range []struct {
		name   string
		amount money.Amount
		want   string
	}{
		{"one cent", money.Cents(1), ""},
		{"the most", most, ""},
		{"nothing", money.Zero, "Amount must be more than $0"},
		{"less than nothing", money.Cents(-1), "Amount must be more than $0"},
		{"a cent too much", most.Add(money.Cents(1)), "Amount must be $10,000.00 or less"},
		{"far too much", money.Cents(99_999_999_900), "Amount must be $10,000.00 or less"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, strings.Join(messages(payment.CheckAmount(c.amount, most), "amount"), "; ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// messages gives what the page shows at a field; "" takes all fields.
func messages(err error, field string) []string {
	var all []string
	for _, f := range fault.Fields(err) {
		if field == "" || f.Field == field {
			all = append(all, f.Message)
		}
	}
	return all
}

// good is an account that is accepted; rows change one thing of it.
func good() payment.BankAccount {
	return payment.BankAccount{HolderName: "Rosa O’Neill-Díaz", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret("000123456789")}
}

func TestBankAccountCheck(t *testing.T) {
	t.Parallel()
	holder := func(s string) payment.BankAccount { b := good(); b.HolderName = s; return b }
	routing := func(s string) payment.BankAccount { b := good(); b.Routing = s; return b }
	number := func(s string) payment.BankAccount { b := good(); b.Number = pii.NewSecret(s); return b }
	kind := func(s payment.AccountType) payment.BankAccount { b := good(); b.Type = s; return b }
	const (
		card     = "account_number: That looks like a card number. Enter your bank account number."
		length   = "account_number: Account number must be 4 to 17 numbers"
		nine     = "routing: Routing number must be 9 numbers"
		noBank   = "routing: Check the routing number. These 9 numbers don't match a US bank."
		digits   = "holder_name: Enter the name as it appears on the account"
		noCards  = "holder_name: Don't enter card numbers here"
		selectIt = "account_type: Select checking or savings"
	)
	for _, c := range []struct {
		name    string
		account payment.BankAccount
		want    string
	}{
		{"a good account", good(), ""},
		{"savings", kind(payment.AccountSavings), ""},
		{"a name of one letter", holder("X"), ""},
		{"a name in another script", holder("陈小明"), ""},
		{"a name of 60 characters", holder(strings.Repeat("é", 60)), ""},
		{"the shortest number", number("1234"), ""},
		{"the longest number", number("12345678901234567"), ""},
		{"13 digits that could be a card, but are too few to tell", number("4222222222222"), ""},

		{"no name", holder(""), "holder_name: Enter the name on the account"},
		{"a name of 61 characters", holder(strings.Repeat("é", 61)), "holder_name: Name on the account must be 60 characters or fewer"},
		{"a name with a digit", holder("Rosa 2"), digits},
		{"a name that is a card number", holder("4111 1111 1111 1111"), noCards},
		{"a card number after the name", holder("Rosa 4111111111111111"), noCards},
		{"no type", kind(""), selectIt},
		{"another type", kind("loan"), selectIt},
		{"no routing number", routing(""), "routing: Enter the routing number"},
		{"8 digits", routing("11000000"), nine},
		{"10 digits", routing("1100000000"), nine},
		{"a letter in the routing number", routing("11000000O"), nine},
		{"a dash in the routing number", routing("1100-0000"), nine},
		{"Arabic digits in the routing number", routing("١١٠٠٠٠٠٠٠"), nine},
		{"a wrong check digit", routing("110000001"), noBank},
		{"two digits swapped", routing("101000000"), noBank},
		{"all zeros", routing("000000000"), noBank},
		{"a prefix that nobody has", routing("130000006"), noBank},
		{"another prefix that nobody has", routing("990000004"), noBank},
		{"no number", number(""), "account_number: Enter the account number"},
		{"3 digits", number("123"), length},
		{"18 digits", number("123456789012345678"), length},
		{"letters in the number", number("12345A"), length},
		{"spaces in the number", number("1234 5678"), length},
		{"a minus", number("-12345"), length},
		{"Arabic digits in the number", number("١٢٣٤٥"), length},
		{"a card number of 16", number("4111111111111111"), card},
		{"a card number of 15", number("378282246310005"), card},
		{"a card number with spaces", number("4111 1111 1111 1111"), card},
		{"a card number of 19", number("6304000000000000000"), card},
		{
			"nothing at all, in the order of the page",
			payment.BankAccount{},
			"holder_name: Enter the name on the account; " + selectIt + "; routing: Enter the routing number; account_number: Enter the account number",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range fault.Fields(c.account.Check()) {
				got = append(got, f.Field+": "+f.Message)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// No message may repeat what was typed: messages reach logs.
func TestBankAccountMessagesKeepTheNumber(t *testing.T) {
	t.Parallel()
	b := good()
	b.Number = pii.NewSecret("4111111111111111")
	b.HolderName = "4111111111111111"
	if err := b.Check(); err == nil || strings.Contains(err.Error(), "4111") {
		t.Errorf("got %v, want refusals without the number", err)
	}
}

func TestValidRouting(t *testing.T) {
	t.Parallel()
	for routing, want := range map[string]bool{
		"110000000": true,  // the processor's test bank
		"021000021": true,  // Federal Reserve district 2
		"211000005": false, // check digit
		"322271627": true,  // thrift, district 12
		"611111110": false, // check digit
		"800000006": true,  // travelers cheques: 3*8 + 6 = 30
		"810000003": false, // no such prefix, the check digit is right
		"000000000": false,
		"12":        false,
		"11000000x": false,
	} {
		if got := payment.ValidRouting(routing); got != want {
			t.Errorf("%s: got %t, want %t", routing, got, want)
		}
	}
}

// Any single wrong digit is caught by the check digit.
func TestRoutingCatchesEverySingleSlip(t *testing.T) {
	t.Parallel()
	for _, routing := range []string{"110000000", "021000021", "322271627"} {
		for i := range routing {
			for d := byte('0'); d <= '9'; d++ {
				slip := routing[:i] + string(d) + routing[i+1:]
				if slip != routing && payment.ValidRouting(slip) {
					t.Errorf("%s passes for %s", slip, routing)
				}
			}
		}
	}
}
