package store

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
)

// sqliteValue gives an argument in a form that SQLite's driver takes.
func sqliteValue(a any) (driver.Value, error) {
	switch v := a.(type) {
	case nil, string, int64, bool, []byte:
		return v, nil
	case int:
		return int64(v), nil
	}
	return driver.DefaultParameterConverter.ConvertValue(a) // asks a driver.Valuer
}

// sqliteScan stores a value of SQLite where it belongs.
func sqliteScan(dest, value any) error {
	switch d := dest.(type) {
	case *string:
		if s, ok := value.(string); ok {
			*d = s
			return nil
		}
	case *int64:
		if n, ok := value.(int64); ok {
			*d = n
			return nil
		}
	case *[]byte:
		return scanBytes(d, value)
	case sql.Scanner:
		return d.Scan(value)
	}
	return scanKind(reflect.ValueOf(dest), value)
}

func scanBytes(dest *[]byte, value any) error {
	switch v := value.(type) {
	case nil:
		*dest = nil
	case []byte: // a copy for us alone
		*dest = v
	case string:
		*dest = []byte(v)
	default:
		return fmt.Errorf("%T for bytes", value)
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
		return sqliteScan(to.Interface(), value)
	}
	switch v := value.(type) {
	case string:
		if to.Kind() == reflect.String {
			to.SetString(v)
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
