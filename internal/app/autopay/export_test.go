package autopay

// KillIn has kill called at each step of a cut-off; its error ends it, as if
// the process were gone.
func (s *Service) KillIn(chunk int, kill func(step string) error) { s.chunk, s.kill = chunk, kill }
