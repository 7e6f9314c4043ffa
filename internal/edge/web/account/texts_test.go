package account_test

import (
	"regexp"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
)

// A14: the terms stand on the page, the agreement takes a tick and a number, and
// nothing begins before the code from the phone.
func TestTextsAboutBills(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	b.open("/account/settings").says("Text messages", "About your bills", "Off")
	b.open("/account/settings/texts").at("/account/settings/texts", "Text messages about your bills").says(
		"Bay Harbor Health Marketplace sends you text messages about your bills", "About 4 messages a month, between 8 a.m. and 9 p.m.",
		"Message and data rates may apply.", "reply STOP", "reply HELP or call", "You don't have to agree", "How we keep your number private")
	b.send("/account/settings/texts", "phone", "617-555-0147").problem("Check the box to agree")
	b.send("/account/settings/texts", "phone", "555-0147", "agree", "yes").problem("Enter a phone number with 10 numbers, like 617-555-0147")
	b.send("/account/settings/texts", "phone", "617-555-0147", "agree", "yes").at("/account/settings/texts/code", "Check your phone").says("(•••) •••-0147", "reply YES")
	if strings.Contains(b.body, "555-0147") {
		t.Error("the number is shown")
	}
	b.open("/account/settings").says("Waiting for your code")
	b.open("/account/settings/texts/code").send("/account/settings/texts/code", "code", "12").problem("Code must be 6 numbers")
	b.send("/account/settings/texts/code", "code", h.code(t, "6175550147")).at("/account/settings", "Settings").says("Your changes are saved.", "On (•••) •••-0147")
	wording := h.Rows("SELECT wording FROM text_consent WHERE state = 'asked'")[0]
	for _, part := range []string{"Bay Harbor Health Marketplace", "STOP", "HELP", "Message and data rates may apply."} {
		if !strings.Contains(wording, part) {
			t.Errorf("the record lacks %q: %q", part, wording)
		}
	}
	b.open("/account/settings/texts").send("/account/settings/texts/end").at("/account/settings", "Settings").says("Ended.")
	if err := h.people.HeardText(t.Context(), people.HeardText{ID: "m1", Number: "+16175550147", Words: "START"}); err != nil {
		t.Fatal(err)
	}
	b.open("/account/settings").says("On (•••) •••-0147")
	apptest.Check(t, "record", h.Rows("SELECT state || ' ' || how FROM text_consent WHERE id_text(account_id) = '"+of.Account.String()+"' ORDER BY consent_id"),
		[]string{"asked page", "on code", "stopped page", "on reply"})
	b.open("/account/security").says("Text messages about bills turned on")
}

// A18 shows the text message beside its letter, and what became of it.
func TestTextsBesideLetters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	b.open("/account/settings/texts").send("/account/settings/texts", "phone", "617-555-0147", "agree", "yes")
	b.send("/account/settings/texts/code", "code", h.code(t, "6175550147")).at("/account/settings", "Settings")
	h.Reach(of, "ana@example.com")
	if _, err := h.bureau.post.SendBills(t.Context(), h.Today()); err != nil {
		t.Fatal(err)
	}
	b.open("/account/messages")
	link := regexp.MustCompile(`href="(/account/messages/[^".]+)"`).FindStringSubmatch(b.body)[1]
	b.open(link).says("Also by text message", "to (•••) •••-0147", "On its way", "Text: bill")
	var source ident.UUID
	if err := source.UnmarshalText([]byte(h.Rows("SELECT id_text(source_id) FROM text_message")[0])); err != nil {
		t.Fatal(err)
	}
	h.InTx(func(tx *store.Tx) error { // about the same, to who paid: theirs to know
		_, err := tx.InsertText(store.TextMessage{
			ID: texting.ID{UUID: tx.NewID()}, Account: of.Account, Template: "text_receipt", Version: 1, Language: "en", Source: source,
			Number: pii.NewSecret("6175550199"), Words: "Text: receipt", Fate: texting.Sent, LeavesAt: tx.Now(),
		})
		return err
	})
	if b.open(link); strings.Contains(b.text(), "0199") {
		t.Errorf("where a payer's receipt went is shown: %s", b.text())
	}
}

// "Call me instead" (A3): the newest code is the spoken one.
func TestCallMeInstead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.signUp(t, "ana@example.com").send("/account/second-step", "way", "text")
	b.send("/account/second-step/phone", "phone", "(617) 555-0147").says("Call me instead")
	b.send("/account/code/call").at("/account/second-step/phone/code", "Enter your one-time code").says("We are calling you.", "We are calling (•••) •••-0147")
	if said := h.read(t, "6175550147"); !strings.HasPrefix(said, "call ") {
		t.Errorf("the phone got %q", said)
	}
	b.send("/account/second-step/phone/code", "code", h.code(t, "6175550147")).at("/account/second-step/backup-codes", "Save your backup codes")
	again := h.browser(t).open("/account/sign-in").send("/account/sign-in", "email", "ana@example.com", "password", password)
	again.send("/account/code/call").says("We are calling you.")
	again.send("/account/code/new").says("We sent another code.")
	if strings.Contains(again.text(), "calling") {
		t.Error("a call is told of that was not made")
	}
}
