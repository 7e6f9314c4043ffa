// Package access says who may do what: one table of operations and roles
// (R-ACC-1), which every edge asks before it calls a use case.
package access

import (
	"slices"

	"quittance.org/quittance/internal/base/fault"
)

// Role is what somebody is to the marketplace.
type Role string

// The roles (R-ACC-1). A guest has no account here and has shown a Subscriber
// ID and a second fact about its owner (R-ID-2).
const (
	RoleGuest           Role = "guest"
	RoleMember          Role = "member"
	RoleDelegateView    Role = "delegate_view"
	RoleDelegatePay     Role = "delegate_pay"
	RoleDelegateAutoPay Role = "delegate_autopay"
	RoleEmployer        Role = "employer"
	RoleAgent           Role = "agent"
	RoleBilling         Role = "billing"
	RoleTreasury        Role = "treasury"
	RoleSupervisor      Role = "supervisor"
	RoleAuditor         Role = "auditor"
	RoleAdministrator   Role = "administrator"
	RoleIntegrator      Role = "integrator"
	// RolePerson is somebody who is signed in and acts on what is their own:
	// password, devices, which coverage they see.
	RolePerson Role = "person"
)

// Roles lists every role.
var Roles = []Role{
	RoleGuest, RoleMember, RoleDelegateView, RoleDelegatePay, RoleDelegateAutoPay, RoleEmployer, RoleAgent,
	RoleBilling, RoleTreasury, RoleSupervisor, RoleAuditor, RoleAdministrator, RoleIntegrator, RolePerson,
}

// Operation is one thing that can be done.
type Operation string

// The operations.
const (
	SeeHealth          Operation = "health.see"
	DescribeAPI        Operation = "api.describe"
	PutEnrollment      Operation = "enrollment.put"
	ReadEnrollment     Operation = "enrollment.read"
	ImportEnrollments  Operation = "enrollment.import"
	ReadImportRejects  Operation = "enrollment.rejects"
	RunBills           Operation = "bill.run"
	ReleaseEnd         Operation = "coverage.release_end"
	CancelCoverage     Operation = "coverage.cancel"
	ReinstateCoverage  Operation = "coverage.reinstate"
	GrantHold          Operation = "relief.hold"
	EndHold            Operation = "relief.end_hold"
	MakeArrangement    Operation = "relief.arrange"
	GrantWaiver        Operation = "relief.waive"
	DenyWaiver         Operation = "relief.deny_waiver"
	WithdrawWaiver     Operation = "relief.withdraw_waiver"
	SeeWaivers         Operation = "relief.see_waivers"
	ExtendDue          Operation = "relief.extend"
	ExtendCohort       Operation = "relief.extend_cohort"
	SeeBill            Operation = "bill.see"
	SeeBillDetails     Operation = "bill.see_details" // plans and carriers, which helpers do not see
	StartPayment       Operation = "payment.start"
	FindPayment        Operation = "payment.find"
	CancelPayment      Operation = "payment.cancel"
	ReceivePayment     Operation = "payment.receive"
	ReleaseACHFile     Operation = "ach.release"
	WithdrawACHFile    Operation = "ach.withdraw"
	ReleaseACHGuard    Operation = "ach.release_guard"
	ResolveBankItem    Operation = "bank_item.resolve"
	AskReversal        Operation = "ach.ask_reversal"
	ApproveReversal    Operation = "ach.approve_reversal"
	AskRefund          Operation = "refund.ask"
	ApproveRefund      Operation = "refund.approve"
	SeeAutoPay         Operation = "autopay.see"
	ManageAutoPay      Operation = "autopay.manage"
	SaveBankAccount    Operation = "bank_account.save"
	ConfirmBankAccount Operation = "bank_account.confirm" // tell what micro-entries have brought
	VerifyBooks        Operation = "books.verify"
	MigrateDatabase    Operation = "database.migrate"
	ReceiveCardWebhook Operation = "payment.webhook"
	SignUp             Operation = "person.sign_up"
	SignIn             Operation = "person.sign_in"
	ResetPassword      Operation = "person.reset_password"
	ManageSelf         Operation = "person.manage_self"
	LinkCoverage       Operation = "coverage.link"
	UnlinkCoverage     Operation = "coverage.unlink"
	AcceptInvitation   Operation = "delegate.accept"
	SeeDelegates       Operation = "delegate.see"
	ManageDelegates    Operation = "delegate.manage"
	SeeSettings        Operation = "settings.see"
	ChangeSettings     Operation = "settings.change"
	ChooseDelivery     Operation = "delivery.choose"
	ChooseTexts        Operation = "texts.choose"
	HearText           Operation = "texts.webhook"
	SeeMessages        Operation = "message.see"
	SeeYearTotals      Operation = "totals.see"
)

// everybody marks what needs no role at all: the health check, the description
// of the API, and webhooks, whose senders prove themselves by signature.
var everybody = append([]Role{""}, Roles...)

// payers may see a bill and pay it. An auditor looks but does not touch.
var payers = []Role{
	RoleGuest, RoleMember, RoleDelegatePay, RoleDelegateAutoPay, RoleEmployer, RoleAgent, RoleBilling, RoleSupervisor,
}

