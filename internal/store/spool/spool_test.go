package spool_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"quittance.org/quittance/internal/store/spool"
)

// The sum is that of the whole file, also where only its beginning is kept.
func TestRead(t *testing.T) {
	t.Parallel()
	const text = "101 a bank's file"
	sum := sha256.Sum256([]byte(text))
	for name, c := range map[string]struct {
		most  int64
		kept  string
		whole bool
	}{
		"room for more": {100, text, true},
		"just room":     {int64(len(text)), text, true},
		"one too long":  {int64(len(text)) - 1, text[:len(text)-1], false},
		"nothing kept":  {0, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := spool.Read(t.Context(), strings.NewReader(text), c.most)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if f.Size != int64(len(text)) || f.Kept != int64(len(c.kept)) || f.Whole() != c.whole || f.SHA256 != hex.EncodeToString(sum[:]) {
				t.Errorf("got %+v, whole %t", f, f.Whole())
			}
			for range 2 {
				if got, err := io.ReadAll(f.Content()); err != nil || string(got) != c.kept {
					t.Errorf("content %q, %v; want %q", got, err, c.kept)
				}
			}
		})
	}
}

func TestReadFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("the line went dead")
	if _, err := spool.Read(t.Context(), iotest.ErrReader(broken), 10); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := spool.Read(ctx, strings.NewReader("text"), 10); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}
