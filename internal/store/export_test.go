package store

// AppendOnly lists the tables whose rows are never edited.
var AppendOnly = appendOnly
