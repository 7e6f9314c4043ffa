package civil_test

import (
	"fmt"

	"quittance.org/quittance/internal/base/civil"
)

func ExampleMonth() {
	coverage := civil.MustParseMonth("2026-12")
	due := coverage.Prev().On(23)
	fmt.Println("coverage starts", coverage.First(), "and is due", due)
	fmt.Println("the next month is", coverage.Next())
	// Output:
	// coverage starts 2026-12-01 and is due 2026-11-23
	// the next month is 2027-01
}

func ExampleCalendar_OnOrAfter() {
	// Saturday before Memorial Day: the debit settles on Tuesday (R-AUTO-4).
	fmt.Println(civil.BankDays.OnOrAfter(civil.MustParseDate("2026-05-23")))
	// Output: 2026-05-26
}

func ExampleCalendar_Holiday() {
	patriotsDay := civil.MustParseDate("2026-04-20")
	fmt.Printf("state offices: %q, banks: %q\n", civil.StateDays.Holiday(patriotsDay), civil.BankDays.Holiday(patriotsDay))
	// Output: state offices: "Patriots' Day", banks: ""
}
