package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
)

const verificationColumns = `account_id, verification_id, bank_account_id, person_id, state, reason, code, tries, last_try,
	first_entry_id, second_entry_id, debit_entry_id, started_on, arrives_on, answer_by`

var (
	qInsertVerification = stmt("insert_verification", `
		INSERT INTO micro_verification (`+verificationColumns+`, number_idx, started_at)
		VALUES ($1, $2, $3, $4, 'waiting', '', '', 0, NULL, $5, $6, $7, $8, $9, NULL, $10, $11)`)
	qVerificationOf = stmt("verification_of", `
		SELECT `+verificationColumns+` FROM micro_verification WHERE account_id = $1 AND bank_account_id = $2
		ORDER BY verification_id DESC LIMIT 1`)
	qVerification = stmt("verification", `
		SELECT `+verificationColumns+` FROM micro_verification WHERE account_id = $1 AND verification_id = $2`)
	qVerificationOfEntry = stmt("verification_of_entry", `
		SELECT `+verificationColumns+` FROM micro_verification
		WHERE account_id = $1 AND (first_entry_id = $2 OR second_entry_id = $2 OR debit_entry_id = $2)`)
	qVerificationsOf = stmt("verifications_under_way", `
		SELECT `+verificationColumns+` FROM micro_verification WHERE account_id = $1 AND state IN ('waiting', 'open')
		ORDER BY verification_id LIMIT 100`)
	qUpdateVerification = stmt("update_verification", `
		UPDATE micro_verification SET bank_account_id = $4, state = $5, reason = $6, code = $7, tries = $8, last_try = $9, arrives_on = $10, answer_by = $11,
			ended_at = $12, ended_on = $13
		WHERE account_id = $1 AND verification_id = $2 AND state = $3`)
	// The micro-entries settle together: their debit tells for all.
	qVerificationsArrived = stmt("verifications_arrived", `
		SELECT v.account_id, v.verification_id, f.settle_on FROM micro_verification v CROSS JOIN `+filedEntry+`
			AND e.account_id = v.account_id AND e.ach_entry_id = v.debit_entry_id AND v.state = 'waiting' AND (v.account_id, v.verification_id) > ($1, $2) AND f.settle_on <= $3
			AND (f.state = 'sending' OR f.state = 'sent' OR f.state = 'acknowledged')
		ORDER BY v.account_id, v.verification_id LIMIT $4`)
	qVerificationsExpired = stmt("verifications_expired", `
		SELECT account_id, verification_id, answer_by FROM micro_verification
		WHERE state = 'open' AND (account_id, verification_id) > ($1, $2) AND answer_by < $3
		ORDER BY account_id, verification_id LIMIT $4`)
	qMicroOfNumber = stmt("micro_of_number", `
		SELECT COUNT(*), MAX(CASE WHEN reason = 'wrong' THEN ended_on END) FROM micro_verification WHERE number_idx = $1 AND started_on > $2`)
	qMicroOfPerson = stmt("micro_of_person", `SELECT COUNT(*) FROM micro_verification WHERE person_id = $1 AND started_on > $2`)
	qMicroBegun    = stmt("micro_begun", `
		SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN reason = 'returned' THEN 1 ELSE 0 END), 0) AS BIGINT)
		FROM micro_verification WHERE started_on > $1 AND started_on <= $2`)
	qVerificationCounts = stmt("verification_counts", `
		SELECT state, COUNT(*) FROM micro_verification WHERE state IN ('waiting', 'open') GROUP BY state ORDER BY state`)
	qDropMicro = stmt("drop_micro_entries", `
		UPDATE ach_entry SET state = 'dropped' WHERE account_id = $1 AND kind = 'micro' AND state = 'waiting'
			AND (ach_entry_id = $2 OR ach_entry_id = $3 OR ach_entry_id = $4)`)
	qConfirmSaved = stmt("confirm_saved_bank", `
		UPDATE saved_bank_account SET validated_at = $3, validation_ref = $4
		WHERE account_id = $1 AND bank_account_id = $2 AND validation_method = 'micro' AND validation_ref = '' AND removed_on IS NULL`)
	qBanksThatWait = overAccounts("banks_that_wait", `
		SELECT s.account_id, s.bank_account_id FROM saved_bank_account s
		WHERE s.validation_ref = '' AND s.validation_method IN ('prenote', 'micro') AND s.removed_on IS NULL AND in_range(s.account_id)`)
)

