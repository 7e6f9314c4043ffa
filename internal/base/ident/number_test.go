package ident_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/ident"
)

func subscriberID() *rapid.Generator[ident.SubscriberID] {
	return rapid.Custom(func(t *rapid.T) ident.SubscriberID {
		return ident.NewSubscriberID(rapid.Uint64Range(0, 99_999_999_999).Draw(t, "serial"))
	})
}

func TestParseSubscriberID(t *testing.T) {
	t.Parallel()
	id := ident.NewSubscriberID(70012345678)
	digits := id.String()
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, digits)
	wrong := digits[:11] + string('0'+(digits[11]-'0'+1)%10)
	for _, c := range []struct {
		name, typed string
		want        error
	}{
		{"plain", digits, nil},
		{"as printed", id.Grouped(), nil},
		{"dashes", digits[:4] + "-" + digits[4:8] + "–" + digits[8:], nil},
		{"spaces and line break around", " \t" + digits + "\r\n", nil},
		{"non-breaking spaces from a PDF", digits[:4] + "\u00a0" + digits[4:], nil},
		{"full-width digits", wide, nil},
		{"zero-width space and byte order mark", "\ufeff" + digits[:6] + "\u200b" + digits[6:], nil},
		{"direction marks", "\u202a" + digits + "\u202c", nil},
		{"nothing", "", ident.ErrEmpty},
		{"only spaces and dashes", " - - ", ident.ErrEmpty},
		{"one short", digits[:11], ident.ErrLength},
		{"one long", digits + "0", ident.ErrLength},
		{"letter in it", "A" + digits[1:], ident.ErrLength},
		{"Arabic-Indic digits", "٧٠٠١٢٣٤٥٦٧٨٩", ident.ErrLength},
		{"twelve bytes that are four characters", "日本語々", ident.ErrLength},
		{"sign before", "+" + digits, ident.ErrLength},
		{"last digit wrong", wrong, ident.ErrCheckDigit},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := ident.ParseSubscriberID(c.typed)
			if !errors.Is(err, c.want) || c.want == nil && got != id {
				t.Errorf("ParseSubscriberID(%q) = %q, %v; want %v", c.typed, got, err, c.want)
			}
		})
	}
}

func TestSubscriberIDParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := subscriberID().Draw(t, "id")
		if got := strings.ReplaceAll(id.Grouped(), " ", ""); got != id.String() || len(id.Grouped()) != 14 {
			t.Fatalf("%s grouped as %q", id, id.Grouped())
		}
		if !strings.HasSuffix(id.String(), id.LastFour()) || len(id.LastFour()) != 4 {
			t.Fatalf("%s ends with %q", id, id.LastFour())
		}
	})
	if got := ident.SubscriberID("").LastFour(); got != "" {
		t.Errorf("last four of nothing = %q", got)
	}
}

// R-ID-1: the check digit finds every single wrong digit and every swap of two
// neighbours, wherever they are.
func TestDammFindsTypingErrors(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := subscriberID().Draw(t, "id").String()
		for i := range len(id) {
			for d := byte('0'); d <= '9'; d++ {
				if d != id[i] {
					refuseSubscriberID(t, id[:i]+string(d)+id[i+1:])
				}
			}
			if i > 0 && id[i] != id[i-1] {
				refuseSubscriberID(t, id[:i-1]+string(id[i])+string(id[i-1])+id[i+1:])
			}
		}
	})
}

func refuseSubscriberID(t *rapid.T, typed string) {
	t.Helper()
	if _, err := ident.ParseSubscriberID(typed); !errors.Is(err, ident.ErrCheckDigit) {
		t.Fatalf("%s: got %v, want ErrCheckDigit", typed, err)
	}
}

func TestDammKnownValue(t *testing.T) {
	t.Parallel()
	// 572 has check digit 4 in Damm's thesis; leading zeros do not change it.
	if got := ident.NewSubscriberID(572); got != "000000005724" {
		t.Errorf("NewSubscriberID(572) = %s", got)
	}
}

const alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

func confirmation() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		entropy := rapid.SliceOfN(rapid.Byte(), 9, 32).Draw(t, "entropy")
		return strings.ReplaceAll(ident.NewConfirmation(entropy).String(), "-", "")
	})
}

func TestConfirmationFindsTypingErrors(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := confirmation().Draw(t, "confirmation")
		if got, err := ident.ParseConfirmation(c); err != nil || len(c) != 10 || string(got) != c {
			t.Fatalf("ParseConfirmation(%s) = %s, %v", c, got, err)
		}
		for i := range len(c) {
			for _, r := range alphabet {
				if byte(r) != c[i] {
					refuseConfirmation(t, c[:i]+string(r)+c[i+1:])
				}
			}
			for j := range i { // any two, not only neighbours
				if c[i] != c[j] {
					refuseConfirmation(t, c[:j]+string(c[i])+c[j+1:i]+string(c[j])+c[i+1:])
				}
			}
		}
	})
}

func refuseConfirmation(t *rapid.T, typed string) {
	t.Helper()
	if _, err := ident.ParseConfirmation(typed); !errors.Is(err, ident.ErrConfirmation) {
		t.Fatalf("%s: got %v, want ErrConfirmation", typed, err)
	}
}

func TestParseConfirmation(t *testing.T) {
	t.Parallel()
	want := ident.NewConfirmation([]byte("a seed of some length"))
	plain := strings.ReplaceAll(want.String(), "-", "")
	for name, typed := range map[string]string{
		"as printed": want.String(), "plain": plain, "small letters": strings.ToLower(plain), "spaces": " " + plain[:5] + " " + plain[5:] + " ",
		"full-width": strings.Map(func(r rune) rune { return r - '!' + '！' }, plain),
	} {
		if got, err := ident.ParseConfirmation(typed); err != nil || got != want {
			t.Errorf("%s: ParseConfirmation(%q) = %s, %v", name, typed, got, err)
		}
	}
	for name, typed := range map[string]string{
		"nothing": "", "one short": plain[:9], "one long": plain + "2", "look-alike zero": "0" + plain[1:],
		"look-alike letter O": "O" + plain[1:], "look-alike one": "1" + plain[1:], "punctuation": "?" + plain[1:], "not ASCII": "é" + plain[2:],
	} {
		if got, err := ident.ParseConfirmation(typed); !errors.Is(err, ident.ErrConfirmation) {
			t.Errorf("%s: ParseConfirmation(%q) = %s, %v", name, typed, got, err)
		}
	}
	if again := ident.NewConfirmation([]byte("a seed of some length")); again != want {
		t.Errorf("the same bytes made %s and %s", want, again)
	}
}

func TestNewConfirmationNeedsEntropy(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("eight bytes were taken")
		}
	}()
	ident.NewConfirmation(make([]byte, 8))
}

func TestCleanNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "7001 2345": "70012345", "70\u20112345": "702345", "７０": "70", "Ａｂ": "Ab", "\u200b\u200e\ufeff\u00ad7": "7",
		"7\x00\x1f0": "70", "7\u30000": "70", "7.0": "7.0", "٧": "٧",
	} {
		if got := ident.CleanNumber(in); got != want {
			t.Errorf("CleanNumber(%q) = %q, want %q", in, got, want)
		}
	}
	if ident.AllDigits("") || ident.AllDigits("12a") || ident.AllDigits("٧") || !ident.AllDigits("0123456789") {
		t.Error("AllDigits is wrong")
	}
}
