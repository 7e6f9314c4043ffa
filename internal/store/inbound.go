package store

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
)

var (
	qInsertInboundFile = stmt("insert_inbound_file", `
		INSERT INTO inbound_file (file_id, kind, name, sha256, size_bytes, received_at, next_line, accepted, unchanged, rejected)
		VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0)`)
	qInsertInboundPart = stmt("insert_inbound_file_part", `
		INSERT INTO inbound_file_part (file_id, seq, content_enc) VALUES ($1, $2, $3)`)
	qInboundPart       = stmt("inbound_file_part", `SELECT content_enc FROM inbound_file_part WHERE file_id = $1 AND seq = $2`)
	qInboundFileByHash = stmt("inbound_file_by_hash", `
		SELECT file_id, kind, name, sha256, size_bytes, received_at, finished_at, next_line, accepted, unchanged, rejected
		FROM inbound_file WHERE kind = $1 AND sha256 = $2`)
	qInboundFile = stmt("inbound_file", `
		SELECT file_id, kind, name, sha256, size_bytes, received_at, finished_at, next_line, accepted, unchanged, rejected
		FROM inbound_file WHERE file_id = $1`)
	qAdvanceInboundFile = stmt("advance_inbound_file", `
		UPDATE inbound_file SET next_line = $3, accepted = accepted + $4, unchanged = unchanged + $5, rejected = rejected + $6
		WHERE file_id = $1 AND next_line = $2 AND finished_at IS NULL`)
	qFinishInboundFile = stmt("finish_inbound_file", `
		UPDATE inbound_file SET finished_at = $2 WHERE file_id = $1 AND finished_at IS NULL`)
	qInboundRejects = stmt("inbound_rejects", `
		SELECT line, seq, column_no, field, code, message, row_enc FROM inbound_reject
		WHERE file_id = $1 AND (line, seq) > ($2, $3) ORDER BY line, seq LIMIT $4`)

	inboundRejectColumns = []string{"file_id", "line", "seq", "column_no", "field", "code", "message", "row_enc"}

	qIdempotent = stmt("idempotent", `
		SELECT input_hash, response FROM idempotency WHERE scope = $1 AND idempotency_key = $2`)
	qInsertIdempotent = stmt("insert_idempotent", `
		INSERT INTO idempotency (scope, idempotency_key, input_hash, response, created_at) VALUES ($1, $2, $3, $4, $5)`)
)

// InboundFileID names a file that came in.
type InboundFileID = ident.ID[InboundFile]

// InboundFile is a file that came in, and how far it is worked off.
type InboundFile struct {
	ID         InboundFileID
	Kind       string // "enrollments"
	Name       string
	SHA256     string
	Size       int64
	ReceivedAt civil.Instant
	FinishedAt civil.Instant // zero while some of it is not done
	NextLine   int64         // lines before it are done
	Accepted   int64         // items that changed something
	Unchanged  int64         // items that were known already
	Rejected   int64         // rows that could not be used
}

func scanInboundFile(row func(...any) error) (InboundFile, error) {
	var f InboundFile
	err := row(&f.ID, &f.Kind, &f.Name, &f.SHA256, &f.Size, &f.ReceivedAt, &f.FinishedAt, &f.NextLine, &f.Accepted, &f.Unchanged, &f.Rejected)
	return f, err
}

// inboundPartBytes is the size of the parts in which a file is kept.
const inboundPartBytes = 1 << 20

// InsertInboundFile keeps a file whole, encrypted. It reads content to its end
// and holds one part of it at a time.
func (tx *Tx) InsertInboundFile(f InboundFile, content io.Reader) error {
	tx.queue(qInsertInboundFile, f.ID, f.Kind, f.Name, f.SHA256, f.Size, tx.now)
	part := make([]byte, inboundPartBytes)
	for seq := 0; ; seq++ {
		n, err := io.ReadFull(content, part)
		if n > 0 {
			sealed, err := tx.db.vault.Seal("inbound_file_part.content", partRow(f.ID, seq), string(part[:n]))
			if err != nil {
				return err
			}
			if _, err := tx.exec(qInsertInboundPart, f.ID, int64(seq), sealed); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return fmt.Errorf("read %s file: %w", f.Kind, err)
		}
	}
}

func partRow(id InboundFileID, seq int) string { return id.String() + " " + strconv.Itoa(seq) }