func scanVerification(row func(...any) error) (ach.Verification, error) {
	var v ach.Verification
	var tries int64
	err := row(&v.AccountID, &v.ID, &v.Bank, &v.Person, &v.State, &v.End, &v.Code, &tries, &v.LastTry,
		&v.Credits[0], &v.Credits[1], &v.Debit, &v.StartedOn, &v.ArrivesOn, &v.AnswerBy)
	v.Tries = int(tries)
	return v, err
}

// BeginVerification queues the micro-entries of a bank account for the next
// file, the credits before the debit that takes them back, and posts the debit.
// v has everything but the keys of its entries. A second one of the same bank
// account, while one is under way, fails the transaction.
func (tx *Tx) BeginVerification(v ach.Verification, m ach.Micro, b payment.BankAccount, actor string) {
	for i, amount := range []money.Amount{m.First, m.Second} {
		v.Credits[i] = tx.putMicro(v, ach.EntryID{}, amount)
	}
	v.Debit = tx.putMicro(v, v.Credits[0], m.Back())
	tx.queue(qInsertVerification, v.AccountID, v.ID, v.Bank, v.Person, v.Credits[0], v.Credits[1], v.Debit, v.StartedOn, v.ArrivesOn, tx.db.microIndex(b), tx.now)
	tx.openMicro(v.AccountID, v.Debit, m.Back(), v.StartedOn)
	tx.postMicro(v.AccountID, v.Debit, ledger.MicroDebit(m.Back()), actor, v.StartedOn)
}

func (tx *Tx) putMicro(v ach.Verification, first ach.EntryID, amount money.Amount) ach.EntryID {
	id := tx.NewACHEntryID()
	tx.PutACHEntry(ach.Entry{
		ID: id, AccountID: v.AccountID, Kind: ach.KindMicro, FirstID: first, Bank: v.Bank, SEC: ach.PPD, Type: ach.NoType, Amount: amount, SettleOn: v.StartedOn,
	})
	return id
}

// openMicro opens an item of money on its way that stands for no payment, but
// for the entry that brings it, see ach.Entry.ClearingOf.
func (tx *Tx) openMicro(account enrollment.AccountID, debit ach.EntryID, amount money.Amount, on civil.Date) {
	tx.InsertClearing(ledger.ClearingACH, payment.Payment{ID: payment.ID(debit), AccountID: account, Amount: amount, ReceivedOn: on})
}

// postMicro posts what a micro-debit does to the books.
func (tx *Tx) postMicro(account enrollment.AccountID, debit ach.EntryID, transfers []ledger.Transfer, actor string, on civil.Date) {
	tx.Post(ledger.Entry{
		ID: tx.NewEntryID(), AccountID: account, Kind: ledger.EntryMicro, EffectiveOn: on,
		Source: ledger.Source{Kind: "ach_entry", ID: debit.String()}, Actor: actor, Transfers: transfers,
	})
}

// microIndex is the blind index by which checks of one account number are
// counted, whoever saves it.
func (db *DB) microIndex(b payment.BankAccount) []byte {
	return db.vault.Index("micro.number", b.Routing+" "+b.Number.Reveal())
}

// MicroTry is a keyed hash of an answer, by which the same one is known again.
func (db *DB) MicroTry(v ach.VerificationID, a, b money.Amount) []byte {
	if b.Less(a) {
		a, b = b, a
	}
	return db.vault.Index("micro.try", v.String()+" "+a.String()+" "+b.String())
}

