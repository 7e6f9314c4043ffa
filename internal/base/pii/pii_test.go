package pii_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/pii"
)

const hush = "000123456789"

type account struct {
	Number  pii.Secret
	private pii.Secret
	Pointer *pii.Secret
	List    []pii.Secret
	ByName  map[string]pii.Secret
	inner   struct{ deep pii.Secret }
}

type holder struct{ S pii.Secret }

func newAccount() account {
	s := pii.NewSecret(hush)
	a := account{Number: s, private: s, Pointer: &s, List: []pii.Secret{s}, ByName: map[string]pii.Secret{"number": s}}
	a.inner.deep = s
	return a
}

func TestASecretNeverPrints(t *testing.T) {
	t.Parallel()
	a := newAccount()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%20s", "%-20v|", "%.3s", "% x"} {
		for name, value := range map[string]any{
			"secret": a.Number, "pointer": a.Pointer, "struct": a, "pointer to struct": &a, "slice": a.List, "map": a.ByName, "any": []any{a},
			"unexported field": struct{ s pii.Secret }{a.private}, "two unexported fields deep": a.inner, "array": [1]pii.Secret{a.private},
		} {
			if got := fmt.Sprintf(verb, value); strings.Contains(got, hush) || strings.Contains(got, fmt.Sprintf("%x", hush)) {
				t.Errorf("%s of a %s shows it: %s", verb, name, got)
			}
		}
	}
	for name, got := range map[string]string{
		"Sprint": fmt.Sprint(a.Number), "Sprintln": fmt.Sprintln(a.private), "concatenation": "" + a.Number.String(),
		"error": fmt.Errorf("charge %v: %w", a, errors.ErrUnsupported).Error(),
	} {
		if strings.Contains(got, hush) {
			t.Errorf("%s shows it: %s", name, got)
		}
	}
}

func TestASecretNeverLeavesInLogsOrFiles(t *testing.T) {
	t.Parallel()
	a := newAccount()
	var out bytes.Buffer
	for _, log := range []*slog.Logger{slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))} {
		log.Info("m", "secret", a.Number, "pointer", a.Pointer, "struct", a, "group", slog.GroupValue(slog.Any("s", a.Number)))
		log.With("secret", a.Number).WithGroup("g").Error("m", "list", a.List, "map", a.ByName)
	}
	for name, marshal := range map[string]func(any) ([]byte, error){"json": json.Marshal, "xml": xml.Marshal} {
		for _, value := range []any{a.Number, a.Pointer, holder{a.Number}} {
			text, err := marshal(value)
			if err != nil {
				t.Errorf("%s of %T: %v", name, value, err)
			}
			out.Write(text)
		}
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	if strings.Contains(out.String(), hush) {
		t.Errorf("it shows:\n%s", out.String())
	}
	if !strings.Contains(out.String(), pii.Mask) {
		t.Errorf("nothing was masked, so nothing was checked:\n%s", out.String())
	}
}

func TestSecretGivesUpItsTextOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	s := pii.NewSecret(hush)
	if s.Reveal() != hush || s.LastFour() != "6789" || s.IsZero() {
		t.Errorf("Reveal %q, LastFour %q, IsZero %v", s.Reveal(), s.LastFour(), s.IsZero())
	}
	if !s.Equal(pii.NewSecret(hush)) || s.Equal(pii.NewSecret("000123456780")) || s.Equal(pii.Secret{}) {
		t.Error("Equal is wrong")
	}
	for _, none := range []pii.Secret{{}, pii.NewSecret("")} {
		if !none.IsZero() || none.Reveal() != "" || none.LastFour() != pii.Mask || !none.Equal(pii.Secret{}) {
			t.Errorf("no text: Reveal %q, LastFour %q", none.Reveal(), none.LastFour())
		}
	}
	if got := pii.LastFour("1234"); got != pii.Mask {
		t.Errorf("the last four of four characters are all of them: %q", got)
	}
}

func TestEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"maria@example.org": "m•••@example.org", "m@example.org": "m•••@example.org", "élise@example.org": "é•••@example.org",
		"@example.org": pii.Mask, "maria": pii.Mask, "": pii.Mask,
	} {
		if got := pii.Email(in); got != want {
			t.Errorf("Email(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLooksLikeCard(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"16 digits": "4242424242424242", "with spaces": "4242 4242 4242 4242", "with dashes": "5555-5555-5555-4444",
		"15 digits": "378282246310005", "14 digits": "30569309025904", "13 digits": "4222222222222", "19 digits": "6304000000000000000",
	} {
		if !pii.LooksLikeCard(in) {
			t.Errorf("%s, %q, is not seen", name, in)
		}
	}
	for name, in := range map[string]string{
		"check digit wrong": "4242424242424241", "12 digits": "424242424242", "20 digits": "42424242424242424242",
		"nothing": "", "a name": "Maria Silva", "letters within": "4242a424242424242", "only dashes": "-----------------",
	} {
		if pii.LooksLikeCard(in) {
			t.Errorf("%s, %q, is taken for a card", name, in)
		}
	}
}

// Luhn finds every single wrong digit, so changing one digit of a card number
// always makes it none.
func TestLuhnFindsOneWrongDigit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		card := []byte(rapid.SampledFrom([]string{"4242424242424242", "378282246310005", "30569309025904"}).Draw(t, "card"))
		i := rapid.IntRange(0, len(card)-1).Draw(t, "place")
		card[i] = '0' + (card[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if pii.LooksLikeCard(string(card)) {
			t.Fatalf("%s passes", card)
		}
	})
}

func TestHasLongNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"":                                    false,
		"Please call 617-555-0142":            false,
		"12345678901":                         false,
		"123456789012":                        true,
		"card 4242 4242 4242 4242 exp 12/28":  true,
		"4-2-4-2-4-2-4-2-4-2-4-2":             true,
		"ref 123456 and 789012":               false,
		"born 03/14/1961, ZIP 02139, apt 120": false,
		"４２４２４２４２４２４２":                        true,
		"4242\u00a04242\u200b4242\u00a04242":  true,
		"4242.4242.4242.4242":                 true,
	} {
		if got := pii.HasLongNumber(in); got != want {
			t.Errorf("HasLongNumber(%q) = %v, want %v", in, got, want)
		}
	}
}
