package letters

import (
	"fmt"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/domain/standing"
)

// notices are the letters that standing owes, by kind, each with its template.
var notices = map[standing.NoticeKind]struct {
	template
	write func(*author, notifying.Notice) *letter
}{
	standing.NoticeStartReminder: {template{"start_reminder", 2}, (*author).startReminder},
	standing.NoticeStarted:       {template{"started", 1}, (*author).started},
	standing.NoticeStartMoved:    {template{"start_moved", 2}, (*author).startMoved},
	standing.NoticeNotStarted:    {template{"not_started", 2}, (*author).notStarted},
	standing.NoticeDueReminder:   {template{"due_reminder", 1}, (*author).dueReminder},
	standing.NoticePastDue:       {template{"past_due", 1}, (*author).pastDue},
	standing.NoticeEndWarning:    {template{"end_warning", 1}, (*author).endWarning},
	standing.NoticeEnded:         {template{"ended", 2}, (*author).ended},
	standing.NoticeCancelled:     {template{"cancelled", 1}, (*author).cancelled},
	standing.NoticeReinstated:    {template{"reinstated", 1}, (*author).reinstated},
	standing.NoticeStands:        {template{"stands", 2}, (*author).stands},
}

// Notice writes a letter that standing owes (M2, M4, M6, M9 to M11, MA-NOTE-7).
func (w Writer) Notice(n notifying.Notice) (notifying.Words, error) {
	a, err := w.author(n.Reader, n.Written)
	if err != nil {
		return notifying.Words{}, err
	}
	kind, ok := notices[n.Kind]
	if !ok {
		return notifying.Words{}, fmt.Errorf("there are no words for a notice %q", n.Kind)
	}
	return a.finish(kind.template, kind.write(a, n))
}
