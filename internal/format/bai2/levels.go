package bai2

import (
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
)

func (r *Reader) takeFile(rec *record) {
	if r.file != nil {
		r.endFile(rec.line)
	}
	r.file, r.closed = &level{line: rec.line, records: rec.lines}, false
	f := rec.fields()
	file := &File{Sender: f.next(), Receiver: f.next()}
	r.now = Item{File: file}
	i := r.item(KindFile, rec.line)
	file.CreatedOn = i.date(rec, "file creation date", f.next())
	file.CreatedAt = i.time(rec, "file creation time", f.next())
	file.ID = f.next()
	file.Length, _ = count(f.next())
	r.length = file.Length
	f.next() // block size
	if file.Version = f.next(); file.Version != "2" && file.Version != "" {
		i.add(rec.line, "version number", "file.version", "only version 2 of the format is read")
	}
	r.give(i)
}

// date reads a date that must be there.
func (i *Item) date(rec *record, field, s string) civil.Date {
	d, ok := date(s)
	if !ok {
		i.add(rec.line, field, "record.date", "the date must be six digits, YYMMDD")
	}
	return d
}

// time reads a time of day. One that can not be read is no harm.
func (i *Item) time(rec *record, field, s string) string {
	t, ok := timeOfDay(s)
	if !ok {
		i.Problems = append(i.Problems, Problem{rec.line, field, "record.time", "the time is no time of day", true})
	}
	return t
}

func (r *Reader) takeGroup(rec *record) {
	r.endGroup(rec.line)
	r.inFile(rec)
	r.count(rec)
	r.group = &level{line: rec.line, records: rec.lines}
	r.file.parts++
	f := rec.fields()
	group := &Group{Receiver: f.next(), Originator: f.next(), Status: f.next()}
	r.now = Item{File: r.now.File, Group: group}
	i := r.item(KindGroup, rec.line)
	group.On = i.date(rec, "as-of date", f.next())
	group.At = i.time(rec, "as-of time", f.next())
	if group.Currency = f.next(); group.Currency == "" {
		group.Currency = "USD"
	}
	group.Modifier = f.next()
	r.give(i)
}

// inFile begins a file when its header is missing, and says so.
func (r *Reader) inFile(rec *record) {
	if r.file != nil {
		return
	}
	r.file = &level{line: rec.line}
	r.now = Item{File: &File{}}
	if r.closed {
		r.problem(rec.line, "record code", "file.after_trailer", "there are records after the file trailer (99)")
	} else {
		r.problem(rec.line, "file header", "file.no_header", "the file header (01) is missing")
	}
}

func (r *Reader) inGroup(rec *record) {
	r.inFile(rec)
	if r.group == nil {
		r.group = &level{line: rec.line}
		r.now = Item{File: r.now.File, Group: &Group{Currency: "USD"}}
		r.problem(rec.line, "group header", "group.no_header", "the group header (02) is missing")
	}
}

func (r *Reader) takeAccount(rec *record) {
	r.endAccount(rec.line)
	r.inGroup(rec)
	r.count(rec)
	r.open = &level{line: rec.line, records: rec.lines}
	r.group.parts++
	f := rec.fields()
	account := &Account{Number: f.next(), Currency: f.next()}
	r.now = Item{File: r.now.File, Group: r.now.Group, Account: account}
	if account.Currency == "" {
		account.Currency = r.now.Group.Currency
	}
	i := r.item(KindAccount, rec.line)
	if account.Number == "" {
		i.add(rec.line, "customer account number", "account.number", "the account number is empty")
	}
	for f.more() {
		code := f.next()
		if code == "" {
			continue // banks write empty summaries, and commas too many
		}
		if len(code) != 3 || !ident.AllDigits(code) {
			i.add(rec.line, "type code", "account.code", "a summary's type code must be three digits; the fields after it can not be read")
			break
		}
		if s, said := i.summary(rec, f, code, r.open); said {
			account.Summaries = append(account.Summaries, s)
		}
	}
	r.give(i)
}

// summary reads one balance or total, and counts its amount. One without an
// amount says nothing: that is not zero.
func (i *Item) summary(rec *record, f *fields, code string, in *level) (s Summary, said bool) {
	s.Code = code
	written := f.next()
	var ok bool
	if s.Amount, ok = amount(written); !ok && written != "" {
		i.add(rec.line, "amount of "+code, "account.amount", "the amount must be digits with or without a sign")
	}
	in.add(s.Amount.Cents())
	if items := f.next(); items != "" {
		if s.Items, ok = count(items); !ok {
			i.add(rec.line, "item count of "+code, "account.items", "the number of items must be digits")
		}
	}
	if s.Funds, ok = f.funds(); !ok {
		i.add(rec.line, "funds type of "+code, "account.funds", "the funds type is not one of the standard, or what belongs to it is missing")
	}
	return s, written != ""
}

