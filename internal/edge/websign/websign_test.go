package websign_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/edge/websign"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	const body = `{"id":"1"}`
	now := time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)
	signed := func(at time.Time, secret string) string {
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%d.%s", at.Unix(), body)
		return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac.Sum(nil)))
	}
	for name, c := range map[string]struct{ signature, body, want string }{
		"fresh":              {signed(now, "secret"), body, ""},
		"as old as may be":   {signed(now.Add(-websign.Tolerance), "secret"), body, ""},
		"too old":            {signed(now.Add(-websign.Tolerance-time.Second), "secret"), body, "signed 5m1s ago"},
		"from the future":    {signed(now.Add(websign.Tolerance+time.Second), "secret"), body, "ago"},
		"another secret":     {signed(now, "other"), body, "does not match"},
		"another body":       {signed(now, "secret"), body + " ", "does not match"},
		"another moment":     {strings.Replace(signed(now.Add(-time.Hour), "secret"), fmt.Sprint(now.Add(-time.Hour).Unix()), fmt.Sprint(now.Unix()), 1), body, "does not match"},
		"none":               {"", body, "no usable"},
		"a moment alone":     {fmt.Sprintf("t=%d", now.Unix()), body, "no usable"},
		"a sum that is none": {fmt.Sprintf("t=%d,v1=zz", now.Unix()), body, "no usable"},
	} {
		err := websign.Verify(c.signature, []byte(c.body), pii.NewSecret("secret"), civil.InstantOf(now))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
