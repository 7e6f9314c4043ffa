package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"quittance.org/quittance/internal/base/fault"
)

func TestKindAndCodeSurviveWrapping(t *testing.T) {
	t.Parallel()
	var list fault.List
	list.Add("amount", "payment.amount_zero", "Amount must be more than $0")
	for _, c := range []struct {
		name string
		err  error
		kind fault.Kind
		code string
	}{
		{"no error", nil, fault.Internal, ""},
		{"a stranger", io.EOF, fault.Internal, ""},
		{"made here", fault.New(fault.NotFound, "bill.missing", "No bill"), fault.NotFound, "bill.missing"},
		{"wrapped twice", fmt.Errorf("b: %w", fmt.Errorf("a: %w", fault.New(fault.Denied, "x.y", "No"))), fault.Denied, "x.y"},
		{"joined with a stranger", errors.Join(io.EOF, fault.New(fault.Conflict, "x.y", "No")), fault.Conflict, "x.y"},
		{"outermost wins", fault.Wrap(fault.Unavailable, "out.er", fault.New(fault.Invalid, "in.ner", "No"), "Later"), fault.Unavailable, "out.er"},
		{"a list of fields", fmt.Errorf("form: %w", list.Err()), fault.Invalid, ""},
		{"formatted with v loses it", fmt.Errorf("a: %v", fault.New(fault.Denied, "x.y", "No")), fault.Internal, ""}, //nolint:errorlint // what E3 forbids is what this row shows
	} {
		if got := fault.KindOf(c.err); got != c.kind {
			t.Errorf("%s: kind %s, want %s", c.name, got, c.kind)
		}
		if got := fault.CodeOf(c.err); got != c.code {
			t.Errorf("%s: code %q, want %q", c.name, got, c.code)
		}
		if c.code != "" && (!fault.Is(c.err, c.code) || fault.Is(c.err, c.code+"x")) {
			t.Errorf("%s: Is does not agree with CodeOf", c.name)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	err := fault.Wrap(fault.Unavailable, "card.timeout", io.ErrUnexpectedEOF, "The card company did not answer within %d s", 30)
	if want := "The card company did not answer within 30 s [card.timeout]: unexpected EOF"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	if at := fault.At("zip", "guest.zip", "Enter a %d-digit ZIP code", 5); at.Kind != fault.Invalid || at.Error() != "zip: Enter a 5-digit ZIP code [guest.zip]" {
		t.Errorf("got %v %q", at.Kind, at)
	}
}

func TestKindNames(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		if name := k.String(); name == "" || seen[name] {
			t.Errorf("kind %d is named %q", k, name)
		} else {
			seen[name] = true
		}
	}
}

func TestListKeepsEveryField(t *testing.T) {
	t.Parallel()
	var list fault.List
	if list.Err() != nil {
		t.Fatal("an empty list is an error")
	}
	list.Add("id", "guest.id", "Subscriber ID must be 12 numbers")
	list.Add("zip", "guest.zip", "Enter a ZIP code")
	err := fmt.Errorf("look up: %w", list.Err())
	fields := fault.Fields(err)
	if len(fields) != 2 || fields[0].Field != "id" || fields[1].Field != "zip" {
		t.Errorf("fields of %v = %v", err, fields)
	}
	if want := "id: Subscriber ID must be 12 numbers [guest.id]\nzip: Enter a ZIP code [guest.zip]"; list.Error() != want {
		t.Errorf("got %q", list.Error())
	}
	if one := fault.Fields(fault.At("id", "c", "m")); len(one) != 1 {
		t.Errorf("one field error gives %v", one)
	}
	if none := fault.Fields(fault.New(fault.Conflict, "c", "m")); none != nil {
		t.Errorf("a conflict gives fields %v", none)
	}
}