func (r *Reader) takeDetail(rec *record) {
	r.inGroup(rec)
	if r.open == nil {
		r.open = &level{line: rec.line}
		r.now = Item{File: r.now.File, Group: r.now.Group, Account: &Account{Currency: r.now.Group.Currency}}
		r.problem(rec.line, "account", "account.no_header", "a movement (16) stands outside of an account (03)")
	}
	r.count(rec)
	i := r.item(KindDetail, rec.line)
	f := rec.fields()
	d := &i.Detail
	d.Code = f.next()
	written := f.next()
	var ok bool
	if d.Amount, ok = amount(written); !ok && written != "" {
		i.add(rec.line, "amount", "detail.amount", "the amount must be digits with or without a sign")
	}
	r.open.add(d.Amount.Cents())
	switch {
	case len(d.Code) != 3 || !ident.AllDigits(d.Code):
		i.add(rec.line, "type code", "detail.code", "the type code must be three digits")
	case !d.Amount.IsZero() && !Debit(d.Code) && !Credit(d.Code):
		i.add(rec.line, "type code", "detail.direction", "the type code tells neither a credit nor a debit")
	}
	if d.Funds, ok = f.funds(); !ok {
		i.add(rec.line, "funds type", "detail.funds", "the funds type is not one of the standard, or what belongs to it is missing")
	}
	d.BankRef, d.Customer, d.Text = f.next(), f.next(), f.rest()
	r.give(i)
}

func (r *Reader) takeAccountTrailer(rec *record) {
	l := r.open
	if l == nil {
		r.inGroup(rec)
		r.problem(rec.line, "account trailer", "account.no_header", "an account ends (49) that was not begun (03)")
		return
	}
	r.count(rec)
	i := r.item(KindTrailer, rec.line)
	f := rec.fields()
	said := i.total(rec, "account", f.next(), l.cents)
	i.count(rec, "account", "number of records", f.next(), l.records)
	r.give(i)
	r.open, r.now.Account = nil, nil
	r.group.add(said)
}

func (r *Reader) takeGroupTrailer(rec *record) {
	r.endAccount(rec.line)
	l := r.group
	if l == nil {
		r.inFile(rec)
		r.problem(rec.line, "group trailer", "group.no_header", "a group ends (98) that was not begun (02)")
		return
	}
	r.count(rec)
	i := r.item(KindProblem, rec.line)
	f := rec.fields()
	said := i.total(rec, "group", f.next(), l.cents)
	i.count(rec, "group", "number of accounts", f.next(), l.parts)
	i.count(rec, "group", "number of records", f.next(), l.records)
	if len(i.Problems) > 0 {
		r.give(i)
	}
	r.group, r.now.Group = nil, nil
	r.file.add(said)
}

func (r *Reader) takeFileTrailer(rec *record) {
	r.endGroup(rec.line)
	r.inFile(rec)
	r.count(rec)
	i := r.item(KindEnd, rec.line)
	f, l := rec.fields(), r.file
	i.total(rec, "file", f.next(), l.cents)
	i.count(rec, "file", "number of groups", f.next(), l.parts)
	i.count(rec, "file", "number of records", f.next(), l.records)
	r.give(i)
	r.file, r.now, r.closed = nil, Item{}, true
}

// total compares a control total with the sum, and gives what it says: the
// level above adds up what is said, so that one error is told once. An empty
// total is good for nothing but nothing (BANK-14).
func (i *Item) total(rec *record, of, written string, sum int64) int64 {
	field := of + " control total"
	said, ok := amount(written)
	switch {
	case written == "" && sum == 0:
	case !ok:
		i.add(rec.line, field, of+".total", "the control total is missing or no amount")
		return sum
	case said.Cents() != sum:
		i.add(rec.line, field, of+".total", fmt.Sprintf("the control total is %s; the amounts add up to %s", said, money.Cents(sum)))
	}
	return said.Cents()
}

func (i *Item) count(rec *record, of, what, written string, counted int) {
	said, ok := count(written)
	switch {
	case !ok:
		i.add(rec.line, what, of+".count", "the "+what+" is missing or no number")
	case said != counted:
		i.add(rec.line, what, of+".count", fmt.Sprintf("the %s of the %s says %d; counted: %d", what, of, said, counted))
	}
}

// endAccount, endGroup and endFile end what should have ended by itself; line
// is where that shows.
func (r *Reader) endAccount(line int) {
	if l := r.open; l != nil {
		r.problem(line, "account trailer", "account.no_trailer", fmt.Sprintf("the account begun on line %d has no trailer (49)", l.line))
		r.group.add(l.cents)
		r.open, r.now.Account = nil, nil
	}
}

func (r *Reader) endGroup(line int) {
	r.endAccount(line)
	if l := r.group; l != nil {
		r.problem(line, "group trailer", "group.no_trailer", fmt.Sprintf("the group begun on line %d has no trailer (98)", l.line))
		r.file.add(l.cents)
		r.group, r.now.Group = nil, nil
	}
}

func (r *Reader) endFile(line int) {
	r.endGroup(line)
	r.problem(line, "file trailer", "file.no_trailer", "the file ends without its trailer (99): it may be cut off")
	r.file, r.now, r.closed = nil, Item{}, true
}
