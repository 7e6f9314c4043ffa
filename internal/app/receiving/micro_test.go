package receiving_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/format/bankfile"
	"quittance.org/quittance/sandbox/bank"
)

// unsure is a bench where no service can vouch for an account, with the sandbox
// bank behind it.
type unsure struct {
	*bench
	link *keeping
	auto *autopay.Service
	home apptest.Household
}

// keeping keeps the last file that was put into the bank's mailbox.
type keeping struct {
	sandboxLink
	text []byte
}

func (k *keeping) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	return k.sandboxLink.Put(ctx, name, func(w io.Writer) error {
		var b bytes.Buffer
		err := write(io.MultiWriter(w, &b))
		k.text = b.Bytes()
		return err
	})
}

func newUnsure(b *bench) *unsure {
	b.TB.Helper()
	p := *b.Profile
	p.ACH.Unverified = profile.Always(profile.UnverifiedMicro)
	b.Profile = &p
	sandbox, err := bank.New(bank.Options{
		Routing: p.Bank.Routing, Company: p.Bank.CompanyID, Account: "000100200300", Zone: p.Zone(), Opened: b.Today(), Seed: 1,
	})
	if err != nil {
		b.TB.Fatal(err)
	}
	b.paying = b.NewPaying(nil)
	link := &keeping{sandboxLink: sandboxLink{sandbox, b.Clock.Now}}
	u := &unsure{bench: b, link: link, auto: b.NewAutoPay(b.paying), home: b.Household(medical().Until("2027-12"))}
	b.Bill("2026-12")
	b.out = originating.New(originating.Config{DB: b.DB, Profile: b.Profile, Link: link})
	b.service = receiving.New(receiving.Config{
		DB: b.DB, Profile: b.Profile, Payments: b.paying, AutoPay: u.auto, Refunds: b.hooks, Link: link, Log: b.Log,
	})
	b.Validator.Answer = payment.ValidationUnavailable
	return u
}

func (u *unsure) save(number string) (autopay.SavedAccount, error) {
	return u.auto.Save(u.TB.Context(), autopay.Save{Account: u.home.Account, Who: u.Member(), Bank: payment.BankAccount{
		HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "110000000", Number: secret(number),
	}})
}

func (u *unsure) mustSave(number string) autopay.SavedAccount {
	u.TB.Helper()
	saved, err := u.save(number)
	if err != nil {
		u.TB.Fatal(err)
	}
	return saved
}

func (u *unsure) on(saved autopay.SavedAccount) {
	u.TB.Helper()
	_, err := u.auto.TurnOn(u.TB.Context(), autopay.TurnOn{
		Operation: u.DB.NewID(), Account: u.home.Account, Who: u.Member(), Given: apptest.Given(),
		Terms: mandate.Terms{BankAccount: saved.ID, Day: 23, Notice: mandate.NoticeAlways},
	})
	if err != nil {
		u.TB.Fatal(err)
	}
}

// evening freezes and sends what waits.
func (u *unsure) evening(date string) {
	u.TB.Helper()
	u.At(date + " 20:30:00")
	if _, err := u.auto.Freeze(u.TB.Context(), u.Today()); err != nil {
		u.TB.Fatal(err)
	}
	u.sendFile()
}

// morning is what the business day does of a date.
func (u *unsure) morning(date string) receiving.Fetched {
	u.TB.Helper()
	u.At(date + " 06:00:00")
	f := u.fetch()
	if _, err := u.out.Send(u.TB.Context(), u.Today()); err != nil {
		u.TB.Fatal(err)
	}
	if _, err := u.auto.Plan(u.TB.Context(), u.Today()); err != nil {
		u.TB.Fatal(err)
	}
	u.VerifyClean()
	return f
}

// amounts reads what the member reads at the bank.
func (u *unsure) amounts() [2]money.Amount {
	u.TB.Helper()
	var two [2]money.Amount
	for i, cents := range u.Rows("SELECT CAST(amount_cents AS TEXT) FROM ach_entry WHERE kind = 'micro' AND first_entry_id IS NULL ORDER BY ach_entry_id") {
		n, err := strconv.ParseInt(cents, 10, 64)
		if err != nil || i > 1 {
			u.TB.Fatalf("%s: %v", cents, err)
		}
		two[i] = money.Cents(n)
	}
	return two
}

