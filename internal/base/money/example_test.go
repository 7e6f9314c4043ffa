package money_test

import (
	"fmt"

	"quittance.org/quittance/internal/base/money"
)

func ExampleParseInput() {
	for _, typed := range []string{"$1,234.50", " 50 ", "12,50"} {
		amount, err := money.ParseInput(typed)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(amount.Format())
	}
	// Output:
	// $1,234.50
	// $50.00
	// amount must be numbers, like 50 or 50.25
}

func ExampleAmount_MulDiv() {
	premium := money.Cents(812_35)
	// 17 of 31 days, halves rounded away from zero.
	fmt.Println(premium.MulDiv(17, 31, money.HalfUp).Format())
	// Output: $445.48
}

func ExampleAmount_Allocate() {
	// $100.00 over three months that weigh the same: no cent is lost.
	for _, part := range money.Dollars(100).Allocate([]int64{1, 1, 1}) {
		fmt.Println(part.Format())
	}
	// Output:
	// $33.34
	// $33.33
	// $33.33
}
