package api

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/format/enrollcsv"
)

// Household is what POST /enrollments takes. Its fields are those of the
// enrollment file and obey the same rules.
type Household struct {
	SubscriberID  string          `json:"subscriber_id" maxLength:"40" doc:"12 numbers, the last a check digit" example:"700100000016"`
	AccountKind   string          `json:"account_kind,omitempty" enum:"individual,group" default:"individual" doc:"a household, or an employer"`
	BillingNumber string          `json:"billing_number,omitempty" maxLength:"9" doc:"9 numbers that begin with 7; left out, one is given" example:"700000001"`
	FirstName     string          `json:"first_name,omitempty" maxLength:"60" doc:"of the subscriber; left out for a group" example:"Maria"`
	LastName      string          `json:"last_name" maxLength:"60" doc:"of the subscriber, or the employer's name" example:"Souza"`
	BirthDate     string          `json:"birth_date,omitempty" maxLength:"10" doc:"of the subscriber; left out for a group" example:"1984-05-17"`
	Address       string          `json:"address,omitempty" maxLength:"130" doc:"mailing address without name and ZIP code: at most three lines of 40 characters, separated by semicolons; left out, it stays as it is" example:"1428 Commonwealth Avenue; Apt 12B; Brighton, MA"`
	ZIP           string          `json:"zip" maxLength:"10" doc:"of the mailing address" example:"02139"`
	Language      string          `json:"language,omitempty" enum:"en,es,pt,ht,zh,vi" default:"en" doc:"of bills and messages"`
	Email         string          `json:"email,omitempty" maxLength:"320" doc:"where messages go; left out, it stays as it is" example:"maria@example.com"`
	Phone         string          `json:"phone,omitempty" maxLength:"20" doc:"of the subscriber: 10 numbers; a code to connect coverage can go there; left out, it stays as it is" example:"617-555-0147"`
	Enrollments   []NewEnrollment `json:"enrollments" minItems:"1" maxItems:"20"`
}

// NewEnrollment is one enrollment of a household.
type NewEnrollment struct {
	Reference   string    `json:"reference,omitempty" maxLength:"25" doc:"RefID and 4 to 20 letters or numbers; left out, one is given" example:"RefID48213"`
	Kind        string    `json:"kind" enum:"medical,dental"`
	PlanID      string    `json:"plan_id" maxLength:"30" example:"BAY-SLV-1"`
	PlanName    string    `json:"plan_name" maxLength:"100" doc:"as the bill prints it" example:"Bay Silver Standard"`
	CarrierID   string    `json:"carrier_id" maxLength:"30" example:"BAY"`
	CarrierName string    `json:"carrier_name" maxLength:"100" doc:"as the bill prints it" example:"Bay Mutual Health"`
	Renewal     bool      `json:"renewal,omitempty" doc:"continues last year's coverage: no first payment is needed"`
	WindowEnds  string    `json:"window_ends,omitempty" maxLength:"10" doc:"last day on which a plan may be selected: until then an unpaid start moves on; left out, it stays as it is" example:"2027-01-23"`
	Members     []Member  `json:"members" minItems:"1" maxItems:"200" doc:"the people it covers"`
	Segments    []Segment `json:"segments" minItems:"1" maxItems:"12" doc:"its prices, month after month, within one year"`
}

// Member is a covered person. A bar or a semicolon separates people in the
// enrollment file and can not be part of a name.
type Member struct {
	FirstName string `json:"first_name" maxLength:"60" pattern:"^[^|;]*$" patternDescription:"a name without | and ;" example:"Maria"`
	LastName  string `json:"last_name" maxLength:"60" pattern:"^[^|;]*$" patternDescription:"a name without | and ;" example:"Souza"`
	BirthDate string `json:"birth_date" maxLength:"10" pattern:"^[^|;]*$" patternDescription:"a date" example:"1984-05-17"`
	Relation  string `json:"relation" enum:"self,spouse,child,other"`
}

