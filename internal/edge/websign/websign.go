// Package websign checks the signatures of webhooks whose senders sign as our
// sandbox does.
package websign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/pii"
)

// Tolerance is how old or how early a webhook may be.
const Tolerance = 5 * time.Minute

// Verify reads "t=UNIX,v1=HEX", the HMAC-SHA256 of "UNIX.BODY" under the secret,
// and tells why it does not hold. The moment is signed too, so that an old
// webhook can not be sent again by somebody who saw it.
func Verify(signature string, body []byte, secret pii.Secret, now civil.Instant) error {
	var moment string
	var sum []byte
	for part := range strings.SplitSeq(signature, ",") {
		switch key, value, _ := strings.Cut(part, "="); key {
		case "t":
			moment = value
		case "v1":
			sum, _ = hex.DecodeString(value)
		}
	}
	unix, err := strconv.ParseInt(moment, 10, 64)
	if err != nil || len(sum) == 0 {
		return errors.New("no usable signature")
	}
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	_, _ = fmt.Fprintf(mac, "%d.%s", unix, body)
	if !hmac.Equal(sum, mac.Sum(nil)) {
		return errors.New("the signature does not match the body")
	}
	if age := now.Sub(civil.InstantOf(time.Unix(unix, 0))); age.Abs() > Tolerance {
		return fmt.Errorf("it was signed %s ago", age.Round(time.Second))
	}
	return nil
}
