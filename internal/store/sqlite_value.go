package store

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"encoding"
	"fmt"
	"reflect"

	"github.com/ncruces/go-sqlite3"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// untold is what a parameter has of which nothing is kept.
type untold struct{}

// told is what is kept of an argument to compare the next one with: no bytes,
// which may change.
func told(a any) any {
	switch a.(type) {
	case nil, string, int64, int, bool, money.Amount, civil.Date, civil.Month:
		return a
	}
	return untold{}
}

// same tells whether an argument is what a parameter has.
func same(has, a any) bool { return has == told(a) && has != any(untold{}) }

// bindOne gives an argument to one of SQLite's parameters, which count from 1.
func (s *sqliteStmt) bindOne(param int, a any) error {
	switch v := a.(type) {
	case nil:
		return s.BindNull(param)
	case string:
		return s.BindText(param, v)
	case int64:
		return s.BindInt64(param, v)
	case int:
		return s.BindInt64(param, int64(v))
	case bool:
		return s.BindBool(param, v)
	case money.Amount:
		return s.BindInt64(param, v.Cents())
	case []byte:
		return s.BindBlob(param, v)
	case key:
		return s.BindBlob(param, v[:])
	case identifier:
		return s.bindIdentifier(param, v.Raw())
	}
	v, err := driver.DefaultParameterConverter.ConvertValue(a) // asks a driver.Valuer
	if err != nil {
		return err
	}
	if reflect.TypeOf(v) == reflect.TypeOf(a) {
		return fmt.Errorf("%T can not be kept", a)
	}
	return s.bindOne(param, v)
}

// bindIdentifier keeps an identifier as its sixteen bytes, and none as NULL.
func (s *sqliteStmt) bindIdentifier(param int, raw [16]byte) error {
	if raw == [16]byte{} {
		return s.BindNull(param)
	}
	return s.BindBlob(param, raw[:])
}

// scan stores a column of the row where it belongs.
func (s *sqliteStmt) scan(col int, dest any) error {
	kind := s.ColumnType(col)
	switch d := dest.(type) {
	case *string:
		if kind == sqlite3.TEXT {
			*d = s.ColumnText(col)
			return nil
		}
	case *int64:
		if kind == sqlite3.INTEGER {
			*d = s.ColumnInt64(col)
			return nil
		}
	case *[]byte:
		return s.scanBytes(col, kind, d)
	case *money.Amount: // which is whole cents, and no text
		if kind == sqlite3.INTEGER {
			*d = money.Cents(s.ColumnInt64(col))
			return nil
		}
		return d.Scan(s.value(col, kind))
	case *bool:
		if kind == sqlite3.INTEGER {
			if n := s.ColumnInt64(col); n == 0 || n == 1 {
				*d = n == 1
				return nil
			}
		}
	case binaryScanner:
		if kind == sqlite3.BLOB {
			return d.UnmarshalBinary(s.ColumnRawBlob(col))
		}
		return d.Scan(s.value(col, kind))
	case textScanner:
		if kind == sqlite3.TEXT && d.UnmarshalText(s.ColumnRawText(col)) == nil {
			return nil // as Scan would have it, without a string in between
		}
		return d.Scan(s.value(col, kind))
	case sql.Scanner: // which keeps a copy
		return d.Scan(s.value(col, kind))
	}
	return scanKind(reflect.ValueOf(dest), s.value(col, kind))
}

// value gives a column. Bytes are SQLite's, until the next row.
func (s *sqliteStmt) value(col int, kind sqlite3.Datatype) any {
	switch kind {
	case sqlite3.NULL:
		return nil
	case sqlite3.INTEGER:
		return s.ColumnInt64(col)
	case sqlite3.TEXT:
		return s.ColumnText(col)
	case sqlite3.BLOB:
		return s.ColumnRawBlob(col)
	}
	return kind // a number that is not whole: nothing takes it
}

// identifier is kept as its sixteen bytes where a column is for one, on both
// engines.
type identifier interface{ Raw() [16]byte }

// binaryScanner is an identifier that is read.
type binaryScanner interface {
	sql.Scanner
	encoding.BinaryUnmarshaler
}

// textScanner is a date, month or moment, kept as the text that it writes.
type textScanner interface {
	sql.Scanner
	encoding.TextUnmarshaler
}

func (s *sqliteStmt) scanBytes(col int, kind sqlite3.Datatype, dest *[]byte) error {
	switch kind {
	case sqlite3.NULL:
		*dest = nil
	case sqlite3.BLOB, sqlite3.TEXT:
		*dest = append([]byte{}, s.ColumnRawBlob(col)...)
	default:
		return fmt.Errorf("%s for bytes", kind)
	}
	return nil
}

// scanKind stores a value by the kind of a type that is not known here, as text
// with a name of its own, or behind a pointer that is nil for NULL.
func scanKind(dest reflect.Value, value any) error {
	if dest.Kind() != reflect.Pointer || dest.IsNil() {
		return fmt.Errorf("no place for a value: %s", dest.Type())
	}
	to := dest.Elem()
	if to.Kind() == reflect.Pointer {
		to.SetZero()
		if value == nil {
			return nil
		}
		to.Set(reflect.New(to.Type().Elem()))
		return scanValue(to.Interface(), value)
	}
	switch v := value.(type) {
	case string:
		if to.Kind() == reflect.String {
			to.SetString(v)
			return nil
		}
	case []byte:
		if to.Kind() == reflect.Slice && to.Type().Elem().Kind() == reflect.Uint8 {
			to.SetBytes(bytes.Clone(v))
			return nil
		}
	case int64:
		switch {
		case to.CanInt() && !to.OverflowInt(v):
			to.SetInt(v)
			return nil
		case to.CanUint() && v >= 0 && !to.OverflowUint(uint64(v)):
			to.SetUint(uint64(v))
			return nil
		case to.Kind() == reflect.Bool && (v == 0 || v == 1):
			to.SetBool(v == 1)
			return nil
		}
	}
	return fmt.Errorf("%T does not fit into %s", value, to.Type())
}

func scanValue(dest, value any) error {
	if d, ok := dest.(sql.Scanner); ok {
		return d.Scan(value)
	}
	return scanKind(reflect.ValueOf(dest), value)
}
