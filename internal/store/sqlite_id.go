package store

import (
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"quittance.org/quittance/internal/base/ident"
)

// addIDText gives a connection the function id_text, which PostgreSQL has from
// 0044_id_text.sql: an identifier as text, in which both engines agree.
func addIDText(c *sqlite3.Conn) error {
	return c.CreateFunction("id_text", 1, sqlite3.DETERMINISTIC|sqlite3.INNOCUOUS, idText)
}

func idText(ctx sqlite3.Context, args ...sqlite3.Value) {
	switch kind := args[0].Type(); kind {
	case sqlite3.NULL:
		ctx.ResultNull()
	case sqlite3.BLOB:
		var id ident.UUID
		if err := id.UnmarshalBinary(args[0].RawBlob()); err != nil {
			ctx.ResultError(err)
			return
		}
		ctx.ResultText(id.String())
	default:
		ctx.ResultError(fmt.Errorf("id_text of a value that is %s", kind))
	}
}
