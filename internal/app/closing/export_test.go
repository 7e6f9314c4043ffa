package closing

import "time"

// LeaseLength is how long a lease lasts that nobody renews.
const LeaseLength = leaseLength

// RenewEvery has the lease renewed in a test's time.
func (s *Service) RenewEvery(d time.Duration) { s.renew = d }
