package identity_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
)

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	const email = "ana.testperson@mailhouse.example"
	for _, c := range []struct{ name, password, want string }{
		{"a few words", "purple kettle under oak", ""},
		{"twelve letters that say nothing", "vjqkmxrwpzbh", ""},
		{"no capitals, digits or signs are asked for", "kettledrumoaken", ""},
		{"twelve Chinese characters", "紫色水壶在橡树下面等着我", ""},
		{"a trite word among others", "welcome purple kettle", ""},
		{"128 characters", strings.Repeat("kettle oak ", 11) + "drumming", "password.long"},
		{"a long sentence", "the night train to Worcester is always late on Thursdays", ""},
		{"the host of a mail provider among others", "mailhouse kettle under oak", ""},
		{"eleven characters", "kettle oak1", "password.short"},
		{"nothing", "", "password.short"},
		{"eleven characters of four bytes", strings.Repeat("𝒜", 11), "password.short"},
		{"129 characters", strings.Repeat("kettleoak", 14) + "end", "password.long"},
		{"the famous one with digits", "Password1234", "password.common"},
		{"stand-ins for letters", "P@ssw0rd2026!", "password.common"},
		{"two trite words", "welcomepassword", "password.common"},
		{"a row of keys", "qwertyuiop12", "password.common"},
		{"a row of keys, zigzag", "1q2w3e4r5t6y", "password.common"},
		{"counting", "123456789012", "password.common"},
		{"counting down", "0987654321098", "password.common"},
		{"the alphabet", "abcdefghijkl", "password.common"},
		{"one character", "aaaaaaaaaaaa", "password.common"},
		{"one piece over and over", "drumdrumdrum", "password.common"},
		{"a word twice", "kettle9kettle9", "password.common"},
		{"season and year", "Summer2026!!", "password.common"},
		{"the marketplace", "healthinsurance1", "password.common"},
		{"I love you", "iloveyou2026", "password.common"},
		{"trite with three letters more", "passwordxyzw", "password.common"},
		{"digits only", "839201745562", "password.common"},
		{"own name", "testperson99!", "password.email"},
		{"own address", "ana.testperson@mailhouse.example", "password.email"},
		{"own mail provider", "Mailhouse2026", "password.email"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := identity.CheckPassword(c.password, email)
			if fault.CodeOf(err) != c.want {
				t.Errorf("%d characters: got %v, want %q", len([]rune(c.password)), err, c.want)
			}
			if err != nil && (fault.Fields(err)[0].Field != "password" || c.password != "" && strings.Contains(err.Error(), c.password)) {
				t.Errorf("the error has no field or repeats the password: %v", err)
			}
		})
	}
}

// Random passwords of 16 small letters are never taken for common ones.
func TestRandomPasswordsAreLetThrough(t *testing.T) {
	t.Parallel()
	refused := 0
	rapid.Check(t, func(t *rapid.T) {
		if identity.CheckPassword(rapid.StringMatching(`[a-z]{16}`).Draw(t, "password"), "x@example.org") != nil {
			refused++
		}
	})
	if refused > 25 { // rapid likes "aaaa…": those are rightly refused
		t.Errorf("%d of 100 random passwords were refused", refused)
	}
}

func TestReadEmail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, typed, want, code string }{
		{"plain", "ana@example.org", "ana@example.org", ""},
		{"spaces around and inside", " ana @example.org\u200b", "ana@example.org", ""},
		{"dashes stay", "ana-maria@my-mail.example.org", "ana-maria@my-mail.example.org", ""},
		{"full-width", "ａｎａ＠example.org", "ana@example.org", ""},
		{"a tag", "ana+bills@example.org", "ana+bills@example.org", ""},
		{"capitals are kept", "Ana@Example.org", "Ana@Example.org", ""},
		{"nothing", " ", "", "email.empty"},
		{"no at", "ana.example.org", "", "email.format"},
		{"two", "ana@example.org,bo@example.org", "", "email.format"},
		{"a name before", "Ana <ana@example.org>", "", "email.format"},
		{"no dot in the domain", "ana@localhost", "", "email.format"},
		{"ends in a dot", "ana@example.org.", "", "email.format"},
		{"a new line and a header", "ana@example.org\r\nBcc: bo@example.org", "", "email.format"},
		{"255 characters", strings.Repeat("a", 64) + "@" + strings.Repeat("b", 186) + ".org", "", "email.format"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := identity.ReadEmail(c.typed)
			if got != c.want || fault.CodeOf(err) != c.code {
				t.Errorf("ReadEmail(%q) = %q, %v; want %q, %q", c.typed, got, err, c.want, c.code)
			}
		})
	}
	if identity.EmailKey("Ana@Example.org") != identity.EmailKey("ana@example.ORG") {
		t.Error("capitals make two people")
	}
}

