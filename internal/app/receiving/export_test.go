package receiving

// Small has the service settle a file few entries at a time and keep little of
// a large one, so that tests need not be large.
func (s *Service) Small(chunk int, keepMost int64) {
	s.chunk, s.keepMost = chunk, keepMost
}
