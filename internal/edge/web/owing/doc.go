// Package owing puts what an account owes, and where its coverage stands, into
// the view models of the pages: amounts, banners, choices, timelines and the
// bill. The pages of guests and of members say the same of the same facts.
package owing