func (u *unsure) confirm(saved autopay.SavedAccount, two [2]money.Amount) autopay.Confirmed {
	u.TB.Helper()
	c, err := u.auto.Confirm(u.TB.Context(), autopay.Confirm{Account: u.home.Account, Who: u.Member(), Bank: saved.ID, Amounts: two})
	if err != nil {
		u.TB.Fatal(err)
	}
	return c
}

// wrong gives other amounts than the two, the same ones for the same n.
func wrong(two [2]money.Amount, n int64) [2]money.Amount {
	return [2]money.Amount{two[0].Add(money.Dollars(n)), two[1]}
}

func (u *unsure) checks() []string {
	return u.Rows("SELECT state || ' ' || reason || ' ' || code || ' ' || CAST(tries AS TEXT) FROM micro_verification ORDER BY verification_id")
}

func (u *unsure) letters() []string {
	return u.Rows("SELECT kind FROM mandate_letter ORDER BY letter_id")
}

// An account that no service knows: AutoPay waits for it, two credits and a
// debit go to the bank in one ACCTVERIFY batch and settle, the member tells them
// wrong and right, and from then on AutoPay takes its debits (R-AUTO-8, ACH-11).
func TestMicroEntriesFromEndToEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		u := newUnsure(b)
		saved := u.mustSave("000123456789")
		apptest.Check(t, "saved", saved.Waits && saved.Check.Asked && !saved.Check.Open && saved.Check.ArrivesOn == apptest.Date("2026-11-23"), true)
		u.on(saved)
		two := u.amounts()
		apptest.Check(t, "before the bank has them", u.confirm(saved, two).Answer, ach.AnswerEarly)
		_, err := u.paying.PayBySaved(t.Context(), identity.Who{Person: identity.PersonID{UUID: u.Member().Person}, Account: u.home.Account, Role: access.RoleMember}, paying.SavedOrder{
			Order: paying.Order{Operation: payment.OperationID{UUID: u.DB.NewID()}, Account: u.home.Account, Channel: payment.ChannelWebAccount, Amount: apptest.Amount("1.00")},
			Bank:  saved.ID,
		})
		apptest.Check(t, "a payment from it", codeOf(err), ach.CodeBankWaits)
		u.VerifyClean()
		status, err := u.out.Status(t.Context())
		apptest.Check(t, "status", status.Checks.Waiting == 1 && status.Checks.Open == 0 && status.Waiting.Debits == status.Waiting.Credits && err == nil, true)

		u.evening("2026-11-20")
		apptest.Check(t, "draft", u.Drafts(u.home), []string{"2026-12 on 2026-11-23 skipped waits 100"})
		checkMicroFile(t, u, two)

		u.morning("2026-11-24") // the statement of the 23rd
		apptest.Check(t, "cash", []string{u.balance("cash.operating"), u.balance("clearing.ach"), u.balance("verification")}, []string{"0", "0", "0"})
		apptest.Check(t, "open lines", u.Rows("SELECT code FROM bank_item WHERE state IN ('waiting', 'set_aside')"), []string(nil))
		apptest.Check(t, "check", u.checks(), []string{"open   0"})
		apptest.Check(t, "wrong", u.confirm(saved, wrong(two, 1)), autopay.Confirmed{Answer: ach.AnswerWrong, Left: 2, AnswerBy: apptest.Date("2026-12-08")})
		apptest.Check(t, "pressed twice", u.confirm(saved, wrong(two, 1)).Left, 2)
		slices.Reverse(two[:])
		apptest.Check(t, "right", u.confirm(saved, two).Answer, ach.AnswerRight)
		apptest.Check(t, "and again", u.confirm(saved, two).Answer, ach.AnswerRight)
		apptest.Check(t, "letters", u.letters(), []string{"on", "not_taken", "bank_sent", "bank_confirmed"})

		u.payFrom(u.home, "100.00", "000123456788") // December, which AutoPay has not taken
		u.At("2026-12-05 05:00:00")
		u.Bill("2027-01")
		u.morning("2026-12-05")
		u.evening("2026-12-22")
		apptest.Check(t, "draft of January", u.Drafts(u.home)[1], "2027-01 on 2026-12-23 frozen 100")
		u.morning("2026-12-24")
		apptest.Check(t, "owed", u.Owed(u.home).String(), "0.00")
		apptest.Check(t, "mandates", u.mandates(), []string{"active "})
		noSecrets(t, u, two)
	})
}

