package people

// HoldHashing takes every turn to hash a password until release is called.
func (s *Service) HoldHashing() (release func()) {
	for range cap(s.slots) {
		s.slots <- struct{}{}
	}
	return func() {
		for range cap(s.slots) {
			<-s.slots
		}
	}
}

// HashingWaits tells how many wait for their turn.
func (s *Service) HashingWaits() int { return int(s.waiting.Load()) }

// HashesWait is how many may wait.
const HashesWait = hashesWait