func TestReadCode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"482913": "482913", "482 913": "482913", " 4 8 2 9 1 3 ": "482913", "482-913": "482913", "４８２９１３": "482913", "48\u200b2913": "482913",
		"": "", "48291": "", "4829133": "", "48291a": "", "٤٨٢٩١٣": "",
	} {
		got, err := identity.ReadCode(typed)
		if got != want || want == "" && fault.CodeOf(err) != identity.CodeCodeFormat {
			t.Errorf("ReadCode(%q) = %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestCodesAreDrawnFairly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		entropy := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "entropy")
		code := identity.NewAccountCode(entropy)
		for _, shown := range []string{code.String(), strings.ToLower(string(code)), " " + string(code) + "\n"} {
			if read, err := identity.ReadAccountCode(shown); err != nil || read != code {
				t.Fatalf("%q read as %q, %v", shown, read, err)
			}
		}
		if strings.ContainsAny(string(code), "01ILO") {
			t.Fatalf("%s has look-alikes", code)
		}
		if again := identity.NewAccountCode(entropy); again != code {
			t.Fatalf("the same hash made %s and %s", code, again)
		}
		once := identity.NewCode(entropy)
		if read, err := identity.ReadCode(identity.ShowCode(once)); err != nil || read != once {
			t.Fatalf("%q read as %q, %v", once, read, err)
		}
		if read, err := identity.ReadBackupCode(identity.NewBackupCode(entropy)); err != nil || len(read) != 8 {
			t.Fatalf("backup code read as %q, %v", read, err)
		}
	})
	for _, typed := range []string{"", "7F3K92Q", "7F3K92QMX", "7F3K-92Q!", "日本語々日本語々"} {
		if code, err := identity.ReadAccountCode(typed); fault.CodeOf(err) != identity.CodeAccountCode {
			t.Errorf("ReadAccountCode(%q) = %q, %v", typed, code, err)
		}
	}
}

func TestWays(t *testing.T) {
	t.Parallel()
	const passkey, app, text, email, backup = identity.FactorPasskey, identity.FactorApp, identity.FactorText, identity.FactorEmail, identity.FactorBackup
	for _, c := range []struct {
		name string
		has  []identity.FactorKind
		left int
		want []identity.FactorKind
	}{
		{"nothing set up: e-mail", nil, 0, []identity.FactorKind{email}},
		{"backup codes alone are no second step", nil, 3, []identity.FactorKind{email}},
		{"a passkey shuts e-mail out", []identity.FactorKind{passkey}, 0, []identity.FactorKind{passkey}},
		{"the strongest first", []identity.FactorKind{text, app, passkey, passkey}, 1, []identity.FactorKind{passkey, app, text, backup}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := identity.Ways(c.has, c.left)
			if len(got) != len(c.want) {
				t.Fatalf("got %v, want %v", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Fatalf("got %v, want %v", got, c.want)
				}
			}
		})
	}
}

