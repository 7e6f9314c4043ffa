package banklink

import "time"

// SetPause shortens the pause before a second try.
func (l *Link) SetPause(d time.Duration) { l.pause = d }
