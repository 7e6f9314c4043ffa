package account

// memberSession is what the pages of coverage, bills and AutoPay keep between
// two pages.
type memberSession struct{}

// memberPages are the pages of coverage, bills and AutoPay.
func memberPages() []page { return nil }
