package store

import (
	"slices"
	"strings"
	"testing"
)

// Rows that others name stay: what is proved once of a reference remains true.
func TestKeptRowsStay(t *testing.T) {
	t.Parallel()
	for _, s := range registry {
		if strings.Contains(s.sql, "DELETE FROM") && slices.Contains(slices.Concat(kept, appendOnly), s.writes) {
			t.Errorf("%s deletes from %s", s.name, s.writes)
		}
	}
}

// A statement that writes a table that proofs read names the account, or one of
// these says for whom it writes.
func TestEveryWriteNamesWhomItIsFor(t *testing.T) {
	t.Parallel()
	told := []string{
		"update_intent", "freeze_drafts", "freeze_drafts_one", "freeze_drafts_list", // by Written.of
		"settle_ach_entries", "close_items_of_chunk", "file_ach_entries", "unfile_ach_entries", // by their file
		"lock_accounts", "tell_carriers", "drop_idle_reviews", // which no proof looks at
	}
	ofNobody := []string{"ach_file", "ach_batch", "deposit", "bank_item", "carrier"} // their files and deposits are noted
	seen := 0
	for _, s := range registry {
		if tableOf(s.writes) == 0 || slices.Contains(ofNobody, s.writes) {
			continue
		}
		seen++
		columns, _, _ := strings.Cut(s.sql, "VALUES")
		inserts := strings.Contains(columns, "INSERT INTO") && strings.Contains(columns, "account_id")
		if !inserts && !strings.Contains(s.sql, "account_id = $") && !slices.Contains(told, s.name) {
			t.Errorf("%s names no account:\n%s", s.name, s.sql)
		}
	}
	if seen < 40 {
		t.Errorf("%d statements were looked at", seen)
	}
}
