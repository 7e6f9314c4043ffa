package portal

import (
	"net/http"
	"time"

	"quittance.org/quittance/internal/base/civil"
)

// InLine is what somebody sees who comes when all places to pay are taken (brief
// 12, deadline overload).
type InLine struct {
	Full    bool       // no place in line could be given
	Ahead   int        // people who come first
	About   bool       // Ahead is rounded
	Minutes int        // that it may take; 0: nobody can tell, over LineLongest: long
	Due     civil.Date // that stays what it is
	Every   int        // seconds after which the page asks again
	Kept    int        // minutes for which a place is kept
	Again   string     // path and query of what was asked for, without language
}

func (l InLine) page() page {
	return page{template: "in_line", title: l.Title().Key, flow: true, refresh: l.Every, status: http.StatusServiceUnavailable}
}

// Title is the heading of the page.
func (l InLine) Title() Message {
	if l.Full {
		return Message{Key: "in_line.title_full"}
	}
	return Message{Key: "in_line.title"}
}

// Messages say how long the line is; a script asks for them again.
func (l InLine) Messages() []Message {
	if l.Full {
		return []Message{{Key: "in_line.full"}, {Key: "in_line.full_why"}}
	}
	return []Message{l.ahead(), l.wait()}
}

func (l InLine) ahead() Message {
	switch {
	case l.Ahead == 0:
		return Message{Key: "in_line.next"}
	case l.About:
		return Message{Key: "in_line.about", Args: given("n", l.Ahead)}
	}
	return Message{Key: "in_line.ahead", Args: given("n", l.Ahead)}
}

func (l InLine) wait() Message {
	switch {
	case l.Minutes == 0:
		return Message{Key: "in_line.unknown"}
	case l.Minutes > LineLongest:
		return Message{Key: "in_line.long"}
	}
	return Message{Key: "in_line.wait", Args: given("n", l.Minutes)}
}

// LineLongest is the longest wait that is told in minutes.
const LineLongest = 60

// AboutAhead rounds how many people come first: up, and the more there are the
// more coarsely. about tells that it was rounded.
func AboutAhead(n int) (ahead int, about bool) {
	step := 500
	switch {
	case n < 10:
		return n, false
	case n <= 100:
		step = 10
	case n <= 1000:
		step = 50
	}
	return (n + step - 1) / step * step, true
}

// AboutMinutes rounds a wait up to one of few lengths: it is measured from what
// others did in the last minutes, and true to no more than that.
func AboutMinutes(wait time.Duration) int {
	if wait <= 0 {
		return 0
	}
	for _, minutes := range []int{2, 5, 10, 15, 20, 30, 45, LineLongest} {
		if wait <= time.Duration(minutes)*time.Minute {
			return minutes
		}
	}
	return LineLongest + 1
}