// checkMicroFile reads the file as the bank does.
func checkMicroFile(t *testing.T, u *unsure, two [2]money.Amount) {
	t.Helper()
	name := u.Rows("SELECT name FROM ach_file")[0]
	var got []string
	for l := range strings.Lines(string(u.link.text)) {
		switch l[0] {
		case '5':
			got = append(got, l[1:4]+" "+l[50:53]+" "+l[53:63])
		case '6':
			got = append(got, l[1:3]+" "+strings.TrimLeft(l[29:39], "0"))
		}
	}
	cents := func(a money.Amount) string { return strconv.FormatInt(a.Cents(), 10) }
	apptest.Check(t, name, got, []string{"200 PPD ACCTVERIFY", "22 " + cents(two[0]), "22 " + cents(two[1]), "27 " + cents(two[0].Add(two[1]))})
	r, err := bankfile.Check(bytes.NewReader(u.link.text))
	apptest.Check(t, "file check", err == nil && r.Accepted, true)
	apptest.Check(t, "batch", u.Rows("SELECT kind || ' ' || sec_code || ' ' || CAST(entries AS TEXT) || ' ' || CAST(debit_cents - credit_cents AS TEXT) FROM ach_batch"), []string{"micro PPD 3 0"})
}

// noSecrets looks for the amounts where they must not be: in the audit.
func noSecrets(t *testing.T, u *unsure, two [2]money.Amount) {
	t.Helper()
	for _, line := range u.Rows("SELECT summary || ' ' || reason FROM audit WHERE operation LIKE 'bank.%'") {
		for _, a := range two {
			if strings.Contains(line, a.String()) {
				t.Errorf("the audit tells an amount: %s", line)
			}
		}
	}
}

func codeOf(err error) string {
	if fields := fault.Fields(err); len(fields) > 0 {
		return fields[0].Code
	}
	return fault.CodeOf(err)
}

// What ends a verification: three wrong answers, no answer in time, a bank that
// sends an entry back, a member who takes the account away. The account is taken
// out, AutoPay that waits is off, and the cents are where they went.
func TestMicroEntriesThatFail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, number string
		do           func(u *unsure, saved autopay.SavedAccount)
		check        string
		mandate      string
		cost         string // in cents; "?" what did not come back
		letters      []string
	}{
		{"three wrong answers", "000123456789", func(u *unsure, saved autopay.SavedAccount) {
			u.morning("2026-11-24")
			for n := range int64(3) {
				u.confirm(saved, wrong(u.amounts(), n+1))
			}
		}, "failed wrong  3", "stopped unverified", "0", []string{"on", "not_taken", "bank_sent", "bank_failed"}},
		{"no answer in time", "000123456789", func(u *unsure, _ autopay.SavedAccount) {
			u.morning("2026-11-24")
			u.morning("2026-12-08")
			apptest.Check(u.TB, "on the last day", u.checks(), []string{"open   0"})
			u.morning("2026-12-09")
		}, "failed expired  0", "stopped unverified", "0", []string{"on", "not_taken", "bank_sent", "bank_failed"}},
		{"no such account", "000555000003", func(u *unsure, _ autopay.SavedAccount) {
			u.morning("2026-11-24")
			u.morning("2026-11-25")
		}, "failed returned R03 0", "stopped bank_account", "0", []string{"on", "not_taken", "bank_sent", "bank_failed"}},
		{"only the debit comes back", "000111111116", func(u *unsure, _ autopay.SavedAccount) {
			u.morning("2026-11-24")
			u.morning("2026-11-25")
		}, "failed returned R01 0", "stopped bank_account", "?", []string{"on", "not_taken", "bank_sent", "bank_failed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				u := newUnsure(b)
				saved := u.mustSave(c.number)
				u.on(saved)
				u.evening("2026-11-20")
				two := u.amounts()
				c.do(u, saved)
				apptest.Check(t, "check", u.checks(), []string{c.check})
				apptest.Check(t, "mandate", u.mandates(), []string{c.mandate})
				apptest.Check(t, "letters", u.letters(), c.letters)
				cost := c.cost
				if cost == "?" {
					cost = strconv.FormatInt(two[0].Add(two[1]).Cents(), 10)
				}
				apptest.Check(t, "cost", []string{u.balance("verification"), u.balance("clearing.ach")}, []string{cost, "0"})
				apptest.Check(t, "set aside", u.Rows("SELECT reason FROM bank_item WHERE state = 'set_aside'"), []string(nil))
				all, err := u.auto.SavedAccounts(t.Context(), u.Member(), u.home.Account)
				apptest.Check(t, "saved", len(all) == 0 && err == nil, true)
				apptest.Check(t, "the right amounts, too late", u.confirm(saved, two).Answer, ach.AnswerLate)
				u.VerifyClean()
			})
		})
	}
}

