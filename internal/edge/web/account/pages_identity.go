package account

import "quittance.org/quittance/internal/edge/web/portal"

// identityPages are the pages of who somebody is.
func identityPages() []page {
	return []page{
		{portal.PathSignUp, (*visit).showSignUp, (*visit).signUp, nobody},
		{portal.PathSignUpCode, (*visit).showSignUpCode, (*visit).verifyEmail, nobody},
		{portal.PathSignIn, (*visit).showSignIn, (*visit).signIn, nobody},
		{portal.PathCode, (*visit).showCode, (*visit).answerCode, nobody},
		{portal.PathCodeAgain, (*visit).backToCode, (*visit).sendCode, nobody},
		{portal.PathCodeCall, (*visit).backToCode, (*visit).callCode, nobody},
		{portal.PathOtherWay, (*visit).showOtherWay, (*visit).chooseWay, nobody},
		{portal.PathPasskeyAsk, elsewhere(portal.PathSignIn), (*visit).askPasskey, nobody},
		{portal.PathPasskeyAnswer, elsewhere(portal.PathSignIn), (*visit).answerPasskey, nobody},
		{portal.PathForgot, (*visit).showForgot, (*visit).forgot, nobody},
		{portal.PathReset, (*visit).showReset, (*visit).reset, nobody},
		{portal.PathSignOut, elsewhere(portal.PathSignedOut), (*visit).signOut, nobody},
		{portal.PathSignedOut, (*visit).signedOut, nil, nobody},

		{portal.PathSecondStep, (*visit).showSecondStep, (*visit).chooseSecondStep, signed},
		{portal.PathAddPasskey, (*visit).showAddPasskey, (*visit).addPasskey, signed},
		{portal.PathAddApp, (*visit).showAddApp, (*visit).addApp, signed},
		{portal.PathAddPhone, (*visit).showAddPhone, (*visit).addPhone, signed},
		{portal.PathPhoneCode, (*visit).showPhoneCode, (*visit).verifyPhone, signed},
		{portal.PathBackupCodes, (*visit).showBackupCodes, (*visit).savedBackupCodes, signed},

		{portal.PathConnect, (*visit).showConnect, (*visit).connect, signed},
		{portal.PathConnectAsk, (*visit).showConnectAsk, (*visit).connectAsk, signed},
		{portal.PathConnectPhone, (*visit).showConnectPhone, (*visit).connectPhone, signed},
		{portal.PathConnectMail, (*visit).codeMailed, nil, signed},
		{portal.PathConnected, (*visit).connected, nil, member},
		{portal.PathCoverages, (*visit).showCoverages, (*visit).chooseCoverage, member},

		{portal.PathSecurity, (*visit).showSecurity, nil, signed},
		{portal.PathPassword, (*visit).showPassword, (*visit).changePassword, signed},
		{portal.PathConfirm, (*visit).showConfirm, (*visit).confirm, signed},
		{portal.PathRemoveStep, (*visit).showRemoveStep, (*visit).removeStep, signed},
		{portal.PathSignOutOne, elsewhere(portal.PathSecurity), (*visit).signOutOne, signed},
		{portal.PathNewBackup, elsewhere(portal.PathSecurity), (*visit).newBackupCodes, signed},

		{portal.PathPeople, (*visit).showHelpers, nil, member},
		{portal.PathInvite, (*visit).showInvite, (*visit).invite, member},
		{portal.PathRemoveHelper, (*visit).showRemoveHelper, (*visit).removeHelper, member},
		{portal.PathWithdraw, elsewhere(portal.PathPeople), (*visit).withdraw, member},
		{portal.PathInvitations, (*visit).showInvitations, (*visit).answerInvitation, signed},
	}
}
