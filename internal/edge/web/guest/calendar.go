package guest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/format/ical"
)

// calendarMonths is how far the calendar reaches.
const calendarMonths = 12

// calendar is the feed of bill and due dates (R-CAL-4). It is the same for
// everybody: nothing in it is about a person.
func (v *visit) calendar() {
	data, err := v.dates()
	if err != nil {
		v.Broken(err)
		return
	}
	sum := sha256.Sum256(data)
	h := v.W.Header()
	h.Set("Content-Type", ical.MediaType)
	h.Set("Content-Language", v.Pages.Spoken(v.Lang).Tag())
	h.Set("Content-Disposition", `inline; filename="due-dates.ics"`)
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	http.ServeContent(v.W, v.R, "", v.calendarChanged(), bytes.NewReader(data))
}

// calendarChanged is when the calendar became what it is: with its newest
// month, with this release and profile, or with an outage that moved a due date.
func (v *visit) calendarChanged() time.Time {
	today := v.Today()
	changed := today.Month().First()
	if due := v.Profile.DueOn(today.Month().Add(v.Profile.Coverage.MonthsAhead)); v.DueDay(v.Ctx(), due) != due {
		changed = today
	}
	at := changed.In(v.Profile.Zone())
	if at.Before(v.started) {
		at = v.started
	}
	return at.Time()
}

// dates gives the days of this month and the coming ones.
func (v *visit) dates() ([]byte, error) {
	var failed error
	say := func(key string, args catalogue.Args) string {
		text, err := v.Pages.Text(v.Lang, portal.Message{Key: key, Args: args})
		if err != nil {
			failed = err
		}
		return text
	}
	begins := v.Today().Month()
	c := ical.Calendar{Product: "-//Quittance//Bill and due dates//EN", Name: say("calendar.name", nil), Stamp: begins.First()}
	day := func(kind string, month civil.Month, on civil.Date) {
		args := catalogue.Args{"month": month, "due": v.DueDay(v.Ctx(), v.Profile.DueOn(month))}
		c.Events = append(c.Events, ical.Event{
			UID: kind + "-" + month.String() + "@" + v.Host, On: on,
			Summary: say("calendar."+kind, args), Description: say("calendar."+kind+"_text", args), URL: v.URL(v.Lang, portal.PathFind),
		})
	}
	for n := range calendarMonths + 1 {
		month := begins.Add(n + v.Profile.Coverage.MonthsAhead)
		day("bill", month, v.Profile.BillOn(month))
		day("due", month, v.DueDay(v.Ctx(), v.Profile.DueOn(month)))
	}
	if failed != nil {
		return nil, failed
	}
	return ical.Marshal(c)
}
