package verifying_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// books is a small marketplace, kept as the use cases keep it: through the
// store's own writes and the posting rules.
type books struct {
	tb     testing.TB
	db     *store.DB
	serial uint64

	statement store.InboundFileID // of the bank
}

const (
	harborCarrier = "HARBOR"
	tideCarrier   = "TIDE"
)

var (
	december = civil.MustParseMonth("2026-12")
	january  = civil.MustParseMonth("2027-01")

	helped = premium("500.00", "250.00", "147.00", "103.00")
	full   = premium("412.37", "0.00", "0.00", "412.37")
	dental = premium("30.12", "0.00", "0.00", "30.12")
	free   = premium("250.00", "250.00", "0.00", "0.00")
)

func premium(gross, aptc, state, member string) enrollment.Premium {
	return enrollment.Premium{Gross: amount(gross), APTC: amount(aptc), State: amount(state), Member: amount(member)}
}

func amount(s string) money.Amount {
	a, err := money.Parse(s)
	if err != nil {
		panic(err)
	}
	return a
}

// healthy opens books in which everything has happened at least once: paid,
// partly paid, unpaid and free months, credit, and a corrected charge.
func healthy(tb testing.TB, db *store.DB) *books {
	tb.Helper()
	b := &books{tb: tb, db: db}
	b.inTx(func(tx *store.Tx) error {
		tx.PutPlan(store.PlanRow{PlanID: "H1", Name: "Harbor Silver", Kind: enrollment.KindMedical, CarrierID: harborCarrier, CarrierName: "Harbor"})
		tx.PutPlan(store.PlanRow{PlanID: "T1", Name: "Tide Dental", Kind: enrollment.KindDental, CarrierID: tideCarrier, CarrierName: "Tide"})
		return nil
	})
	ana := b.household("Ana", helped, dental)
	b.bill(ana, december)
	b.pay(ana, "153.12", payment.MethodCard)
	b.bill(ana, january)
	boris := b.household("Boris", full)
	b.bill(boris, december)
	b.pay(boris, "10.00", payment.MethodBank)
	b.bill(boris, january)
	chen := b.household("Chen", helped)
	b.bill(chen, december)
	b.pay(chen, "123.00", payment.MethodCard)
	b.pay(chen, "50.00", payment.MethodBank)
	dora := b.household("Dora", helped)
	b.bill(dora, december)
	b.pay(dora, "103.00", payment.MethodCard)
	b.correct(dora, december, premium("500.00", "300.00", "147.00", "53.00"))
	b.bill(b.household("Eve", free), december)
	finn := b.household("Finn", helped)
	b.bill(finn, december)
	b.takeBack(b.pay(finn, "103.00", payment.MethodBank))
	b.decline(chen, "77.00")
	gail := b.household("Gail", helped)
	b.waive(gail)
	b.bill(gail, december)
	b.bill(gail, january)
	hugo := b.household("Hugo", helped)
	b.bill(hugo, december)
	b.waive(hugo)
	b.takeChargeBack(hugo)
	karl := b.household("Karl", helped)
	b.bill(karl, december)
	tooMuch, _ := b.pay(karl, "113.00", payment.MethodBank)
	b.refund(tooMuch, amount("10.00"))
	b.banked()
	return b
}

// refund has what is left of a payment on its way back.
func (b *books) refund(p payment.Payment, left money.Amount) {
	b.tb.Helper()
	b.inTx(func(tx *store.Tx) error {
		r := payment.Refund{ID: payment.RefundID{UUID: tx.NewID()}, AccountID: p.AccountID, PaymentID: p.ID, Amount: left, Reason: "paid too much", AskedBy: "test"}
		var err error
		r.Bank, err = tx.PutBankAccount(payment.BankAccount{
			AccountID: p.AccountID, HolderName: "K", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret("000123456789"),
		}, "test")
		tx.AskRefund(r)
		tx.UseCredit(p.AccountID, payment.Application{PaymentID: p.ID, Amount: left, EmptiesCredit: true})
		tx.ApproveRefund(r, "test", p.EffectiveOn)
		return err
	})
}

func (b *books) inTx(fn func(*store.Tx) error) {
	b.tb.Helper()
	if err := b.db.InTx(b.tb.Context(), "books", fn); err != nil {
		b.tb.Fatal(err)
	}
}

func (b *books) facts(id enrollment.AccountID) *store.Facts {
	b.tb.Helper()
	var f *store.Facts
	err := b.db.Read(b.tb.Context(), "facts", func(tx *store.ReadTx) (err error) {
		f, err = tx.FactsOf(id)
		return err
	})
	if err != nil {
		b.tb.Fatal(err)
	}
	return f
}

