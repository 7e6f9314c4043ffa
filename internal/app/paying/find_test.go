package paying_test

import (
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
)

// knows is a guest who knows all of a household's numbers.
func knows(h apptest.Household) paying.FindInput {
	return paying.FindInput{Number: string(h.SubscriberID), BirthDate: h.BirthDate, ZIP: h.ZIP, Network: "192.0.2.0/24"}
}

func (w *till) find(in paying.FindInput) error {
	w.t.Helper()
	_, err := w.s.Find(w.t.Context(), in)
	return err
}

// R-ID-1: it does not matter how the number is typed.
func TestFindReadsNumbersAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		id := string(h.SubscriberID)
		wide := func(s string) string {
			runes := []rune(s)
			for i, r := range runes {
				if r >= '0' && r <= '9' {
					runes[i] = r - '0' + '０'
				}
			}
			return string(runes)
		}
		for name, typed := range map[string]string{
			"plain":                id,
			"grouped":              h.SubscriberID.Grouped(),
			"dashes":               id[:4] + "-" + id[4:8] + "–" + id[8:],
			"spaces around":        "  " + id + "\t",
			"no-break space":       id[:4] + "\u00a0" + id[4:],
			"full-width digits":    wide(id),
			"invisible characters": "\u200b" + id[:6] + "\u200d" + id[6:] + "\ufeff",
			"billing number":       h.BillingNumber,
			"billing number, wide": wide(h.BillingNumber),
			"billing number, cut":  h.BillingNumber[:3] + " " + h.BillingNumber[3:6] + " " + h.BillingNumber[6:],
			"reference":            h.References[0],
			"reference of dental":  h.References[1],
			"reference, lower":     "refid" + h.References[0][5:],
			"reference, spaced":    "RefID " + h.References[0][5:],
		} {
			in := knows(h)
			in.Number = typed
			found, err := w.s.Find(t.Context(), in)
			if err != nil || found != h.Account {
				t.Errorf("%s %q: %v", name, typed, err)
			}
		}
		for name, row := range map[string]struct{ typed, code string }{
			"nothing":              {" - ", "subscriber_id.empty"},
			"too short":            {id[:11], "subscriber_id.length"},
			"too long":             {id + "0", "subscriber_id.length"},
			"letters":              {"seven thousand", "subscriber_id.length"},
			"a wrong digit":        {id[:11] + string('0'+(id[11]-'0'+1)%10), "subscriber_id.check_digit"},
			"two digits swapped":   {id[:3] + id[4:5] + id[3:4] + id[5:], "subscriber_id.check_digit"},
			"a number of 9, not 7": {"800000001", "subscriber_id.length"},
		} {
			in := knows(h)
			in.Number = row.typed
			err := w.find(in)
			fields := fault.Fields(err)
			if fault.CodeOf(err) != row.code || len(fields) != 1 || fields[0].Field != "subscriber_id" {
				t.Errorf("%s %q: %v", name, row.typed, err)
			}
		}
	})
}

// R-ID-2: a birth date or a ZIP code, and one answer for all that is wrong.
func TestFindWantsASecondFactor(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		stranger := ident.NewSubscriberID(70019999999)
		for name, row := range map[string]struct {
			in    paying.FindInput
			found bool
		}{
			"birth date":              {paying.FindInput{Number: string(h.SubscriberID), BirthDate: h.BirthDate}, true},
			"ZIP":                     {paying.FindInput{Number: string(h.SubscriberID), ZIP: h.ZIP}, true},
			"birth date, wrong ZIP":   {paying.FindInput{Number: string(h.SubscriberID), BirthDate: h.BirthDate, ZIP: "02139"}, true},
			"nothing else":            {paying.FindInput{Number: string(h.SubscriberID)}, false},
			"wrong birth date":        {paying.FindInput{Number: string(h.SubscriberID), BirthDate: h.BirthDate.AddDays(1)}, false},
			"wrong ZIP":               {paying.FindInput{Number: string(h.SubscriberID), ZIP: "02139"}, false},
			"unknown Subscriber ID":   {paying.FindInput{Number: string(stranger), BirthDate: h.BirthDate, ZIP: h.ZIP}, false},
			"unknown ID and nothing":  {paying.FindInput{Number: string(stranger)}, false},
			"unknown billing number":  {paying.FindInput{Number: "799999999", BirthDate: h.BirthDate}, false},
			"unknown reference":       {paying.FindInput{Number: "RefID0000", BirthDate: h.BirthDate}, false},
			"the number as reference": {paying.FindInput{Number: "RefID" + h.BillingNumber, BirthDate: h.BirthDate}, false},
		} {
			row.in.Network = name // so that nobody is throttled here
			err := w.find(row.in)
			if row.found {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if !fault.Is(err, paying.CodeNoMatch) || fault.KindOf(err) != fault.NotFound || err.Error() != "We couldn't find a bill that matches [guest.no_match]" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// R-ID-2: five wrong answers about one number, then nothing for a quarter of
// an hour, not even the right one.
func TestFindIsThrottledByNumber(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h, neighbour := w.renewed(), w.renewed()
		right := knows(h)
		wrong := right
		wrong.BirthDate, wrong.ZIP = civil.MustParseDate("1999-01-01"), "02139"
		from := func(in paying.FindInput, network string) paying.FindInput { in.Network = network; return in }

		for i := range 5 {
			w.wantCode(w.find(from(wrong, string(rune('a'+i)))), paying.CodeNoMatch)
		}
		w.wantCode(w.find(from(right, "f")), paying.CodeThrottled)
		err := w.find(from(wrong, "g"))
		w.wantCode(err, paying.CodeThrottled)
		apptest.Check(t, "kind", fault.KindOf(err), fault.RateLimited)
		if err := w.find(from(knows(neighbour), "f")); err != nil {
			t.Errorf("the neighbour: %v", err)
		}

		w.Clock.Advance(14 * time.Minute)
		w.wantCode(w.find(from(right, "f")), paying.CodeThrottled)
		w.Clock.Advance(2 * time.Minute)
		if err := w.find(from(right, "f")); err != nil {
			t.Errorf("after the window: %v", err)
		}
	})
}

// An unknown number is throttled like a known one: the limit tells nothing.
func TestFindThrottlesUnknownNumbersTheSameWay(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		in := paying.FindInput{Number: string(ident.NewSubscriberID(70019999999)), ZIP: "02199"}
		for i := range 5 {
			in.Network = string(rune('a' + i))
			w.wantCode(w.find(in), paying.CodeNoMatch)
		}
		w.wantCode(w.find(in), paying.CodeThrottled)
	})
}

