package serving

import (
	"net/http"
	"strconv"
)

// File is something to download. Its name holds nothing personal.
type File struct {
	Type, Name string
	Data       []byte
}

// PDF is the type of most files.
const PDF = "application/pdf"

// Send answers with a file instead of a page.
func (v *Visit) Send(f File) {
	if err := v.Keep(); err != nil {
		v.Broken(err)
		return
	}
	h := v.W.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Language", v.site.Pages.Spoken(v.Lang).Tag())
	h.Set("Content-Disposition", `attachment; filename="`+f.Name+`"`)
	h.Set("Content-Length", strconv.Itoa(len(f.Data)))
	h.Set("Cache-Control", "private, no-store")
	v.W.WriteHeader(http.StatusOK)
	if v.R.Method != http.MethodHead {
		_, _ = v.W.Write(f.Data) // a reader that went away is no error of ours
	}
}
