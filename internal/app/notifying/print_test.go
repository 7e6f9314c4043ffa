package notifying_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/store"
)

// waiting is a marketplace with letters to print: three bills and one notice.
func (o *office) waiting() []apptest.Household {
	o.TB.Helper()
	first := o.pastDue("")
	o.sendOwed()
	all := []apptest.Household{first}
	for range 2 {
		all = append(all, o.reachable("", apptest.Medical("2027-02", "103.00").Renewed()))
	}
	o.Bill("2027-02")
	o.sendBills()
	return all
}

// print prints all that waits.
func (o *office) print(dir string) []notifying.Batch {
	o.TB.Helper()
	all, err := o.Print(o.TB.Context(), o.Today(), dir)
	if err != nil {
		o.TB.Fatal(err)
	}
	return all
}

// folders lists what is in a folder, hidden things too.
func folders(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// manifests reads every manifest in an outbox, and checks each against its
// file.
func manifests(t *testing.T, dir string) []notifying.Manifest {
	t.Helper()
	var all []notifying.Manifest
	for _, name := range folders(t, dir) {
		text := read(t, filepath.Join(dir, name, "manifest.json"))
		var m notifying.Manifest
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(read(t, filepath.Join(dir, name, m.File)))
		if hex.EncodeToString(sum[:]) != m.SHA256 || m.Format != 1 || m.Letters != len(m.Items) {
			t.Errorf("%s: the manifest does not fit the file: %+v", name, m)
		}
		page := 1
		for _, item := range m.Items {
			if item.FirstPage != page || item.Pages < 2 || item.Pages%2 != 0 {
				t.Errorf("%s: a letter begins on page %d with %d pages, want %d and full sheets", name, item.FirstPage, item.Pages, page)
			}
			page += item.Pages
		}
		if m.Pages != page-1 {
			t.Errorf("%s: %d pages, want %d", name, m.Pages, page-1)
		}
		for _, personal := range []string{"Ana", "Testperson", "Commonwealth", "02199", "7001"} {
			if strings.Contains(string(text), personal) {
				t.Errorf("%s: the manifest shows %q", name, personal)
			}
		}
		all = append(all, m)
	}
	return all
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// checkAllPrintedOnce fails unless each paper letter is in exactly one batch of
// the outbox, and marked as sent.
func (o *office) checkAllPrintedOnce(t *testing.T, dir string) {
	t.Helper()
	var inOutbox []string
	for _, m := range manifests(t, dir) {
		for _, item := range m.Items {
			inOutbox = append(inOutbox, item.Letter.String())
		}
	}
	slices.Sort(inOutbox)
	kept := o.Rows("SELECT id_text(message_id) FROM message WHERE channel = 'print' ORDER BY message_id")
	slices.Sort(kept)
	apptest.Check(t, "letters in the outbox", inOutbox, kept)
	for _, state := range o.Rows("SELECT state FROM message WHERE channel = 'print'") {
		if state != store.MessageSent {
			t.Errorf("a printed letter is %s", state)
		}
	}
	apptest.Check(t, "unfinished batches", o.Rows("SELECT state FROM print_batch WHERE state <> 'out'"), []string(nil))
}

func TestPrint(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.waiting()
		dir := t.TempDir()
		all := o.print(dir)
		if len(all) != 2 || all[0].Stock != store.StockLetter || all[0].Letters != 1 || all[1].Stock != store.StockBill || all[1].Letters != 3 {
			t.Fatalf("got %+v, want a letter and three bills", all)
		}
		apptest.Check(t, "outbox", folders(t, dir), []string{"2027-01-01-bill-000002", "2027-01-01-letter-000001"})
		o.checkAllPrintedOnce(t, dir)
		if again := o.print(dir); len(again) != 0 {
			t.Errorf("printed again: %+v", again)
		}
		o.checkAllPrintedOnce(t, dir)
	})
}

// The program dies at each step, twice in a row; the one that comes up after
// it completes the batch.
func TestPrintAfterACrash(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"opened", "printed", "written", "made", "renamed"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				o.waiting()
				dir := t.TempDir()
				for range 2 {
					dying := o.open()
					dying.KillAt(step)
					if _, err := dying.Print(t.Context(), o.Today(), dir); !errors.Is(err, notifying.ErrKilled) {
						t.Fatalf("got %v, want that it died", err)
					}
					o.At("2027-01-02") // the next morning: the batch keeps its date
				}
				o.print(dir)
				names := folders(t, dir)
				if len(names) != 2 || !slices.Contains(names, "2027-01-01-letter-000001") {
					t.Errorf("got %v, want the batch of 1 January completed, and the other", names)
				}
				o.checkAllPrintedOnce(t, dir)
			})
		})
	}
}

// The mail house took the files between the rename and the record, or the disk
// was lost: nobody can tell, so nobody guesses.
func TestABatchThatNobodyCanFind(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.waiting()
		dir, taken := t.TempDir(), filepath.Join(t.TempDir(), "taken")
		dying := o.open()
		dying.KillAt("renamed")
		_, _ = dying.Print(t.Context(), o.Today(), dir)
		name := folders(t, dir)[0]
		if err := os.Rename(filepath.Join(dir, name), taken); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Print(t.Context(), o.Today(), dir); fault.CodeOf(err) != notifying.CodeBatchLost {
			t.Fatalf("got %v, want that the batch is lost", err)
		}
		again, err := o.PrintAgain(t.Context(), 1, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if string(read(t, filepath.Join(again.Folder, "letters.pdf"))) != string(read(t, filepath.Join(taken, "letters.pdf"))) ||
			string(read(t, filepath.Join(again.Folder, "manifest.json"))) != string(read(t, filepath.Join(taken, "manifest.json"))) {
			t.Error("printed again, it is another file")
		}
		if rest := o.print(dir); len(rest) != 1 || rest[0].Stock != store.StockBill {
			t.Errorf("got %+v, want the bills", rest)
		}
	})
}