// InboundFilePart gives one part of a kept file, from 0; none after the last.
func (tx *ReadTx) InboundFilePart(id InboundFileID, seq int) ([]byte, error) {
	found, err := collect(tx, qInboundPart, scalar[[]byte], id, int64(seq))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	text, err := tx.db.vault.Unseal("inbound_file_part.content", partRow(id, seq), found[0])
	return []byte(text), err
}

// InboundFileByHash finds a file of a kind by its content, or fault.NotFound.
func (tx *ReadTx) InboundFileByHash(kind, sha256 string) (InboundFile, error) {
	return one(tx, qInboundFileByHash, scanInboundFile, kind, sha256)
}

// InboundFile finds a file, or fault.NotFound.
func (tx *ReadTx) InboundFile(id InboundFileID) (InboundFile, error) {
	return one(tx, qInboundFile, scanInboundFile, id)
}

// InboundProgress is what one step of working a file off came to.
type InboundProgress struct {
	From, To                      int64 // NextLine before and after
	Accepted, Unchanged, Rejected int64
}

// AdvanceInboundFile records a step in the transaction that takes it. It fails
// with otherwise if somebody else is working on the same file.
func (tx *Tx) AdvanceInboundFile(id InboundFileID, p InboundProgress, otherwise error) {
	tx.expect(otherwise, qAdvanceInboundFile, id, p.From, p.To, p.Accepted, p.Unchanged, p.Rejected)
}

// FinishInboundFile records that all of a file is worked off.
func (tx *Tx) FinishInboundFile(id InboundFileID) { tx.queue(qFinishInboundFile, id, tx.now) }

// InboundReject is one problem of one row of a file.
type InboundReject struct {
	Line    int64
	Seq     int64 // counts the problems of the row, from 1
	Column  int64 // 0 when it is about the whole row
	Field   string
	Code    string
	Message string
	Row     string // as it was in the file; with the first problem only
}

// InsertInboundRejects records rows that could not be used.
func (tx *Tx) InsertInboundRejects(id InboundFileID, rejects []InboundReject) error {
	rows := make([][]any, len(rejects))
	for i, r := range rejects {
		var sealed any // NULL unless there is a row
		if r.Row != "" {
			bytes, err := tx.db.vault.Seal("inbound_reject.row", rejectRow(id, r.Line), r.Row)
			if err != nil {
				return err
			}
			sealed = bytes
		}
		rows[i] = []any{id, r.Line, r.Seq, r.Column, r.Field, r.Code, r.Message, sealed}
	}
	return tx.bulk("inbound_reject", inboundRejectColumns, rows)
}

func rejectRow(id InboundFileID, line int64) string { return fmt.Sprintf("%s %d", id, line) }

// InboundRejects gives up to limit problems after the given one, in the order
// of the file; the zero InboundReject stands before the first.
func (tx *ReadTx) InboundRejects(id InboundFileID, after InboundReject, limit int) ([]InboundReject, error) {
	return collect(tx, qInboundRejects, func(row func(...any) error) (InboundReject, error) {
		var r InboundReject
		var sealed []byte
		if err := row(&r.Line, &r.Seq, &r.Column, &r.Field, &r.Code, &r.Message, &sealed); err != nil || sealed == nil {
			return r, err
		}
		text, err := tx.db.vault.Unseal("inbound_reject.row", rejectRow(id, r.Line), sealed)
		r.Row = text
		return r, err
	}, id, after.Line, after.Seq, int64(limit))
}

// CodeKeyReused marks a Conflict: an idempotency key came with other input.
const CodeKeyReused = "idempotency.key_reused"

// Idempotent gives the answer that was given before under a key; false if
// there was none. Other input under the same key is a Conflict (A3).
func (tx *ReadTx) Idempotent(scope, key, inputHash string) (response string, found bool, err error) {
	type kept struct{ hash, response string }
	all, err := collect(tx, qIdempotent, func(row func(...any) error) (k kept, err error) {
		err = row(&k.hash, &k.response)
		return k, err
	}, scope, key)
	switch {
	case err != nil || len(all) == 0:
		return "", false, err
	case all[0].hash != inputHash:
		return "", false, fault.New(fault.Conflict, CodeKeyReused, "this idempotency key was used before with other content: use a new key for each request")
	}
	return all[0].response, true, nil
}

// KeepIdempotent keeps the answer under a key, in the transaction that gives it.
func (tx *Tx) KeepIdempotent(scope, key, inputHash, response string) {
	tx.queue(qInsertIdempotent, scope, key, inputHash, response, tx.now)
}