func TestFindIsThrottledByNetwork(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		for i := range 20 {
			in := paying.FindInput{Number: string(ident.NewSubscriberID(uint64(70019000000 + i))), ZIP: "02199", Network: "192.0.2.0/24"}
			w.wantCode(w.find(in), paying.CodeNoMatch)
		}
		w.wantCode(w.find(knows(h)), paying.CodeThrottled)
		elsewhere := knows(h)
		elsewhere.Network = "198.51.100.0/24"
		if err := w.find(elsewhere); err != nil {
			t.Errorf("from another network: %v", err)
		}
		w.Clock.Advance(16 * time.Minute)
		if err := w.find(knows(h)); err != nil {
			t.Errorf("after the window: %v", err)
		}
	})
}

// Who mistypes and then gets it right starts afresh.
func TestSuccessForgetsWrongTries(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		wrong := knows(h)
		wrong.BirthDate, wrong.ZIP = civil.Date{}, "02139"
		for range 3 {
			for range 4 {
				w.wantCode(w.find(wrong), paying.CodeNoMatch)
			}
			if err := w.find(knows(h)); err != nil {
				t.Fatal(err)
			}
		}
		// The network's count is not forgotten: 12 of 20.
		for i := range 8 {
			in := paying.FindInput{Number: string(ident.NewSubscriberID(uint64(70019000000 + i))), ZIP: "02199", Network: wrong.Network}
			w.wantCode(w.find(in), paying.CodeNoMatch)
		}
		w.wantCode(w.find(knows(h)), paying.CodeThrottled)
	})
}

// The table of wrong tries is not a list of people.
func TestTriesAreKeptWithoutNumbers(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		in := knows(h)
		in.BirthDate, in.ZIP = civil.Date{}, ""
		w.wantCode(w.find(in), paying.CodeNoMatch)
		keys := w.Rows(`SELECT throttle_key FROM throttle`)
		apptest.Check(t, "keys", len(keys), 2)
		for _, key := range keys {
			if len(key) < 20 || key == in.Number || key == in.Network {
				t.Errorf("key %q", key)
			}
		}
	})
}

// R-PAY-6: "is my payment in?", by confirmation number alone.
func TestByConfirmation(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		p := w.payByBank(h, "20.00")
		const network = "192.0.2.0/24"
		for _, typed := range []string{p.Confirmation.String(), string(p.Confirmation), " " + p.Confirmation.String() + " "} {
			found, err := w.s.ByConfirmation(t.Context(), typed, network)
			if err != nil {
				t.Fatalf("%q: %v", typed, err)
			}
			apptest.Check(t, "payment", found, paying.Found{PaymentLine: paying.PaymentLine{Payment: p}})
		}
		for _, typed := range []string{"", "7F3K", "7F3K-92QM-4!", p.Confirmation.String() + "2"} {
			_, err := w.s.ByConfirmation(t.Context(), typed, network)
			w.wantCode(err, "confirmation.format")
		}
		never := func(i int) string { return ident.NewConfirmation([]byte{byte(i), 1, 2, 3, 4, 5, 6, 7, 8, 9}).String() }
		for i := range 20 {
			_, err := w.s.ByConfirmation(t.Context(), never(i), network)
			w.wantCode(err, paying.CodeUnknownConfirmation)
		}
		_, err := w.s.ByConfirmation(t.Context(), p.Confirmation.String(), network)
		w.wantCode(err, paying.CodeThrottled)
		if _, err := w.s.ByConfirmation(t.Context(), p.Confirmation.String(), "198.51.100.0/24"); err != nil {
			t.Errorf("from another network: %v", err)
		}
		w.Clock.Advance(16 * time.Minute)
		if _, err := w.s.ByConfirmation(t.Context(), p.Confirmation.String(), network); err != nil {
			t.Errorf("after the window: %v", err)
		}
		if err := w.s.Return(t.Context(), h.Account, p.ID, "R01", w.Today()); err != nil {
			t.Fatal(err)
		}
		if found, err := w.s.ByConfirmation(t.Context(), p.Confirmation.String(), network); err != nil || found.ReturnCode == "" {
			t.Errorf("once the bank has sent it back: got %+v, %v", found, err)
		}
		if r, err := w.s.Receipt(t.Context(), p.IntentID); err != nil || !r.Returned || !r.Left.IsZero() || len(r.Parts) != 0 {
			t.Errorf("its receipt: got %+v, %v", r, err)
		}
	})
}
