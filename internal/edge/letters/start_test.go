package letters_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/profiles"
)

// A check that was mailed in time is spoken of as long as it may come, and only
// where its postmark counts (R-PAY-4).
func TestWhatIsSaidOfAMailedFirstPayment(t *testing.T) {
	t.Parallel()
	moved := changed(notice(standing.NoticeStartMoved, "2026-12-24", january.Add(1), 12450, "2027-01-23"), func(n *notifying.Notice) { n.Ends = january })
	lapsed := notice(standing.NoticeNotStarted, "2026-12-24", january, 0, "")
	late := changed(lapsed, func(n *notifying.Notice) { n.Written = date("2026-12-31") })
	const says = "Did you mail a check by December 23? It still counts if it comes by December 30."
	for name, row := range map[string]struct {
		profile string
		notice  notifying.Notice
		want    bool
	}{
		"moved":                            {"massachusetts", moved, true},
		"lapsed":                           {"massachusetts", lapsed, true},
		"too late for a check":             {"massachusetts", late, false},
		"moved, and no postmark counts":    {"massachusetts-strict", moved, false},
		"lapsed, and no postmark counts":   {"massachusetts-strict", lapsed, false},
		"late, and no postmark counts too": {"massachusetts-strict", late, false},
	} {
		p, err := profiles.Open(row.profile)
		if err != nil {
			t.Fatal(err)
		}
		w := writerOf(t)
		w.Profile = p
		got, err := w.Notice(row.notice)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(got.Text), " ")
		if strings.Contains(text, says) != row.want || !row.want && strings.Contains(text, "mail a check by") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// A start that moved by more than a month is told by the month it was for.
func TestAStartThatMovedByMonths(t *testing.T) {
	t.Parallel()
	got, err := writerOf(t).Notice(changed(notice(standing.NoticeStartMoved, "2026-12-01", january, 12450, "2026-12-23"), func(n *notifying.Notice) { n.Ends = january.Add(-3) }))
	if err != nil || got.Subject != "Your coverage did not start on October 1" {
		t.Errorf("got %q, %v", got.Subject, err)
	}
}

// Plans hold claims while help with the premium lasts (MA-DLQ-8); of a group
// there is no such rule (R-DUE-10).
func TestAWarningOfAGroupSaysNothingOfClaims(t *testing.T) {
	t.Parallel()
	for track, want := range map[standing.Track]bool{standing.TrackLong: true, standing.TrackGroup: false} {
		n := notice(standing.NoticeEndWarning, "2026-07-01", january, 1500000, "2026-07-26")
		n.Enrollments[0].Track = track
		got, err := writerOf(t).Notice(n)
		if err != nil || strings.Contains(got.Text, "may not pay for your care") != want {
			t.Errorf("%s: %v\n%s", track, err, got.Text)
		}
	}
}