// Before a file has them, micro-entries of an account that is taken away are not
// sent; after it they settle as if it were there.
func TestMicroEntriesTakenAway(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		u := newUnsure(b)
		first := u.mustSave("000123456789")
		if err := u.auto.Remove(t.Context(), u.Member(), u.home.Account, first.ID); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "entries", u.Rows("SELECT DISTINCT state FROM ach_entry"), []string{"dropped"})
		apptest.Check(t, "books", []string{u.balance("verification"), u.balance("clearing.ach")}, []string{"0", "0"})
		apptest.Check(t, "on its way", u.clearing(), []string(nil))
		u.VerifyClean()
		second := u.mustSave("000123456780")
		u.evening("2026-11-20")
		if err := u.auto.Remove(t.Context(), u.Member(), u.home.Account, second.ID); err != nil {
			t.Fatal(err)
		}
		u.morning("2026-11-24")
		apptest.Check(t, "books", []string{u.balance("verification"), u.balance("clearing.ach"), u.balance("cash.operating")}, []string{"0", "0", "0"})
		apptest.Check(t, "checks", u.checks(), []string{"failed removed  0", "failed removed  0"})
	})
}

// Nobody can begin checks of an account number without end, by whatever
// household and person, nor begin anew right after guessing (R-AUTO-8).
func TestMicroEntriesAreLimited(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		u := newUnsure(b)
		again := func() error {
			saved, err := u.save("000123456789")
			if err != nil {
				return err
			}
			return u.auto.Remove(t.Context(), u.Member(), u.home.Account, saved.ID)
		}
		for range 3 {
			if err := again(); err != nil {
				t.Fatal(err)
			}
		}
		apptest.Check(t, "a fourth time", codeOf(again()), ach.CodeMicroTooOften)
		_, err := u.save("000123456780")
		apptest.Check(t, "another number, by the same person", codeOf(err), ach.CodeMicroTooOften)
		other := autopay.Who{Person: u.DB.NewID(), Role: access.RoleMember}
		numbered := func(who autopay.Who, number string) error {
			_, err := u.auto.Save(t.Context(), autopay.Save{Account: u.Household(medical()).Account, Who: who, Bank: payment.BankAccount{
				HolderName: "Bo Testperson", Type: payment.AccountSavings, Routing: "110000000", Number: secret(number),
			}})
			return err
		}
		apptest.Check(t, "the number, by another person elsewhere", codeOf(numbered(other, "000123456789")), ach.CodeMicroTooOften)
		apptest.Check(t, "another number, by another person", numbered(other, "000123456781"), nil)
		u.At("2026-12-21")
		apptest.Check(t, "the number, after thirty days", again(), nil)
		agent := autopay.Who{Person: u.DB.NewID(), Role: access.RoleAgent}
		_, err = u.auto.Confirm(t.Context(), autopay.Confirm{Account: u.home.Account, Who: agent})
		apptest.Check(t, "an agent tells the amounts", fault.KindOf(err), fault.Denied)
		u.VerifyClean()
	})
}

