package bench_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/moov-io/ach"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/clock/virtual"
	rules "quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/edge/banklink"
	"quittance.org/quittance/internal/format/nacha"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/sandbox/bank"
	"quittance.org/quittance/sandbox/bank/sftpd"
)

// bankVariable tells a process of this program to be the simulated bank: it
// holds whole files, and its memory must not count as ours.
const bankVariable = "QUITTANCE_BENCH_BANK"

// bankOrder is which bank to be, on what evening.
type bankOrder struct {
	Routing, Company string
	Keys             string // folder
	Now              civil.Instant
}

// bankTimeout is how long the bank may think about a million entries.
const bankTimeout = 5 * time.Minute

// bankWorker is the other process: it says where it listens and ends with its
// standard input.
func bankWorker(order string) int {
	var o bankOrder
	err := json.Unmarshal([]byte(order), &o)
	if err == nil {
		err = o.serve()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bank:", err)
		return 1
	}
	return 0
}

func (o bankOrder) serve() error {
	their, err := bank.New(bank.Options{Routing: o.Routing, Company: o.Company, Opened: civil.DateOf(o.Now.Time()).AddDays(-1)})
	if err != nil {
		return err
	}
	keys, err := sftpd.OpenKeys(o.Keys)
	if err != nil {
		return err
	}
	server, err := sftpd.Listen(sftpd.Options{Bank: their, Clock: virtual.Running(o.Now), Keys: keys})
	if err != nil {
		return err
	}
	fmt.Println(server.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, server.Close())
}

// bank starts the bank of an evening and gives the line to it.
func (m *market) bank(b *testing.B, evening civil.Date) *banklink.Link {
	b.Helper()
	folder := b.TempDir()
	keys, err := sftpd.OpenKeys(folder)
	if err != nil {
		b.Fatal(err)
	}
	order, err := json.Marshal(bankOrder{
		Routing: m.profile.Bank.Routing, Company: m.profile.Bank.CompanyID, Keys: folder, Now: civil.InstantOf(evening.In(m.profile.Zone()).Add(20 * time.Hour).Time()),
	})
	if err != nil {
		b.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	their := exec.CommandContext(context.WithoutCancel(b.Context()), self)
	their.Env, their.Stderr = append(os.Environ(), bankVariable+"="+string(order)), os.Stderr
	hangUp, err := their.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	says, err := their.StdoutPipe()
	if err == nil {
		err = their.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = hangUp.Close(); _ = their.Wait() })
	lines := bufio.NewScanner(says)
	if !lines.Scan() {
		b.Fatal("the bank does not say where it listens")
	}
	link, err := banklink.Open(banklink.Config{
		Where: "sftp://" + sftpd.User + "@" + lines.Text(), HostKey: keys.HostKeyPath(), Key: keys.UserKeyPath(), Timeout: bankTimeout,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = link.Close() })
	return link
}

// written measures the writing of a file by itself before it is put.
type written struct {
	*banklink.Link
	in *cutoff
}

func (w written) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	started := clock.Start()
	if err := write(io.Discard); err != nil {
		return err
	}
	took := clock.Elapsed(started).Seconds()
	w.in.rows = append(w.in.rows, []string{"written to nowhere, the first part of sent", fmt.Sprintf("%.1f", took), fmt.Sprintf("%.0f", float64(*drafts)/took), ""})
	return w.Link.Put(ctx, name, write)
}

// writeWithLibrary writes the entries of the one file with moov-io/ach, which
// holds them all, to nowhere. It reads them from the same rows.
func (m *market) writeWithLibrary(ctx context.Context) (int, error) {
	var files []store.ACHFile
	err := m.db.Read(ctx, "files", func(tx *store.ReadTx) (err error) {
		files, err = tx.LastACHFiles(1)
		return err
	})
	if err != nil || len(files) != 1 {
		return 0, errors.Join(err, fmt.Errorf("%d files", len(files)))
	}
	f := files[0]
	file := ach.NewFile()
	h := ach.NewFileHeader()
	h.ImmediateDestination, h.ImmediateDestinationName = f.BankRouting, f.BankName
	h.ImmediateOrigin, h.ImmediateOriginName = f.Origin, f.OriginName
	h.FileCreationDate, h.FileCreationTime, h.FileIDModifier = f.BankOn.Time().Format("060102"), "2000", f.Modifier
	file.SetHeader(h)
	entries := 0
	for last := int64(0); ; {
		batch, after, n, err := m.libraryBatch(ctx, f, last)
		if err != nil {
			return entries, err
		}
		if n == 0 {
			break
		}
		file.AddBatch(batch)
		entries, last = entries+n, after
	}
	if err := file.Create(); err != nil {
		return entries, err
	}
	w := ach.NewWriter(io.Discard)
	return entries, errors.Join(w.Write(file), w.Flush())
}

// libraryBatch is the entries of a file after a place, as many as fit a batch.
func (m *market) libraryBatch(ctx context.Context, f store.ACHFile, after int64) (batch ach.Batcher, last int64, n int, err error) {
	h := ach.NewBatchHeader()
	h.ServiceClassCode, h.StandardEntryClassCode = ach.DebitsOnly, ach.WEB
	h.CompanyName, h.CompanyIdentification, h.CompanyEntryDescription = f.CompanyName, f.CompanyID, f.Description
	h.EffectiveEntryDate, h.ODFIIdentification = f.SettleOn.Time().Format("060102"), f.BankRouting[:8]
	if batch, err = ach.NewBatch(h); err != nil {
		return nil, 0, 0, err
	}
	for last = after; n < nacha.BatchEntriesMax; {
		var page []store.FiledEntry
		err := m.db.Read(ctx, "entries", func(tx *store.ReadTx) (err error) {
			page, err = tx.FiledEntries(f.ID, last, min(1000, nacha.BatchEntriesMax-n))
			return err
		})
		if err != nil {
			return nil, 0, 0, err
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			batch.AddEntry(libraryEntry(e))
		}
		last, n = page[len(page)-1].Seq, n+len(page)
	}
	if n == 0 {
		return nil, last, 0, nil
	}
	return batch, last, n, batch.Create()
}

func libraryEntry(e store.FiledEntry) *ach.EntryDetail {
	d := ach.NewEntryDetail()
	d.TransactionCode = ach.CheckingDebit
	d.SetRDFI(e.Routing)
	d.DFIAccountNumber, d.Amount = e.Number.Reveal(), int(e.Amount)
	d.IdentificationNumber, d.IndividualName, d.DiscretionaryData = e.SubscriberID, e.Holder, string(rules.Recurring)
	d.TraceNumber = e.Trace
	return d
}