// Segment is the price of some months and who pays it: gross is the sum of the
// other three (R-PLAN-4).
type Segment struct {
	From         string `json:"from" maxLength:"7" doc:"first month of this price" example:"2027-01"`
	To           string `json:"to" maxLength:"7" doc:"last month of this price" example:"2027-12"`
	Gross        string `json:"gross" maxLength:"12" doc:"full price of a month, a string: never a JSON number" example:"759.40"`
	APTC         string `json:"aptc" maxLength:"12" doc:"paid by the federal tax credit" example:"500.00"`
	StateSubsidy string `json:"state_subsidy" maxLength:"12" doc:"paid by the state" example:"153.40"`
	MemberShare  string `json:"member_share" maxLength:"12" doc:"what we bill" example:"106.00"`
}

type putInput struct {
	IdempotencyKey string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"100" doc:"yours, new for each request: the same key and body again get the same answer"`
	Body           Household
	RawBody        []byte
}

// PutAnswer is what became of a household.
type PutAnswer struct {
	SubscriberID  string             `json:"subscriber_id"`
	BillingNumber string             `json:"billing_number" doc:"printed on bills and checks"`
	Change        string             `json:"change" enum:"created,revised,unchanged"`
	Enrollments   []EnrollmentAnswer `json:"enrollments" doc:"in the order of the request"`
}

// EnrollmentAnswer is what became of one enrollment.
type EnrollmentAnswer struct {
	Reference string `json:"reference" doc:"a new member can pay with it before the first bill"`
	Change    string `json:"change" enum:"created,revised,unchanged"`
}

type putOutput struct{ Body PutAnswer }

func (s *server) putHousehold(ctx context.Context, in *putInput) (*putOutput, error) {
	h, err := in.Body.read()
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(in.RawBody)
	got, err := s.enrolling.Put(ctx, enrolling.PutInput{
		Household: h, Actor: callerOf(ctx), Key: in.IdempotencyKey, InputHash: hex.EncodeToString(hash[:]),
	})
	if err != nil {
		return nil, err
	}
	out := &putOutput{PutAnswer{SubscriberID: got.SubscriberID.String(), BillingNumber: got.BillingNumber, Change: string(got.Change)}}
	for _, e := range got.Enrollments {
		out.Body.Enrollments = append(out.Body.Enrollments, EnrollmentAnswer{e.Reference, string(e.Change)})
	}
	return out, nil
}

// place is where a row of the file form stands in the request.
type place struct{ enrollment, segment int }

// read turns a request into a household by way of the enrollment file, so that
// both doors have one set of rules.
func (h *Household) read() (*enrollcsv.Household, error) {
	text, places, err := h.file()
	if err != nil {
		return nil, err
	}
	r := enrollcsv.NewReader(strings.NewReader(text))
	var found *enrollcsv.Household
	var problems fault.List
	for {
		next, err := r.Next()
		var bad *enrollcsv.RowError
		switch {
		case errors.As(err, &bad):
			for _, p := range bad.Problems {
				problems.Add(places[bad.Line].path(p.Field), p.Code, "%s", p.Message)
			}
			continue
		case err == nil:
			found = next
			continue
		case !errors.Is(err, io.EOF):
			return nil, fmt.Errorf("read household: %w", err)
		}
		break
	}
	if len(problems) == 0 && len(found.Enrollments) != len(h.Enrollments) {
		problems.Add("enrollments", "enrollment.same", "two enrollments have one plan and year, or one reference: put their segments together, or give each a reference of its own")
	}
	if err := problems.Err(); err != nil {
		return nil, unique(problems)
	}
	return found, nil
}

// unique leaves out what each row of a household says again.
func unique(problems fault.List) error {
	seen := map[string]bool{}
	var out fault.List
	for _, p := range problems {
		if key := p.Field + p.Code; !seen[key] {
			seen[key] = true
			out = append(out, p)
		}
	}
	return out
}

var ofSegment = map[string]bool{"from": true, "to": true, "gross": true, "aptc": true, "state_subsidy": true, "member_share": true}

var ofEnrollment = map[string]bool{
	"members": true, "enrollment_reference": true, "kind": true, "plan_id": true, "plan_name": true, "carrier_id": true, "carrier_name": true, "renewal": true, "window_ends": true,
}

// path gives the path of a column in the request.
func (p place) path(column string) string {
	switch {
	case ofSegment[column] || column == "":
		return strings.TrimSuffix(fmt.Sprintf("enrollments[%d].segments[%d].%s", p.enrollment, p.segment, column), ".")
	case ofEnrollment[column]:
		return fmt.Sprintf("enrollments[%d].%s", p.enrollment, column)
	}
	return column
}

// file writes the household as an enrollment file, and tells which line is
// which segment.
func (h *Household) file() (string, map[int]place, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	header := make([]string, len(enrollcsv.Columns))
	for i, c := range enrollcsv.Columns {
		header[i] = c.Name
	}
	places := map[int]place{}
	err := w.Write(header)
	for i := range h.Enrollments {
		for j := range h.Enrollments[i].Segments {
			w.Flush()
			places[strings.Count(b.String(), "\n")+1] = place{i, j}
			err = errors.Join(err, w.Write(h.row(&h.Enrollments[i], &h.Enrollments[i].Segments[j])))
		}
	}
	w.Flush()
	return b.String(), places, errors.Join(err, w.Error())
}

// row gives the fields of one row, in the order of enrollcsv.Columns.
func (h *Household) row(e *NewEnrollment, s *Segment) []string {
	members := make([]string, len(e.Members))
	for i, m := range e.Members {
		members[i] = strings.Join([]string{m.FirstName, m.LastName, m.BirthDate, m.Relation}, "|")
	}
	renewal := "no"
	if e.Renewal {
		renewal = "yes"
	}
	return []string{
		h.SubscriberID, h.AccountKind, h.BillingNumber, h.FirstName, h.LastName, h.BirthDate, h.ZIP, h.Language, h.Email,
		strings.Join(members, ";"), e.Reference, e.Kind, e.PlanID, e.PlanName, e.CarrierID, e.CarrierName, renewal, e.WindowEnds,
		s.From, s.To, s.Gross, s.APTC, s.StateSubsidy, s.MemberShare, h.Address, h.Phone,
	}
}

type readInput struct {
	Reference string `path:"reference" maxLength:"25" example:"RefID48213"`
}

// EnrollmentRead is an enrollment as it is stored, without people.
type EnrollmentRead struct {
	SubscriberID  string    `json:"subscriber_id"`
	BillingNumber string    `json:"billing_number"`
	Reference     string    `json:"reference"`
	Kind          string    `json:"kind" enum:"medical,dental"`
	PlanID        string    `json:"plan_id"`
	CarrierID     string    `json:"carrier_id"`
	Renewal       bool      `json:"renewal"`
	Segments      []Segment `json:"segments"`
}

type readOutput struct{ Body EnrollmentRead }

func (s *server) readEnrollment(ctx context.Context, in *readInput) (*readOutput, error) {
	e, err := s.enrolling.Enrollment(ctx, in.Reference)
	if err != nil {
		return nil, err
	}
	out := &readOutput{EnrollmentRead{
		SubscriberID: e.SubscriberID.String(), BillingNumber: e.BillingNumber, Reference: e.Reference,
		Kind: string(e.Kind), PlanID: e.PlanID, CarrierID: e.CarrierID, Renewal: e.Renewal,
	}}
	for _, segment := range e.Segments {
		out.Body.Segments = append(out.Body.Segments, segmentOf(segment))
	}
	return out, nil
}

func segmentOf(s enrollment.Segment) Segment {
	p := s.Premium
	return Segment{s.From.String(), s.To.String(), p.Gross.String(), p.APTC.String(), p.State.String(), p.Member.String()}
}
