package account

// identityPages are the pages of who somebody is.
func identityPages() []page { return nil }
