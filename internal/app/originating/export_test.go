package originating

// SetChunk sets how many entries are filed in one transaction.
func (s *Service) SetChunk(n int) { s.chunk = n }
