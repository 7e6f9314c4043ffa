// Package ical writes a calendar of whole days as iCalendar (RFC 5545), which
// every calendar program can subscribe to.
//
// A day is a day wherever its reader is, so there are no time zones in it. The
// same calendar always gives the same bytes, and an event keeps its UID, so
// that a program that reads the feed again finds what it knows.
package ical

import (
	"bytes"
	"fmt"
	"time"

	ics "github.com/arran4/golang-ical"

	"quittance.org/quittance/internal/base/civil"
)

// MediaType is what the bytes are.
const MediaType = "text/calendar; charset=utf-8"

// Calendar is a feed of days.
type Calendar struct {
	Product string     // who made it: "-//Quittance//Due dates//EN"
	Name    string     // what a program calls it
	Stamp   civil.Date // when its events were last looked at
	Events  []Event
}

// Event is a whole day.
type Event struct {
	UID         string // for ever, and unlike that of any other event
	On          civil.Date
	Summary     string
	Description string
	URL         string // may be empty
}

// refresh is how often programs are asked to look again. Bills come once a
// month, and a due date that moves is told days before.
const refresh = "P1D"

// Marshal gives the calendar's bytes.
func Marshal(c Calendar) ([]byte, error) {
	cal := ics.NewCalendar()
	cal.SetProductId(c.Product)
	cal.SetCalscale("GREGORIAN")
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(c.Name)
	cal.SetRefreshInterval(refresh)
	for _, e := range c.Events {
		event := cal.AddEvent(e.UID)
		event.SetDtStampTime(midnight(c.Stamp))
		event.SetAllDayStartAt(midnight(e.On))
		event.SetAllDayEndAt(midnight(e.On.AddDays(1))) // the end is not part of it
		event.SetSummary(e.Summary)
		event.SetDescription(e.Description)
		event.SetTimeTransparency(ics.TransparencyTransparent) // nobody is busy that day
		if e.URL != "" {
			event.SetURL(e.URL)
		}
	}
	var out bytes.Buffer
	if err := cal.SerializeTo(&out, ics.WithNewLineWindows); err != nil {
		return nil, fmt.Errorf("ical: %w", err)
	}
	return out.Bytes(), nil
}

func midnight(d civil.Date) time.Time { return d.Time() }
