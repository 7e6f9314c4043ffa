package people

import (
	"context"
	"slices"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// AskPaperless is the wish for e-mail only.
type AskPaperless struct {
	Documents []identity.Document
	Language  string // of the words that were shown
	From      From
}

// CodeDocument marks a kind of document that is none, or no document at all, at
// "documents".
const CodeDocument = "delivery.document"

func checkDocuments(documents []identity.Document) error {
	for _, d := range documents {
		if !slices.Contains(identity.Documents, d) {
			return fault.At("documents", CodeDocument, "Choose what comes by email only")
		}
	}
	if len(documents) == 0 {
		return fault.At("documents", CodeDocument, "Choose what comes by email only")
	}
	return nil
}

// BeginPaperless mails a code in the form in which documents will come: who
// types it has shown that they can read it (REG-45, 15 USC 7001(c)(1)(C)).
// Nothing changes yet.
func (s *Service) BeginPaperless(ctx context.Context, who Who, in AskPaperless) (Sent, error) {
	if err := who.May(access.ChooseDelivery); err != nil {
		return Sent{}, err
	}
	if err := checkDocuments(in.Documents); err != nil {
		return Sent{}, err
	}
	code := identity.NewCode(random(16))
	var out Sent
	err := s.DB.InTx(ctx, "begin paperless", func(tx *store.Tx) error {
		p, err := tx.Person(who.Person)
		if err != nil {
			return err
		}
		counters := s.mails(p.Email.Reveal(), in.From)
		if err := admit(tx.ReadTx, counters...); err != nil {
			return err
		}
		count(tx, counters...)
		st, err := s.begin(tx, step{
			Challenge: store.Challenge{Purpose: store.PurposePaperless, Way: identity.FactorEmail, Person: who.Person, Account: who.Account},
			payload:   payload{Email: p.Email.Reveal(), Language: in.Language, Documents: in.Documents},
		}, code)
		out = st.sent()
		return err
	})
	return out, err
}

// GoPaperless is the demonstration. Wording is the text of the consent as it
// was shown.
type GoPaperless struct {
	Ticket  Ticket
	Code    string
	Wording string
	From    From
}

// CodeWording marks consent without the words it was given to: a fault of the
// page.
const CodeWording = "delivery.wording"

// demonstrated says how it was shown that the person can read what will come.
const demonstrated = "a code that was mailed to the address was typed back"

// GoPaperless ends paper for what BeginPaperless named. Errors: at "code",
// CodeTicket.
func (s *Service) GoPaperless(ctx context.Context, who Who, in GoPaperless) error {
	if err := who.May(access.ChooseDelivery); err != nil {
		return err
	}
	if in.Wording == "" {
		return fault.New(fault.Invalid, CodeWording, "consent needs the words that were shown")
	}
	setup := AnswerSetup{Ticket: in.Ticket, Code: in.Code, From: in.From}
	return s.answering(ctx, who, setup, store.PurposePaperless, func(tx *store.Tx, st step) error {
		if st.Account != who.Account {
			return noTicket()
		}
		for _, d := range st.Documents {
			tx.InsertDelivery(who.Account, store.DeliveryChoice{
				Document: d, Delivery: identity.DeliverEmail, Person: who.Person, Version: identity.ConsentVersion, Language: st.Language,
				Wording: in.Wording, Demonstrated: demonstrated, From: in.From,
			})
		}
		return s.chose(tx, who, st.Documents, identity.DeliverEmail, in.From)
	})
}

// BackToPaper brings paper back, at once and for free.
func (s *Service) BackToPaper(ctx context.Context, who Who, documents []identity.Document, from From) error {
	if err := who.May(access.ChooseDelivery); err != nil {
		return err
	}
	if err := checkDocuments(documents); err != nil {
		return err
	}
	return s.DB.InTx(ctx, "back to paper", func(tx *store.Tx) error {
		for _, d := range documents {
			tx.InsertDelivery(who.Account, store.DeliveryChoice{
				Document: d, Delivery: identity.DeliverPaper, Person: who.Person, Why: identity.PaperAsked, From: from,
			})
		}
		return s.chose(tx, who, documents, identity.DeliverPaper, from)
	})
}

// chose records a choice of delivery and mails word of it (M18).
func (s *Service) chose(tx *store.Tx, who Who, documents []identity.Document, delivery identity.Delivery, from From) error {
	for _, d := range documents {
		tx.Audit(store.AuditEvent{
			AccountID: who.Account, Operation: string(access.ChooseDelivery), Actor: who.Actor(), Subject: "delivery:" + string(d), Summary: string(delivery),
		})
	}
	return s.record(tx, who, store.PersonEvent{Kind: store.EventDelivery, From: from})
}

// actorBounce acts when an e-mail comes back.
const actorBounce = "system:bounce"

// Bounced brings paper back for all documents of an account, in the
// transaction that learns that an e-mail was refused for good (M20). It tells
// whether there was no paper until then.
func (s *Service) Bounced(tx *store.Tx, account enrollment.AccountID) (bool, error) {
	choices, err := tx.Deliveries(account)
	if err != nil {
		return false, err
	}
	was := false
	for _, c := range choices {
		if c.Delivery != identity.DeliverEmail {
			continue
		}
		was = true
		tx.InsertDelivery(account, store.DeliveryChoice{Document: c.Document, Delivery: identity.DeliverPaper, Person: c.Person, Why: identity.PaperBounced})
		tx.Audit(store.AuditEvent{
			AccountID: account, Operation: string(access.ChooseDelivery), Actor: actorBounce, Subject: "delivery:" + string(c.Document), Summary: string(identity.DeliverPaper),
			Reason: "an e-mail was refused for good",
		})
	}
	return was, nil
}
