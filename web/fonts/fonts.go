// Package fonts holds the typefaces of the printed bill, cut by build.py from
// Debian's packages. They are part of the program because a letter must look
// the same on every machine, and next year.
package fonts

import (
	"embed"
	"io/fs"
)

//go:embed *.ttf
var files embed.FS

// Files gives the fonts under the names that billpdf.NewPress asks for.
func Files() fs.FS { return files }