// household enrolls an account from December 2026: medical first, then dental.
func (b *books) household(name string, premiums ...enrollment.Premium) enrollment.AccountID {
	b.tb.Helper()
	b.serial++
	id := enrollment.AccountID{UUID: b.db.NewID()}
	kinds := []enrollment.Enrollment{
		{Kind: enrollment.KindMedical, PlanID: "H1", CarrierID: harborCarrier},
		{Kind: enrollment.KindDental, PlanID: "T1", CarrierID: tideCarrier},
	}
	b.inTx(func(tx *store.Tx) error {
		err := tx.InsertAccount(enrollment.Account{
			ID: id, Kind: enrollment.AccountIndividual, SubscriberID: ident.NewSubscriberID(b.serial),
			BillingNumber: fmt.Sprintf("7%08d", b.serial), FirstName: name, LastName: "Testperson",
			BirthDate: civil.MustParseDate("1980-02-29"), ZIP: "02199", Language: "en", CreatedAt: tx.Now(),
		})
		for i, p := range premiums {
			e := kinds[i]
			e.ID, e.AccountID, e.CreatedAt = enrollment.ID{UUID: tx.NewID()}, id, tx.Now()
			e.Reference = fmt.Sprintf("RefID%d-%d", b.serial, i)
			e.First, e.Last = december, january
			e.Segments = []enrollment.Segment{{From: december, To: january, Premium: p}}
			tx.InsertEnrollment(&e, nil)
		}
		return err
	})
	return id
}

// bill charges a month and issues the bill.
func (b *books) bill(id enrollment.AccountID, month civil.Month) {
	b.tb.Helper()
	f := b.facts(id)
	b.inTx(func(tx *store.Tx) error {
		billed := store.Billed{Account: id, Cleared: f.Unbilled}
		for _, e := range f.Enrollments {
			p, _ := e.PremiumFor(month)
			billed.Charges = append(billed.Charges, bill.Charge{
				ID: bill.ChargeID{UUID: tx.NewID()}, AccountID: id, EnrollmentID: e.ID, CarrierID: e.CarrierID, Kind: e.Kind,
				Month: month, Generation: 1, Premium: p, Waived: f.WaivedOf(e.ID, month, p.Member), DueOn: month.Prev().On(23), ChargedOn: month.Prev().First(),
			})
		}
		billed.Entries = chargeEntries(tx, billed.Charges)
		number, err := tx.NextNumbers("bill_no", 1)
		if err != nil {
			return err
		}
		in := bill.Input{
			ID: bill.ID{UUID: tx.NewID()}, Account: f.Account.Account, Number: fmt.Sprint(number), Kind: bill.KindMonthly,
			Month: month, Revision: 1, IssuedOn: month.Prev().First(), New: billed.Charges, Credit: f.Credit(), Previous: f.LastBill,
		}
		for _, c := range f.Charges {
			if c.Unpaid.IsPositive() {
				in.Open = append(in.Open, c.Open)
			}
		}
		for _, a := range f.Unbilled {
			in.Activity = append(in.Activity, a.Activity)
		}
		if billed.Bill, err = bill.Make(in); err != nil {
			return err
		}
		return tx.InsertBilled([]store.Billed{billed}, "test")
	})
}

func chargeEntries(tx *store.Tx, charges []bill.Charge) []ledger.Entry {
	var entries []ledger.Entry
	for _, c := range charges {
		if transfers := ledger.Charge(c.EnrollmentID, c.CarrierID, c.Premium); len(transfers) > 0 {
			entries = append(entries, ledger.Entry{
				ID: tx.NewEntryID(), AccountID: c.AccountID, Kind: ledger.EntryCharge, EffectiveOn: c.ChargedOn,
				Source: ledger.Source{Kind: "charge", ID: c.ID.String()}, Actor: "test", Transfers: transfers,
			})
		}
	}
	return entries
}

var errMoved = errors.New("the intent has moved meanwhile")

func (b *books) intent(tx *store.Tx, id enrollment.AccountID, dollars string, method payment.Method) (store.IntentRow, error) {
	i := store.IntentRow{Intent: payment.Intent{
		ID: payment.OperationID{UUID: tx.NewID()}, AccountID: id, Channel: payment.ChannelWebGuest, Method: method,
		Amount: amount(dollars), State: payment.IntentCreated, Language: "en", SubmittedAt: tx.Now(), UpdatedAt: tx.Now(),
	}}
	if method == payment.MethodCard {
		i.Processor = "sandbox"
	}
	_, _, err := tx.OpenIntent(i)
	return i, err
}