// MicroReturned posts that a micro-debit came back: its money is on its way
// back, and the cents that were sent are spent.
func (tx *Tx) MicroReturned(e ach.Entry, actor string, on civil.Date) {
	tx.openMicro(e.AccountID, e.ID, e.Amount.Neg(), on)
	tx.postMicro(e.AccountID, e.ID, ledger.Reverse(ledger.MicroDebit(e.Amount)), actor, on)
}

// DropMicro takes the micro-entries of a verification out of what waits, if no
// file has them yet, and tells whether it did.
func (tx *Tx) DropMicro(v ach.Verification, actor string, on civil.Date) (bool, error) {
	debit, err := tx.ACHEntry(v.AccountID, v.Debit)
	if err != nil || debit.State != ach.StateWaiting {
		return false, err
	}
	if _, err := tx.exec(qDropMicro, v.AccountID, v.Credits[0], v.Credits[1], v.Debit); err != nil {
		return false, err
	}
	tx.queue(qDropClearing, v.AccountID, v.Debit, on)
	tx.postMicro(v.AccountID, v.Debit, ledger.Reverse(ledger.MicroDebit(debit.Amount)), actor, on)
	return true, nil
}

// VerificationOf finds the newest verification of a bank account, or
// fault.NotFound.
func (tx *ReadTx) VerificationOf(account enrollment.AccountID, bank payment.BankAccountID) (ach.Verification, error) {
	return one(tx, qVerificationOf, scanVerification, account, bank)
}

// VerificationOfEntry finds the verification that a micro-entry belongs to, or
// fault.NotFound.
func (tx *ReadTx) VerificationOfEntry(account enrollment.AccountID, id ach.EntryID) (ach.Verification, error) {
	return one(tx, qVerificationOfEntry, scanVerification, account, id)
}

// Verification finds a verification, or fault.NotFound.
func (tx *ReadTx) Verification(account enrollment.AccountID, id ach.VerificationID) (ach.Verification, error) {
	return one(tx, qVerification, scanVerification, account, id)
}

// VerificationsOf gives the verifications of an account that are under way.
func (tx *ReadTx) VerificationsOf(account enrollment.AccountID) ([]ach.Verification, error) {
	return collect(tx, qVerificationsOf, scanVerification, account)
}

// MicroOf gives the amounts of a verification, to compare an answer with. They
// go nowhere else.
func (tx *ReadTx) MicroOf(v ach.Verification) (ach.Micro, error) {
	first, err := tx.ACHEntry(v.AccountID, v.Credits[0])
	if err != nil {
		return ach.Micro{}, err
	}
	second, err := tx.ACHEntry(v.AccountID, v.Credits[1])
	return ach.Micro{First: first.Amount, Second: second.Amount}, err
}

var errVerificationMoved = fault.New(fault.Conflict, "verification.moved", "the check of this bank account has moved on meanwhile")

// UpdateVerification writes a verification that is in a state until now, as of
// a day.
func (tx *Tx) UpdateVerification(v ach.Verification, from ach.VerificationState, on civil.Date) {
	var at, day, try any
	if !v.State.UnderWay() {
		at, day = tx.now, on
	}
	if len(v.LastTry) > 0 {
		try = v.LastTry
	}
	tx.expect(errVerificationMoved, qUpdateVerification, v.AccountID, v.ID, string(from), v.Bank, string(v.State), string(v.End), v.Code, int64(v.Tries), try,
		v.ArrivesOn, v.AnswerBy, at, day)
}

// ConfirmSaved records that the member has told the amounts: a saved bank
// account may be debited from now on.
func (tx *Tx) ConfirmSaved(account enrollment.AccountID, bank payment.BankAccountID, ref string) {
	tx.queue(qConfirmSaved, account, bank, tx.now, ref)
}

// VerificationDue is a verification whose day has come.
type VerificationDue struct {
	AccountID enrollment.AccountID
	ID        ach.VerificationID
	On        civil.Date
}

func scanVerificationDue(row func(...any) error) (VerificationDue, error) {
	var d VerificationDue
	err := row(&d.AccountID, &d.ID, &d.On)
	return d, err
}

