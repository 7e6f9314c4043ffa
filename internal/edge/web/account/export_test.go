package account

import "quittance.org/quittance/internal/edge/web/portal"

// Drawing is drawing.
func Drawing(picture []byte) (portal.Drawing, error) { return drawing(picture) }