// pay takes money, posts it and applies it as the rules say.
func (b *books) pay(id enrollment.AccountID, dollars string, method payment.Method) (p payment.Payment, applications []payment.Application) {
	b.tb.Helper()
	f := b.facts(id)
	var payables []payment.Payable
	for _, c := range f.Charges {
		if c.Unpaid.IsPositive() {
			payables = append(payables, payment.Payable{
				Charge: c.ID, EnrollmentID: c.EnrollmentID, CarrierID: c.CarrierID, Kind: c.Kind, Month: c.Month, DueOn: c.DueOn, Unpaid: c.Unpaid,
			})
		}
	}
	b.inTx(func(tx *store.Tx) error {
		i, err := b.intent(tx, id, dollars, method)
		if err != nil {
			return err
		}
		i.State = payment.IntentSucceeded
		tx.UpdateIntent(i, payment.IntentCreated, errMoved)
		p = payment.Payment{
			ID: payment.ID{UUID: tx.NewID()}, AccountID: id, IntentID: i.ID, Channel: i.Channel, Method: method, Amount: i.Amount,
			Processor: i.Processor, SubmittedAt: tx.Now(), ReceivedOn: civil.MustParseDate("2026-11-20"), EffectiveOn: civil.MustParseDate("2026-11-20"),
		}
		raw := p.ID.Raw()
		p.Confirmation = ident.NewConfirmation(raw[6:])
		clearing := ledger.ClearingACH
		if p.Processor != "" {
			p.ProcessorRef, clearing = "ch_"+p.ID.String(), ledger.ClearingCard
		}
		tx.InsertPayment(p)
		tx.Post(ledger.Entry{
			ID: tx.NewEntryID(), AccountID: id, Kind: ledger.EntryReceipt, EffectiveOn: p.EffectiveOn,
			Source: ledger.Source{Kind: "payment", ID: p.ID.String()}, Actor: "test", Transfers: ledger.Receipt(clearing, p.Amount),
		})
		tx.InsertClearing(clearing, p)
		var left money.Amount
		applications, left = payment.Apply(p.Amount, payables)
		for i := range applications {
			a := &applications[i]
			a.ID, a.PaymentID = payment.ApplicationID{UUID: tx.NewID()}, p.ID
			tx.Apply(id, *a, p.EffectiveOn, "test")
		}
		tx.AddCredit(id, p.ID, left)
		return nil
	})
	return p, applications
}

// takeBack returns a bank payment.
func (b *books) takeBack(p payment.Payment, applications []payment.Application) {
	b.tb.Helper()
	on := p.ReceivedOn.AddDays(3)
	b.inTx(func(tx *store.Tx) error {
		for _, a := range applications {
			tx.UndoApplication(p.AccountID, a, on, "test")
		}
		return tx.ReturnPayment(p, ledger.ClearingACH, "R01", on, "test")
	})
}

// waive grants half of every month, and posts it to the charges there are.
func (b *books) waive(id enrollment.AccountID) {
	b.tb.Helper()
	f := b.facts(id)
	on := civil.MustParseDate("2026-11-20")
	half := standing.Waiver{From: december, To: january, Percent: 50}
	b.inTx(func(tx *store.Tx) error {
		g := store.Granted{AccountID: id, EnrollmentID: f.Enrollments[0].ID, On: on, Actor: "test"}
		tx.GrantWaiver(g, half, "homeless", on.AddDays(30))
		for _, c := range f.Charges {
			tx.WaiveCharge(c.Open, half.Of(c.Month, c.Premium.Member), store.Correction{On: on, Actor: "test"})
		}
		return nil
	})
}

// takeChargeBack reverses an account's first charge.
func (b *books) takeChargeBack(id enrollment.AccountID) {
	b.tb.Helper()
	c := b.facts(id).Charges[0]
	b.inTx(func(tx *store.Tx) error {
		return tx.ReverseCharge(c.Charge, store.Correction{On: civil.MustParseDate("2026-11-21"), Actor: "test", Reason: "R-DUE-7"})
	})
}

// decline leaves an intent that came to nothing.
func (b *books) decline(id enrollment.AccountID, dollars string) {
	b.tb.Helper()
	b.inTx(func(tx *store.Tx) error {
		i, err := b.intent(tx, id, dollars, payment.MethodCard)
		i.State = payment.IntentDeclined
		tx.UpdateIntent(i, payment.IntentCreated, errMoved)
		return err
	})
}

