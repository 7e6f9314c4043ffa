package portal

import "quittance.org/quittance/internal/base/civil"

// AboutAutoPay is P3: what AutoPay does, for anybody.
type AboutAutoPay struct {
	DueDay int
	Days   []Message     // that may be chosen: DayOfMonth
	Cutoff civil.Instant // its time of day is the last moment to stop a payment
}

func (AboutAutoPay) page() page {
	return page{template: "about_autopay", title: "about_autopay.title"}
}

// DayOfMonth names a day of every month. The days that the shipped profiles
// offer have words of their own, because ordinals are no matter of templates.
func DayOfMonth(day int) Message {
	switch day {
	case 15:
		return Message{Key: "autopay.day.fifteen"}
	case 23:
		return Message{Key: "autopay.day.twenty_three"}
	}
	return Message{Key: "autopay.day.numbered", Args: pairs([]any{"n", day})}
}