// VerificationsArrived gives up to limit verifications, after one, whose entries
// have settled by a day.
func (tx *ReadTx) VerificationsArrived(after VerificationDue, by civil.Date, limit int) ([]VerificationDue, error) {
	return collect(tx, qVerificationsArrived, scanVerificationDue, orLowest(after.AccountID.UUID), orLowest(after.ID.UUID), by, limit)
}

// VerificationsExpired gives up to limit verifications, after one, that nobody
// has answered before a day.
func (tx *ReadTx) VerificationsExpired(after VerificationDue, before civil.Date, limit int) ([]VerificationDue, error) {
	return collect(tx, qVerificationsExpired, scanVerificationDue, orLowest(after.AccountID.UUID), orLowest(after.ID.UUID), before, limit)
}

// MicroPast tells of the verifications of an account number and of a person
// since a day, and of those of a day by anybody (R-AUTO-8).
func (tx *ReadTx) MicroPast(b payment.BankAccount, person ident.UUID, since, today civil.Date) (ach.MicroPast, error) {
	past, err := one(tx, qMicroOfNumber, func(row func(...any) error) (ach.MicroPast, error) {
		var p ach.MicroPast
		var n int64
		err := row(&n, &p.LastWrong)
		p.OfNumber = int(n)
		return p, err
	}, tx.db.microIndex(b), since)
	if err != nil {
		return past, err
	}
	n, err := one(tx, qMicroOfPerson, scalar[int64], person, since)
	if err != nil {
		return past, err
	}
	past.OfPerson = int(n)
	day, err := tx.MicroCounts(today.AddDays(-1), today)
	past.Today = int(day.Begun)
	return past, err
}

// MicroCounts counts the verifications that began after one day, up to another,
// and those of them that came back (ACH-11).
func (tx *ReadTx) MicroCounts(after, to civil.Date) (ach.MicroCounts, error) {
	return one(tx, qMicroBegun, func(row func(...any) error) (ach.MicroCounts, error) {
		var n ach.MicroCounts
		err := row(&n.Begun, &n.Returned)
		return n, err
	}, after, to)
}

// VerificationCounts counts the verifications that are under way.
type VerificationCounts struct {
	Waiting int // for the bank
	Open    int // for their members
}

// VerificationCounts counts the verifications that are under way.
func (tx *ReadTx) VerificationCounts() (VerificationCounts, error) {
	var n VerificationCounts
	err := each(tx, qVerificationCounts, func(row func(...any) error) error {
		var state ach.VerificationState
		var count int64
		err := row(&state, &count)
		if state == ach.VerificationOpen {
			n.Open = int(count)
		} else {
			n.Waiting = int(count)
		}
		return err
	})
	return n, err
}

// WaitOf gives what a bank account of an account waits for before it may be
// debited; nil: nothing.
func (tx *ReadTx) WaitOf(account enrollment.AccountID, bank payment.BankAccountID) (*ach.Wait, error) {
	waits, err := tx.BanksThatWait(account, account)
	if err != nil || !waits[BankThatWaits{account, bank}] {
		return nil, err
	}
	v, err := tx.VerificationOf(account, bank)
	if fault.KindOf(err) == fault.NotFound || err == nil && !v.State.UnderWay() {
		return &ach.Wait{}, nil
	}
	w := v.Wait()
	return &w, err
}

// BankThatWaits is a saved bank account that nothing may be debited from yet.
type BankThatWaits struct {
	AccountID enrollment.AccountID
	Bank      payment.BankAccountID
}

// BanksThatWait gives the saved bank accounts of the accounts from first to last
// that wait for their verification.
func (tx *ReadTx) BanksThatWait(first, last enrollment.AccountID) (map[BankThatWaits]bool, error) {
	s := qBanksThatWait.many
	if first == last {
		s = qBanksThatWait.one
	}
	waits := map[BankThatWaits]bool{}
	err := each(tx, s, func(row func(...any) error) error {
		var b BankThatWaits
		err := row(&b.AccountID, &b.Bank)
		waits[b] = true
		return err
	}, first, last)
	return waits, err
}
