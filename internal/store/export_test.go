package store

// AppendOnly lists the tables whose rows are never edited.
var AppendOnly = appendOnly

// ExecText runs a statement that is not registered.
func (tx *Tx) ExecText(text string) error {
	_, err := tx.exec(&Stmt{name: "test", sql: text})
	return err
}