func TestCheckInvitation(t *testing.T) {
	t.Parallel()
	today := civil.MustParseDate("2026-11-20")
	for _, c := range []struct {
		name, scope, until string
		want               []string
	}{
		{"tomorrow", "view", "2026-11-21", nil},
		{"a year, leap day or not", "autopay", "2027-11-21", nil},
		{"today", "pay", "2026-11-20", []string{"until"}},
		{"more than a year", "pay", "2027-11-22", []string{"until"}},
		{"no day", "pay", "", []string{"until"}},
		{"no scope and yesterday", "", "2026-11-19", []string{"scope", "until"}},
		{"a scope that is none", "everything", "2026-12-01", []string{"scope"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var until civil.Date
			if c.until != "" {
				until = civil.MustParseDate(c.until)
			}
			var got []string
			for _, f := range fault.Fields(identity.CheckInvitation(identity.Scope(c.scope), until, today)) {
				got = append(got, f.Field)
			}
			if strings.Join(got, " ") != strings.Join(c.want, " ") {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestScopesAndRoles(t *testing.T) {
	t.Parallel()
	may := map[identity.Scope][]access.Operation{
		identity.ScopeView: {access.SeeBill}, identity.ScopePay: {access.SeeBill, access.StartPayment}, identity.ScopeAutoPay: {access.SeeBill, access.StartPayment},
	}
	for scope, operations := range may {
		role := scope.Role()
		if identity.ScopeOf(role) != scope {
			t.Errorf("%s: role %s gives scope %s", scope, role, identity.ScopeOf(role))
		}
		for _, op := range []access.Operation{access.SeeBill, access.StartPayment, access.SeeMessages, access.ManageDelegates, access.ChooseDelivery} {
			want := false
			for _, allowed := range operations {
				want = want || allowed == op
			}
			if got := access.Allowed(role, op); got != want {
				t.Errorf("%s %s: got %t, want %t", scope, op, got, want)
			}
		}
	}
	if identity.ScopeOf(access.RoleMember) != "" || identity.Scope("all").Role() != "" {
		t.Error("a member helps, or a scope that is none has a role")
	}
}

func TestPhone(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"(617) 555-0147": "6175550147", "1 617 555 0147": "6175550147", "+1.617.555.0147": "6175550147", "６１７５５５０１４７": "6175550147",
		"": "", "555-0147": "", "617 055 0147": "", "117 555 0147": "", "+44 20 7946 0018": "", "61755501470": "", "phone": "",
	} {
		if got, ok := identity.ParsePhone(typed); got != want || ok != (want != "") {
			t.Errorf("ParsePhone(%q) = %q, %t; want %q", typed, got, ok, want)
		}
	}
	if got := identity.MaskPhone("6175550147"); got != "(•••) •••-0147" {
		t.Errorf("masked as %q", got)
	}
}

func TestFrom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ agent, network, browser, coarse string }{
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "203.0.113.77", "Firefox on Windows", "203.0.113.…"},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "2001:db8:1:2::9", "Safari on iPhone", "2001:db8:1:…"},
		{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Mobile Safari/537.36", "", "Chrome on Android", ""},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0", "::1", "Edge on Mac", ""},
		{"curl/8.5", "someone's house", "", ""},
		{"<script>alert(1)</script>", "", "", ""},
	} {
		from := identity.From{Network: c.network, Agent: c.agent}
		if from.Browser() != c.browser || from.Coarse() != c.coarse {
			t.Errorf("%q, %q: got %q, %q; want %q, %q", c.agent, c.network, from.Browser(), from.Coarse(), c.browser, c.coarse)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	// A2: after 10 tries wait 15 minutes.
	if l := identity.SignInLimit; l.Reached(9) || !l.Reached(10) || l.WaitMinutes() != 15 {
		t.Errorf("sign-in: %+v", l)
	}
	for since, want := range map[time.Duration]bool{0: false, 15 * time.Minute: false, 15*time.Minute + time.Second: true} {
		if got := identity.Idle(since, 15); got != want {
			t.Errorf("idle for %s: got %t, want %t", since, got, want)
		}
	}
}

func TestNobodyMay(t *testing.T) {
	t.Parallel()
	if err := (identity.Who{Role: access.RoleMember}).May(access.SeeMessages); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("no person with a role: got %v, want Unauthenticated", err)
	}
}
