package courier_test

import (
	"context"
	"testing"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/edge/courier"
)

type heard struct{ mail notifying.Mail }

func (h *heard) Send(_ context.Context, m notifying.Mail) error { h.mail = m; return nil }

func TestTexts(t *testing.T) {
	t.Parallel()
	var h heard
	err := courier.NewTexts(&h, "text.example").Text(t.Context(), people.Text{
		ID: ident.UUID{15: 7}, Language: "en", Number: pii.NewSecret("6175550147"), Words: pii.NewSecret("Your code is 482913."),
	})
	if err != nil || h.mail.Address.Reveal() != "6175550147@text.example" || h.mail.Text != "Your code is 482913." || h.mail.HTML != "" || h.mail.ID != (ident.UUID{15: 7}) {
		t.Errorf("sent %+v to %s, %v", h.mail, h.mail.Address.Reveal(), err)
	}
}
