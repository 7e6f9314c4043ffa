// Package web holds what the pages are made of besides their templates: the
// built style and scripts, and the message catalogues. Both are embedded, so
// that the binary needs no folder beside it and go build needs no Node.
package web

import (
	"embed"
	"io/fs"
)

//go:embed static messages
var embedded embed.FS

// Static gives the files of web/static, each under the name that carries its
// hash, with its .br and .gz twin.
func Static() fs.FS { return sub("static") }

// Messages gives the catalogues: en.toml and its five translations.
func Messages() fs.FS { return sub("messages") }

func sub(dir string) fs.FS {
	files, err := fs.Sub(embedded, dir)
	if err != nil { // only a misspelt name in this file can do that
		panic(err)
	}
	return files
}