// correct replaces a paid month's charge by one of another price, as a
// retroactive change does: the money comes off and stays as credit, the charge
// is reversed, a second generation is charged and paid from the credit.
func (b *books) correct(id enrollment.AccountID, month civil.Month, price enrollment.Premium) {
	b.tb.Helper()
	old := b.facts(id).Charges[0].Charge
	why := store.Correction{On: month.First(), Actor: "test", Reason: "R-BILL-4"}
	b.inTx(func(tx *store.Tx) error { return tx.ReverseCharge(old, why) })
	b.inTx(func(tx *store.Tx) error {
		c := old
		c.ID, c.Generation, c.Premium = bill.ChargeID{UUID: tx.NewID()}, 2, price
		tx.MakeCharge(c, why)
		a := payment.Application{
			ID: payment.ApplicationID{UUID: tx.NewID()}, PaymentID: b.facts(id).Credits[0].PaymentID, Charge: c.ID,
			EnrollmentID: c.EnrollmentID, CarrierID: c.CarrierID, Amount: price.Member, Closes: true,
		}
		tx.Apply(id, a, month.First(), "test")
		tx.UseCredit(id, a)
		return nil
	})
}

// banked has the bank report what it did: Ines's payment arrived, Jonas's
// arrived and came back, and a fee was taken.
func (b *books) banked() {
	b.tb.Helper()
	ines, jonas := b.household("Ines", helped), b.household("Jonas", helped)
	b.bill(ines, december)
	b.bill(jonas, december)
	arrived, _ := b.pay(ines, "103.00", payment.MethodBank)
	b.deposit(arrived, 1, ledger.Deposit(ledger.ClearingACH, arrived.Amount, money.Zero), arrived.Amount)
	back, applications := b.pay(jonas, "53.00", payment.MethodBank)
	b.deposit(back, 2, ledger.Deposit(ledger.ClearingACH, back.Amount, money.Zero), back.Amount)
	b.inTx(func(tx *store.Tx) error {
		e := ach.Entry{
			ID: tx.NewACHEntryID(), AccountID: jonas, Kind: ach.KindDebit, PaymentID: back.ID, SEC: ach.WEB, Type: ach.Single,
			Amount: back.Amount, SettleOn: back.ReceivedOn, MandateID: mandateID,
		}
		var err error
		e.Bank, err = tx.PutBankAccount(payment.BankAccount{
			AccountID: jonas, HolderName: "J", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret("000123456789"),
		}, "test")
		if err == nil {
			err = b.autopay(tx, back, e.Bank)
		}
		tx.PutACHEntry(e)
		tx.ReturnACHEntry(e, ach.ReasonOf("R01"), back.ReceivedOn, false)
		return err
	})
	b.sent(back)
	b.takeBack(back, applications)
	b.deposit(back, 3, ledger.Reverse(ledger.Deposit(ledger.ClearingACH, back.Amount, money.Zero)), back.Amount.Neg())
	b.inTx(func(tx *store.Tx) error {
		line := b.line(4, amount("12.50").Neg())
		tx.InsertBankItem(line)
		b.house(tx, ledger.Source{Kind: "bank_item", ID: line.File.String()}, ledger.BankFee(amount("12.50")))
		return nil
	})
}

var mandateID = ident.Named([]byte("the mandate of Jonas"))

// autopay has a payment be one that AutoPay took: $53.00 of a bill of $103.00,
// told of in time.
func (b *books) autopay(tx *store.Tx, p payment.Payment, bank payment.BankAccountID) error {
	terms := mandate.Terms{BankAccount: bank, Day: 20, Notice: mandate.NoticeAlways}
	m := mandate.Mandate{
		ID: mandate.ID{UUID: mandateID}, AccountID: p.AccountID, Terms: terms, First: amount("103.00"), State: mandate.Active,
		StateOn: p.EffectiveOn, LiveAt: tx.Now(), AuthorizedAt: tx.Now(), Version: 1,
	}
	tx.InsertMandate(m, "test")
	tx.InsertGrant(mandateID, mandate.Authorization{
		Mandate: m.ID, AccountID: p.AccountID, Version: 1, TextVersion: "1", Language: "en", Wording: "I agree.", Terms: terms, At: tx.Now(),
	})
	d := mandate.Draft{
		ID: mandate.DraftID{UUID: p.IntentID.UUID}, AccountID: p.AccountID, Mandate: m.ID, Month: december, BillNo: "1", DebitOn: p.EffectiveOn, SettleOn: p.EffectiveOn,
		Noticed: amount("103.00"), NoticedOn: december.Prev().First(), NoticeBy: p.EffectiveOn.AddDays(-10), Before: mandate.Before{Last: m.First, Usual: m.First}, State: mandate.Planned,
	}
	if err := tx.InsertDrafts([]mandate.Draft{d}); err != nil {
		return err
	}
	tx.SaveBank(p.AccountID, store.SavedBank{BankAccount: payment.BankAccount{ID: bank}, SavedOn: p.EffectiveOn}, mandateID, store.ValidatedByService, "1")
	return tx.FreezeDrafts([]enrollment.AccountID{p.AccountID}, d.SettleOn, 1)
}

