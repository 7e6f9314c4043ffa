package ach

// reasons is the table of ACH-30, as a premium biller reads it. Codes that
// are missing do not exist.
var reasons = map[string]Reason{
	"R01": wantOfMoney("There was not enough money in the account."),
	"R02": noGood("The account is closed.", "closed", ClassAdministrative),
	"R03": noGood("The bank found no such account.", "no_account", ClassAdministrative),
	"R04": noGood("The account number can not be one of this bank.", "no_account", ClassAdministrative),
	"R05": looked(disputed("A private account was debited as if it were a company's, without permission.", WithinSixtyDays)), // fraud?
	"R06": {
		Meaning: "It was returned because our bank asked for it.", Words: "unknown", Within: WithinAgreed, Retry: RetryNo,
		Then: ThenReview, Class: ClassOther, Traffic: TrafficReturn,
	},
	"R07": disputed("The account holder took the permission back.", WithinSixtyDays),
	"R08": {
		Meaning: "The account holder stopped the payment at the bank.", Words: "stopped", Within: WithinTwoBankDays, Retry: RetryApproved,
		Then: ThenPause, Class: ClassOther, Traffic: TrafficReturn,
	},
	"R09": wantOfMoney("The money in the account was not available yet."),
	"R10": looked(disputed("The account holder told the bank that this payment was not permitted.", WithinSixtyDays)), // fraud?
	"R11": {
		Meaning: "The account holder told the bank that the payment was not as agreed.", Words: "refused", Within: WithinSixtyDays, Retry: RetryFixed,
		Then: ThenPause, Class: ClassUnauthorized, Traffic: TrafficReturn,
	},
	"R12": {
		Meaning: "The account has moved to another bank.", Words: "closed", Within: WithinTwoBankDays, Retry: RetryNo,
		Then: ThenAsk, Class: ClassOther, Traffic: TrafficReturn,
	},
	"R13": {
		Meaning: "The routing number is not one of a bank that takes such payments.", Words: "no_account", Within: WithinNextFile, Retry: RetryNo,
		Then: ThenStop, Class: ClassOther, Traffic: TrafficReturn,
	},
	"R14": noGood("Who managed the account for its owner has died.", "unknown", ClassOther),
	"R15": looked(noGood("The account holder has died.", "unknown", ClassOther)), // whose coverage is it?
	"R16": noGood("The account is frozen.", "frozen", ClassOther),
	"R17": {
		Meaning: "The bank could not process the entry, or doubts that it is genuine.", Words: "unknown", Within: WithinTwoBankDays, Retry: RetryNo,
		Then: ThenReview, Class: ClassOther, Traffic: TrafficReturn,
	},
	"R18": ourMistake("The date in the entry was not allowed.", WithinNextFile, ThenKeep),
	"R19": ourMistake("The amount in the entry was not allowed.", WithinNextFile, ThenKeep),
	"R20": noGood("The account does not take such payments.", "no_account", ClassOther),
	"R21": ourMistake("The bank does not know our company number.", WithinTwoBankDays, ThenKeep),
	"R22": ourMistake("The bank does not know the payer's number in the entry.", WithinTwoBankDays, ThenKeep),
	"R23": {
		Meaning: "The account holder refused the money that we sent.", Words: "unknown", Within: WithinAgreed, Retry: RetryNo,
		Then: ThenReview, Class: ClassOther, Traffic: TrafficReturn,
	},
	"R24": {
		Meaning: "The bank took the payment for one that it had already.", Words: "unknown", Within: WithinTwoBankDays, Retry: RetryNo,
		Then: ThenKeep, Class: ClassOther, Traffic: TrafficReturn, OurBug: true,
	},
	"R25": ourMistake("The addenda of the entry were wrong.", WithinNextFile, ThenKeep),
	"R26": ourMistake("A field of the entry was missing.", WithinNextFile, ThenKeep),
	"R27": ourMistake("The trace number of the entry was wrong.", WithinNextFile, ThenKeep),
	"R28": ourMistake("The routing number has a wrong check digit.", WithinNextFile, ThenStop),
	"R29": disputed("The company whose account it is told the bank that this payment was not permitted.", WithinTwoBankDays),
	"R30": {
		Meaning: "The other bank does not take this kind of entry.", Words: "unknown", Within: WithinNextFile, Retry: RetryNo,
		Then: ThenReview, Class: ClassOther, Traffic: TrafficReturn,
	},
	"R31": noGoodAgreed("The company's bank sent the payment back late, by agreement.", "refused"),
	"R32": {
		Meaning: "The other bank can not settle at this time.", Words: "unknown", Within: WithinNextFile, Retry: RetryNo,
		Then: ThenKeep, Class: ClassOther, Traffic: TrafficReturn,
	},
	"R33": reversed("An entry in place of a destroyed check was returned.", WithinSixtyDays, ClassOther),
	"R34": {
		Meaning: "The other bank takes no such payments.", Words: "no_account", Within: WithinNextFile, Retry: RetryNo,
		Then: ThenStop, Class: ClassOther, Traffic: TrafficReturn,
	},
	"R35": ourMistake("A debit is not allowed here.", WithinNextFile, ThenKeep),
	"R36": ourMistake("A credit is not allowed here.", WithinNextFile, ThenKeep),
	"R37": reversed("The check that the entry stood for was cashed as well.", WithinSixtyDays, ClassOther),
	"R38": reversed("The check that the entry stood for was stopped.", WithinSixtyDays, ClassOther),
	"R39": reversed("The check that the entry stood for was not one that may become an entry.", WithinTwoBankDays, ClassOther),

	"R40": elsewhere("A government agency refused an enrollment entry.", TrafficForeign),
	"R41": elsewhere("An enrollment entry had a wrong transaction code.", TrafficForeign),
	"R42": elsewhere("An enrollment entry had a wrong routing number.", TrafficForeign),
	"R43": elsewhere("An enrollment entry had a wrong account number.", TrafficForeign),
	"R44": elsewhere("An enrollment entry had a wrong individual number.", TrafficForeign),
	"R45": elsewhere("An enrollment entry had a wrong name.", TrafficForeign),
	"R46": elsewhere("An enrollment entry had a wrong representative payee.", TrafficForeign),
	"R47": elsewhere("An enrollment entry came twice.", TrafficForeign),

	"R50": reversed("State law or a missing notice forbids presenting the check as an entry.", WithinTwoBankDays, ClassUncounted),
	"R51": reversed("The check may not be presented as an entry, or its permission is disputed.", WithinSixtyDays, ClassUnauthorized),
	"R52": reversed("The check that was presented as an entry was stopped.", WithinSixtyDays, ClassUncounted),
	"R53": reversed("The check and the entry for it were both presented.", WithinSixtyDays, ClassUncounted),

	"R61": elsewhere("Our bank sent a return back: it was sent to the wrong bank.", TrafficDishonor),
	"R62": elsewhere("Our bank sent a return back: an erroneous or reversing debit.", TrafficDishonor),
	"R67": elsewhere("Our bank sent a return back: it came twice.", TrafficDishonor),
	"R68": elsewhere("Our bank sent a return back: it came too late.", TrafficDishonor),
	"R69": elsewhere("Our bank sent a return back: its fields were wrong.", TrafficDishonor),
	"R70": elsewhere("Our bank sent a return back: it was not allowed or not asked for.", TrafficDishonor),

	"R71": elsewhere("The other bank answers: the dishonored return went to the wrong bank.", TrafficContest),
	"R72": elsewhere("The other bank answers: the dishonored return came too late.", TrafficContest),
	"R73": elsewhere("The other bank answers: its return was in time.", TrafficContest),
	"R74": elsewhere("The other bank sends its return again, corrected.", TrafficContest),
	"R75": elsewhere("The other bank answers: its return was not a second one.", TrafficContest),
	"R76": elsewhere("The other bank answers: no mistake was found in its return.", TrafficContest),
	"R77": elsewhere("The other bank does not accept the dishonored return.", TrafficContest),

	"R80": elsewhere("An international entry was coded wrongly.", TrafficForeign),
	"R81": elsewhere("The other bank takes no international entries.", TrafficForeign),
	"R82": elsewhere("An international entry names a wrong foreign bank.", TrafficForeign),
	"R83": elsewhere("A foreign bank can not settle.", TrafficForeign),
	"R84": elsewhere("The gateway did not process an international entry.", TrafficForeign),
	"R85": elsewhere("An international entry was sent as a domestic one.", TrafficForeign),
}

func noGoodAgreed(meaning, words string) Reason {
	c := noGood(meaning, words, ClassOther)
	c.Within = WithinAgreed
	return c
}
