package notifying_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/web/fonts"
)

// office is a marketplace that writes letters.
type office struct {
	*apptest.World
	*notifying.Service
	letters *scribe
	bag     *postbag
	phones  *phones
	jobs    *jobs
}

// scribe keeps what it was asked to write. What a transaction asks for comes
// twice, because each runs twice in tests.
type scribe struct {
	apptest.Letters
	mu      sync.Mutex
	notices []notifying.Notice
	bills   []notifying.Bill

	mandates []notifying.Mandate
	repeated []notifying.Repeated
	returned []notifying.Returned
	moved    []notifying.Extended
}

func (s *scribe) Extended(x notifying.Extended) (notifying.Words, error) {
	s.moved = append(s.moved, x)
	return s.Letters.Extended(x)
}

func (s *scribe) Mandate(m notifying.Mandate) (notifying.Words, error) {
	s.mandates = append(s.mandates, m)
	return s.Letters.Mandate(m)
}

func (s *scribe) Repeated(r notifying.Repeated) (notifying.Words, error) {
	s.repeated = append(s.repeated, r)
	return s.Letters.Repeated(r)
}

func (s *scribe) Returned(r notifying.Returned) (notifying.Words, error) {
	s.returned = append(s.returned, r)
	return s.Letters.Returned(r)
}

func (s *scribe) Notice(n notifying.Notice) (notifying.Words, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notices = append(s.notices, n)
	return s.Letters.Notice(n)
}

func (s *scribe) Bill(b notifying.Bill) (notifying.Words, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bills = append(s.bills, b)
	return s.Letters.Bill(b)
}

// jobs notes which e-mails are to be sent.
type jobs struct {
	asked []store.MessageID
	texts []texting.ID
	fail  error
}

func (j *jobs) SendMessage(_ *store.Tx, _ enrollment.AccountID, id store.MessageID) error {
	j.asked = append(j.asked, id)
	return j.fail
}

func (j *jobs) SendText(_ *store.Tx, _ enrollment.AccountID, id texting.ID) error {
	j.texts = append(j.texts, id)
	return nil
}

func eachOffice(t *testing.T, test func(t *testing.T, o *office)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		o := &office{World: w, letters: &scribe{}, bag: &postbag{}, jobs: &jobs{}, phones: &phones{}}
		o.Service = o.open()
		test(t, o)
	})
}

// open makes the service: once at first, and again for the program that comes
// up after one was killed.
func (o *office) open() *notifying.Service {
	return notifying.New(notifying.Config{
		DB: o.DB, Profile: o.Profile, Courier: o.bag, Texts: o.phones, Letters: o.letters, Jobs: o.jobs, Fonts: fonts.Files(),
	})
}

// reachable is a household with a mailing address, and an e-mail address
// unless that is empty.
func (o *office) reachable(email string, covers ...apptest.Cover) apptest.Household {
	o.TB.Helper()
	h := o.Household(covers...)
	o.Reach(h, email)
	return h
}

// email gives a household an e-mail address alone.
func (o *office) email(h apptest.Household, email string) {
	o.TB.Helper()
	o.InTx(func(tx *store.Tx) error {
		a, err := tx.Account(h.Account)
		if err != nil {
			return err
		}
		a.Email, a.BirthDate = email, h.BirthDate
		return tx.UpdateAccount(a.Account)
	})
}

// mail lists what an account got, "print past_due queued", the first first.
func (o *office) mail(h apptest.Household) []string {
	o.TB.Helper()
	var list []string
	for _, m := range o.messages(h) {
		list = append(list, fmt.Sprint(m.Channel, " ", m.Template, " ", m.State))
	}
	return list
}

func (o *office) messages(h apptest.Household) (all []store.Message) {
	o.TB.Helper()
	err := o.DB.Read(o.TB.Context(), "messages", func(tx *store.ReadTx) (err error) {
		all, err = tx.MessagesOf(h.Account, 1000)
		return err
	})
	if err != nil {
		o.TB.Fatal(err)
	}
	slices.Reverse(all)
	return all
}

// exceptions lists what is set aside, "bill letter.no_address".
func (o *office) exceptions() []string {
	o.TB.Helper()
	var list []string
	err := o.DB.Read(o.TB.Context(), "exceptions", func(tx *store.ReadTx) error {
		all, err := tx.LetterExceptions(100)
		for _, e := range all {
			list = append(list, fmt.Sprint(e.About, " ", e.Code))
		}
		return err
	})
	if err != nil {
		o.TB.Fatal(err)
	}
	return list
}

// review lets the night's review owe letters, and leaves them owed.
func (o *office) review(day string) {
	o.TB.Helper()
	o.At(day)
	if _, err := o.Collecting.Review(o.TB.Context(), o.Today()); err != nil {
		o.TB.Fatal(err)
	}
}

// pays is a payment of today.
func (o *office) pays(h apptest.Household, amount string) payment.Payment {
	o.TB.Helper()
	s := o.NewPaying(nil)
	p, err := s.Receive(o.TB.Context(), paying.Received{
		Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelMail, Method: payment.MethodCheck,
		Amount: apptest.Amount(amount), ReceivedOn: o.Today(), Reference: "check " + o.Today().String(),
	})
	if err != nil {
		o.TB.Fatal(err)
	}
	return p
}

// sent runs one kind of letters as of today.
func (o *office) sent(round func(*notifying.Service) (notifying.Sent, error)) notifying.Sent {
	o.TB.Helper()
	sent, err := round(o.Service)
	if err != nil {
		o.TB.Fatal(err)
	}
	return sent
}

func (o *office) sendOwed() notifying.Sent {
	o.TB.Helper()
	return o.sent(func(s *notifying.Service) (notifying.Sent, error) { return s.SendOwed(o.TB.Context(), o.Today()) })
}

func (o *office) sendBills() notifying.Sent {
	o.TB.Helper()
	return o.sent(func(s *notifying.Service) (notifying.Sent, error) { return s.SendBills(o.TB.Context(), o.Today()) })
}

// pastDue is a household whose January is unpaid, on 1 January, with the letter
// about it owed (R-DUE-1).
func (o *office) pastDue(email string, covers ...apptest.Cover) apptest.Household {
	o.TB.Helper()
	o.At("2026-11-30")
	if len(covers) == 0 {
		covers = []apptest.Cover{apptest.Medical("2027-01", "103.00").Renewed()}
	}
	h := o.reachable(email, covers...)
	o.Live("2026-12-31")
	o.review("2027-01-01")
	return h
}
