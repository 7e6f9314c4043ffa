package identity

// Codes of CheckPassword's errors, at "password".
const (
	CodePasswordShort  = "password.short"  // "Password must be at least 12 characters"
	CodePasswordLong   = "password.long"   // over 128
	CodePasswordCommon = "password.common" // "Choose a password that is harder to guess. …"
	CodePasswordEmail  = "password.email"  // it holds the e-mail address
)

// PasswordMin is how many characters a password has at least.
const PasswordMin = 12
