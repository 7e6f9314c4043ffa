package people

import (
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// counter counts tries under a key. The key is a keyed hash: the table of tries
// must not be a list of people.
type counter struct {
	key   string
	limit identity.Limit
}

func (s *Service) counter(scope, text string, limit identity.Limit) counter {
	return counter{s.DB.Vault().IndexText("throttle.person."+scope, text), limit}
}

// signIns counts wrong passwords and codes of a person, known or not.
func (s *Service) signIns(email string) counter {
	return s.counter("sign_in", identity.EmailKey(email), identity.SignInLimit)
}

// codes counts wrong one-time codes of a person, over a day: each has few
// tries, but anybody can ask for many codes.
func (s *Service) codes(email string) counter {
	return s.counter("code", identity.EmailKey(email), identity.CodeLimit)
}

// network counts what goes wrong from one network.
func (s *Service) network(from From) counter {
	return s.counter("network", from.Network, identity.NetworkLimit)
}

// mails counts mails that somebody who is not signed in can cause.
func (s *Service) mails(email string, from From) []counter {
	return []counter{
		s.counter("mail", identity.EmailKey(email), identity.MailLimit),
		s.counter("mail.network", from.Network, identity.NetworkLimit),
	}
}

// admit refuses when one of the counters has reached its limit.
func admit(tx *store.ReadTx, counters ...counter) error {
	for _, c := range counters {
		tries, err := tx.Tries(c.key, c.limit.Window)
		if err != nil {
			return err
		}
		if c.limit.Reached(tries) {
			return fault.New(fault.RateLimited, CodeThrottled, "You tried too many times. For your security, wait %d minutes.", c.limit.WaitMinutes())
		}
	}
	return nil
}

func count(tx *store.Tx, counters ...counter) {
	for _, c := range counters {
		tx.CountTry(c.key)
	}
}
