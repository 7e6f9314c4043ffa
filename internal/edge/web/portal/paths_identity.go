package portal

// The paths of who somebody is.
const (
	PathSignUp        = "/account/new"       // A1
	PathSignUpCode    = "/account/new/code"  // check your email
	PathCode          = "/account/code"      // A3
	PathCodeAgain     = "/account/code/new"  // another code, or a call; POST
	PathCodeCall      = "/account/code/call" // call me instead; POST
	PathOtherWay      = "/account/code/way"  // use another way
	PathPasskeyAsk    = "/account/passkey"   // what a browser has to answer, as JSON; POST
	PathPasskeyAnswer = "/account/passkey/in"
	PathForgot        = "/account/forgot" // A4
	PathReset         = "/account/forgot/new"
	PathSignedOut     = "/account/signed-out"

	PathSecondStep  = "/account/second-step"
	PathAddPasskey  = "/account/second-step/passkey"
	PathAddApp      = "/account/second-step/app"
	PathAddPhone    = "/account/second-step/phone"
	PathPhoneCode   = "/account/second-step/phone/code"
	PathBackupCodes = "/account/second-step/backup-codes"

	PathConnectAsk   = "/account/link/code"   // A5 without an account code
	PathConnectPhone = "/account/link/phone"  // the code that came by phone
	PathConnectMail  = "/account/link/mailed" // a code comes by mail
	PathConnected    = "/account/link/done"
	PathCoverages    = "/account/coverage" // which of several

	PathConfirm      = "/account/security/confirm"
	PathPassword     = "/account/security/password"
	PathRemoveStep   = "/account/security/remove"   // ?of=
	PathSignOutOne   = "/account/security/sign-out" // POST
	PathNewBackup    = "/account/security/backup-codes"
	PathInvite       = "/account/people/invite"
	PathRemoveHelper = "/account/people/remove"   // ?of=
	PathWithdraw     = "/account/people/withdraw" // POST
	PathInvitations  = "/account/invitations"     // of the person: accept or not
)