// A wrong guess rests for a week.
func TestMicroEntriesRest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		u := newUnsure(b)
		saved := u.mustSave("000123456789")
		u.evening("2026-11-20")
		u.morning("2026-11-24")
		for n := range int64(3) {
			u.confirm(saved, wrong(u.amounts(), n+1))
		}
		_, err := u.save("000123456789")
		apptest.Check(t, "at once", codeOf(err), ach.CodeMicroTooSoon)
		u.At("2026-12-01")
		_, err = u.save("000123456789")
		apptest.Check(t, "a week later", err, nil)
	})
}

// While an account waits, a service that knows it by then ends the wait; and one
// that is verified stays so when no service answers.
func TestMicroEntriesAndTheService(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		u := newUnsure(b)
		u.mustSave("000123456789")
		apptest.Check(t, "saved again", u.mustSave("000123456789").Waits, true)
		apptest.Check(t, "checks", u.checks(), []string{"waiting   0"})
		u.Validator.Answer = payment.ValidationOK
		apptest.Check(t, "once the service knows it", u.mustSave("000123456789").Waits, false)
		apptest.Check(t, "checks then", u.checks(), []string{"failed removed  0"})
		u.Validator.Answer = payment.ValidationUnavailable
		apptest.Check(t, "when it is silent again", u.mustSave("000123456789").Waits, false)
		u.VerifyClean()
	})
}

// A bank that corrects the account while its member is asked: the entries found
// it, and the member still is asked (ACH-40).
func TestMicroEntriesCorrected(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		u := newUnsure(b)
		u.on(u.mustSave("000666000001"))
		u.evening("2026-11-20")
		u.morning("2026-11-24")
		u.morning("2026-11-25")
		all, err := u.auto.SavedAccounts(t.Context(), u.Member(), u.home.Account)
		if err != nil || len(all) != 1 || !all[0].Waits || all[0].LastFour != "6789" || !all[0].Check.Open {
			t.Fatalf("%+v %v", all, err)
		}
		apptest.Check(t, "right", u.confirm(all[0], u.amounts()).Answer, ach.AnswerRight)
		apptest.Check(t, "mandate", u.mandates(), []string{"active "})
	})
}

// Too many that come back stop new ones; members are told nothing of others
// (ACH-11).
func TestMicroEntriesGuard(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		u := newUnsure(b)
		for n := range 10 {
			who := autopay.Who{Person: u.DB.NewID(), Role: access.RoleMember}
			_, err := u.auto.Save(t.Context(), autopay.Save{Account: u.Household(medical()).Account, Who: who, Bank: payment.BankAccount{
				HolderName: "Bo Testperson", Type: payment.AccountSavings, Routing: "110000000", Number: secret(fmt.Sprintf("00055500%04d", 3+n%2)),
			}})
			if n < 6 && err != nil {
				t.Fatal(err)
			}
		}
		u.evening("2026-11-20")
		u.morning("2026-11-24")
		f := u.morning("2026-11-25")
		apptest.Check(t, "six may be chance", f.Guard.Micro, ach.Rate{Name: "micro-entries", Returns: 6, Debits: 6, Ceiling: 1500, Level: ach.LevelAlarm})
		p := *u.Profile
		p.ACH.LeastReturns = profile.Always(5)
		*u.Profile = p
		f = u.morning("2026-11-26")
		apptest.Check(t, "six are too many", string(f.Guard.Micro.Level)+" "+f.Guard.Words(),
			"stop 100.00 % of the checks by micro-entries came back, and it may be 15.00 %")
		_, err := u.save("000123456789")
		apptest.Check(t, "another", codeOf(err), ach.CodeMicroFull)
		apptest.Check(t, "debits go on", f.Guard.Stops(), false)
	})
}

func medical() apptest.Cover { return apptest.Medical("2026-12", "100.00").Renewed() }