func TestABatchThatTheMailHouseHas(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.waiting()
		dir := t.TempDir()
		if err := o.BatchTaken(t.Context(), 1); fault.KindOf(err) != fault.NotFound {
			t.Errorf("no such batch: got %v", err)
		}
		dying := o.open()
		dying.KillAt("written")
		_, _ = dying.Print(t.Context(), o.Today(), dir)
		for name, err := range map[string]error{"taken": o.BatchTaken(t.Context(), 1), "again": second(o.PrintAgain(t.Context(), 1, dir))} {
			if fault.CodeOf(err) != notifying.CodeBatchOpen {
				t.Errorf("%s: an open batch: got %v", name, err)
			}
		}
		dying.KillAt("renamed")
		_, _ = dying.Print(t.Context(), o.Today(), dir)
		if err := os.RemoveAll(filepath.Join(dir, folders(t, dir)[0])); err != nil {
			t.Fatal(err)
		}
		if err := o.BatchTaken(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if rest := o.print(dir); len(rest) != 1 || rest[0].Stock != store.StockBill {
			t.Errorf("got %+v, want the bills", rest)
		}
	})
}

// Paper that waits since printing failed is looked at again before it leaves, as
// any letter is: whether it lies in a batch that was begun or in none. What went by
// e-mail as well was sent.
func TestPaperThatWaitsIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	kept := []string{"2027-01-01 letter past_due 2027-01 206"}
	for name, row := range map[string]struct {
		email, pays, begun string
		mail, story        []string
	}{
		"all of it came":             {"", "103.00", "", []string{"print past_due failed"}, []string{"2027-01-02 letter past_due 2027-01 206 suppressed"}},
		"into a batch that is begun": {"", "103.00", "written", []string{"print past_due failed"}, []string{"2027-01-02 letter past_due 2027-01 206 suppressed"}},
		"it went by e-mail too":      {address, "103.00", "", []string{"email past_due queued", "print past_due failed"}, kept},
		"a part came":                {"", "53.00", "", []string{"print past_due sent"}, kept},
		"nothing came":               {"", "", "opened", []string{"print past_due sent"}, kept},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				h, dir := o.pastDue(row.email), t.TempDir()
				o.sendOwed()
				if row.begun != "" {
					dying := o.open()
					dying.KillAt(row.begun)
					_, _ = dying.Print(t.Context(), o.Today(), dir)
				}
				o.At("2027-01-02")
				if row.pays != "" {
					o.pays(h, row.pays)
				}
				o.print(dir)
				apptest.Check(t, "mail", o.mail(h), row.mail)
				var story []string
				for _, line := range o.Story(h) {
					if strings.Contains(line, "letter past_due") {
						story = append(story, line)
					}
				}
				apptest.Check(t, "story", story, row.story)
				for _, m := range manifests(t, dir) {
					if printed := slices.Contains(row.mail, "print past_due sent"); printed != (len(m.Items) == 1) {
						t.Errorf("the batch has %d letters", len(m.Items))
					}
				}
			})
		})
	}
}

func second[T any](_ T, err error) error { return err }

// A name that the fonts can not print is for staff; the other letters go out.
func TestALetterThatCanNotBePrinted(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		all := o.waiting()
		o.InTx(func(tx *store.Tx) error { // a letter like the notice, to a name in hieroglyphs
			m, err := tx.MessagesOf(all[0].Account, 1)
			if err != nil {
				return err
			}
			bad := m[0]
			bad.ID, bad.Source, bad.Address = tx.NewMessageID(), tx.NewID(), pii.NewSecret("𓀀\nBoston, MA 02199")
			_, err = tx.InsertMessage(bad)
			return err
		})
		dir := t.TempDir()
		batches := o.print(dir)
		if len(batches) != 2 || batches[0].SetAside+batches[1].SetAside != 1 || batches[0].Letters+batches[1].Letters != 4 {
			t.Errorf("got %+v, want four letters and one set aside", batches)
		}
		if e := o.exceptions(); len(e) != 1 || !strings.HasPrefix(e[0], "print ") || !strings.HasSuffix(e[0], ".glyph") {
			t.Errorf("exceptions: %v", e)
		}
		apptest.Check(t, "failed", o.Rows("SELECT channel FROM message WHERE state = 'failed'"), []string{"print"})
		if again := o.print(dir); len(again) != 0 {
			t.Errorf("printed again: %+v", again)
		}
		manifests(t, dir)
	})
}

// A disk that can not be written to is no letter's fault: nothing is marked,
// and the next try prints all.
func TestADiskThatFails(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.waiting()
		file := filepath.Join(t.TempDir(), "outbox")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Print(t.Context(), o.Today(), file); err == nil {
			t.Fatal("a file for an outbox: got no error")
		}
		apptest.Check(t, "exceptions", o.exceptions(), []string(nil))
		dir := t.TempDir()
		o.print(dir)
		o.checkAllPrintedOnce(t, dir)
	})
}

// A kept letter can be shown by itself, as it was printed.
func TestPreview(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		for _, h := range o.waiting() {
			for _, m := range o.messages(h) {
				var file strings.Builder
				if err := o.Preview(&file, m); err != nil || !strings.HasPrefix(file.String(), "%PDF-1.7") {
					t.Errorf("%s: %v, %.10q", m.Template, err, file.String())
				}
			}
		}
	})
}
