package notifying

import "errors"

// ErrKilled is what a program dies of in tests.
var ErrKilled = errors.New("killed")

// KillAt makes the program die as soon as it has reached a step.
func (s *Service) KillAt(step string) {
	s.kill = func(at string) error {
		if at == step {
			return ErrKilled
		}
		return nil
	}
}
