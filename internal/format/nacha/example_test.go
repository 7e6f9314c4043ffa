package nacha_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/format/nacha"
)

// A file with one AutoPay debit of 512.00.
func ExampleWriter() {
	var out bytes.Buffer
	w, err := nacha.NewWriter(&out, nacha.Header{
		Destination: "110000000", DestinationName: "FIRST BANK OF THE BAY", Origin: "1234567890", OriginName: "BAY STATE MARKETPLACE",
		CreatedOn: civil.MustParseDate("2026-12-14"), Modifier: "A",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = errors.Join(
		w.Batch(nacha.BatchHeader{
			Class: nacha.WEB, Service: nacha.Debits, CompanyName: "BAY STATE HEALTH", CompanyID: "1043334444", Description: "PREMIUM",
			EffectiveOn: civil.MustParseDate("2026-12-15"), ODFI: "11000000",
		}),
		w.Entry(nacha.Entry{
			Code: nacha.CheckingDebit, Routing: "231380104", Account: pii.NewSecret("000123456789"), Amount: money.Dollars(512),
			ID: "700100000013", Name: "Maria Souza", PaymentType: nacha.Recurring, Trace: "110000000000001",
		}))
	totals, closed := w.Close()
	fmt.Println(errors.Join(err, closed), totals.Entries, totals.Debit)
	fmt.Println(strings.Split(out.String(), "\n")[2])
	// Output:
	// <nil> 1 512.00
	// 627231380104000123456789     0000051200700100000013   Maria Souza           R 0110000000000001
}

// What came back, and what is wrong with the file that says so.
func ExampleReader() {
	r := nacha.NewReader(strings.NewReader(inbound("WEB", "26", 51200, returned("R01", "110000000000001", "", "INSUFFICIENT FUNDS"))))
	for {
		item, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		for _, p := range item.Problems {
			fmt.Printf("line %d, %s: %s\n", p.Line, p.Field, p.Message)
		}
		if item.Kind == nacha.KindReturn && item.Usable() {
			fmt.Println(item.Returns[0].Code, item.Returns[0].OriginalTrace, item.Entry.Amount, item.Entry.Account)
		}
	}
	// Output:
	// R01 110000000000001 512.00 ••••
}