// staff speak with members and act on their coverage; what moves money or ends
// coverage takes who answers for it, and another to approve it (R-ACC-2).
var (
	staff    = []Role{RoleAgent, RoleBilling, RoleSupervisor}
	deciders = []Role{RoleBilling, RoleSupervisor}
	money    = []Role{RoleTreasury, RoleSupervisor} // let money out
)

// people are signed in: what is their own they may do whatever they are to an
// account. delegates help with somebody else's (A16).
var (
	delegates = []Role{RoleDelegateView, RoleDelegatePay, RoleDelegateAutoPay}
	people    = append([]Role{RolePerson, RoleMember}, delegates...)
)

var policy = map[Operation][]Role{
	SeeHealth:          everybody,
	DescribeAPI:        everybody,
	ReceiveCardWebhook: everybody,
	PutEnrollment:      {RoleIntegrator, RoleAdministrator},
	ReadEnrollment:     {RoleIntegrator, RoleAgent, RoleBilling, RoleSupervisor, RoleAuditor, RoleAdministrator},
	ImportEnrollments:  {RoleBilling, RoleAdministrator},
	ReadImportRejects:  {RoleBilling, RoleSupervisor, RoleAuditor, RoleAdministrator},
	RunBills:           {RoleBilling, RoleAdministrator},
	ReleaseEnd:         deciders,
	CancelCoverage:     staff,
	ReinstateCoverage:  deciders,
	GrantHold:          staff,
	EndHold:            staff,
	MakeArrangement:    staff,
	GrantWaiver:        deciders,
	DenyWaiver:         deciders,
	WithdrawWaiver:     deciders,
	SeeWaivers:         {RoleAgent, RoleBilling, RoleSupervisor, RoleAuditor},
	ExtendDue:          staff,
	ExtendCohort:       {RoleSupervisor, RoleAdministrator},
	SeeBill:            append([]Role{RoleDelegateView, RoleTreasury, RoleAuditor}, payers...),
	SeeBillDetails:     {RoleMember, RoleAgent, RoleBilling, RoleSupervisor, RoleAuditor},
	StartPayment:       payers,
	ReceivePayment:     {RoleIntegrator, RoleBilling, RoleTreasury},
	FindPayment:        append([]Role{RoleDelegateView, RoleTreasury, RoleAuditor}, payers...),
	CancelPayment:      {RoleMember, RoleAgent, RoleBilling, RoleSupervisor},
	ReleaseACHFile:     money,
	WithdrawACHFile:    money,
	ReleaseACHGuard:    money,
	ResolveBankItem:    {RoleBilling, RoleTreasury, RoleSupervisor},
	AskReversal:        {RoleBilling, RoleTreasury, RoleSupervisor},
	ApproveReversal:    money,
	AskRefund:          {RoleMember, RoleAgent, RoleBilling, RoleTreasury, RoleSupervisor},
	ApproveRefund:      money,
	SeeAutoPay:         {RoleMember, RoleDelegatePay, RoleDelegateAutoPay, RoleAgent, RoleBilling, RoleSupervisor, RoleAuditor},
	ManageAutoPay:      {RoleMember, RoleDelegateAutoPay},
	SaveBankAccount:    {RoleMember, RoleDelegatePay, RoleDelegateAutoPay},
	ConfirmBankAccount: {RoleMember, RoleDelegatePay, RoleDelegateAutoPay},
	VerifyBooks:        {RoleTreasury, RoleAuditor, RoleAdministrator},
	MigrateDatabase:    {RoleAdministrator},
	SignUp:             everybody,
	SignIn:             everybody,
	ResetPassword:      everybody,
	ManageSelf:         people,
	LinkCoverage:       people,
	UnlinkCoverage:     append([]Role{RoleMember}, delegates...),
	AcceptInvitation:   people,
	SeeDelegates:       {RoleMember},
	ManageDelegates:    {RoleMember},
	SeeSettings:        {RoleMember},
	ChangeSettings:     {RoleMember},
	ChooseDelivery:     {RoleMember},
	ChooseTexts:        {RoleMember},
	HearText:           everybody,
	SeeMessages:        {RoleMember},
	SeeYearTotals:      append([]Role{RoleMember}, delegates...),
}

// Operations lists every operation of the table, in order.
func Operations() []Operation {
	all := make([]Operation, 0, len(policy))
	for op := range policy {
		all = append(all, op)
	}
	slices.Sort(all)
	return all
}

// Allowed tells whether a role may do op. The role "" is nobody in particular.
// What is not in the table nobody may do.
func Allowed(role Role, op Operation) bool { return slices.Contains(policy[op], role) }

// Check is Allowed as an error: fault.Unauthenticated for nobody, fault.Denied
// for somebody of the wrong role.
func Check(role Role, op Operation) error {
	switch {
	case Allowed(role, op):
		return nil
	case role == "":
		return fault.New(fault.Unauthenticated, "access.unauthenticated", "say who you are: this needs a key or a sign-in")
	}
	return fault.New(fault.Denied, "access.denied", "the role %s may not do %s", role, op)
}