// sent has the entry of a payment be in a file with the bank.
func (b *books) sent(p payment.Payment) {
	b.tb.Helper()
	b.inTx(func(tx *store.Tx) error {
		f := store.ACHFile{
			BankFile: ach.BankFile{
				ID: ach.FileID{UUID: tx.NewID()}, BankOn: p.ReceivedOn, Modifier: "A", SettleOn: ach.Settles(p.ReceivedOn), Name: "ACH-A.ach",
				State: ach.FileBuilt, Totals: ach.Totals{Entries: 1, Debits: p.Amount},
			},
			BankRouting: "110000000", BuiltBy: "test",
		}
		tx.OpenACHFile(f)
		filed, err := tx.FileEntries(store.FileChunk{File: f, Kind: ach.KindDebit, SEC: ach.WEB, Most: 1})
		if err != nil || filed.Entries != 1 {
			return errors.Join(err, fmt.Errorf("%d entries", filed.Entries))
		}
		tx.GrowACHBatch(f.ID, store.ACHBatch{Number: 1, Kind: ach.KindDebit, SEC: ach.WEB, Totals: f.Totals})
		tx.ACHFileBuilt(f)
		tx.SendACHFile(f.ID)
		tx.ACHFileSent(f.ID)
		return nil
	})
}

// line is a line of a statement that agrees.
func (b *books) line(n int64, amount money.Amount) store.BankItem {
	return store.BankItem{
		BankItemID: store.BankItemID{File: b.statement, Line: n, Seq: n}, Kind: "line", Code: "166", Amount: amount,
		On: civil.MustParseDate("2026-11-23"), Key: fmt.Sprint("line ", n), State: store.BankItemPosted, By: "test",
	}
}

func (b *books) house(tx *store.Tx, source ledger.Source, transfers []ledger.Transfer) {
	tx.Post(ledger.Entry{
		ID: tx.NewEntryID(), AccountID: ledger.House, Kind: ledger.EntryDeposit, EffectiveOn: civil.MustParseDate("2026-11-23"),
		Source: source, Actor: "test", Transfers: transfers,
	})
}

// deposit has the statement show a payment's money, coming or going.
func (b *books) deposit(p payment.Payment, n int64, transfers []ledger.Transfer, amount money.Amount) {
	b.tb.Helper()
	var items []store.ClearingItem
	err := b.db.Read(b.tb.Context(), "items", func(tx *store.ReadTx) (err error) {
		items, err = tx.OpenClearing(ledger.ClearingACH, civil.MustParseDate("2026-01-01"), civil.MustParseDate("2027-01-01"), 100)
		return err
	})
	if err != nil {
		b.tb.Fatal(err)
	}
	b.inTx(func(tx *store.Tx) error {
		if n == 1 {
			b.statement = store.InboundFileID{UUID: tx.NewID()}
			if err := tx.InsertInboundFile(store.InboundFile{ID: b.statement, Kind: "bank", SHA256: "1"}, strings.NewReader("01")); err != nil {
				return err
			}
		}
		d := store.Deposit{
			ID: store.DepositID{UUID: tx.NewID()}, Line: b.line(n, amount).BankItemID, Clearing: ledger.ClearingACH, Side: store.DepositItems,
			Amount: amount, Posted: amount, On: civil.MustParseDate("2026-11-23"), Done: true,
		}
		tx.InsertBankItem(b.line(n, amount))
		tx.InsertDeposit(d)
		for _, i := range items {
			if i.PaymentID == p.ID {
				tx.CloseClearing(i, d)
			}
		}
		b.house(tx, ledger.Source{Kind: "deposit", ID: d.ID.String()}, transfers)
		return nil
	})
}
