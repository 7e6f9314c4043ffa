package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"quittance.org/quittance/internal/base/fault"
)

// Problem is an error as RFC 9457 has it, with our code.
type Problem struct {
	Title  string         `json:"title" doc:"what kind of error" example:"Unprocessable Entity"`
	Status int            `json:"status" doc:"the HTTP status again" example:"422"`
	Code   string         `json:"code" doc:"stable, for programs" example:"request.invalid"`
	Detail string         `json:"detail" doc:"what is wrong and what to do, for people"`
	Errors []FieldProblem `json:"errors,omitempty" doc:"every field that is wrong"`
}

// FieldProblem is what is wrong with one field. It never repeats its value.
type FieldProblem struct {
	Field   string `json:"field" doc:"its path" example:"body.enrollments[0].segments[1].gross"`
	Code    string `json:"code" doc:"stable, for programs" example:"row.unbalanced"`
	Message string `json:"message" doc:"what to do, for people"`
}

// Error gives the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes JSON a problem.
func (p *Problem) ContentType(ct string) string {
	return strings.Replace(ct, "application/json", "application/problem+json", 1)
}

func newProblem(status int, code, detail string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// huma has one error maker for the whole program, and this package is the only
// one that uses huma: it is set once, before any server runs.
func init() { huma.NewError = requestProblem }

// requestCodes are the codes of what huma finds wrong with a request.
var requestCodes = map[int]struct{ code, detail string }{
	http.StatusBadRequest:            {"request.malformed", "the body is not JSON"},
	http.StatusRequestTimeout:        {"request.slow", "the body took too long to arrive"},
	http.StatusRequestEntityTooLarge: {"request.too_large", "the body has more than 1 MB: send one household at a time"},
	http.StatusUnsupportedMediaType:  {"request.media_type", "the body must be application/json"},
	http.StatusUnprocessableEntity:   {"request.invalid", "the request does not have the form that openapi.json describes"},
}

// requestProblem makes the problem of a request that huma refuses. Values are
// left out: they are names and birth dates.
func requestProblem(status int, detail string, errs ...error) huma.StatusError {
	p := newProblem(status, "internal", detail)
	if known, ok := requestCodes[status]; ok {
		p.Code, p.Detail = known.code, known.detail
	}
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			p.Errors = append(p.Errors, FieldProblem{d.Location, p.Code, d.Message})
		}
	}
	return p
}

// statuses maps the kinds of our errors (E2).
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Denied:          http.StatusForbidden,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.RateLimited:     http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// problemOf turns an error of ours into a problem. What went wrong inside is
// told to the log alone (E5).
func (s *server) problemOf(ctx context.Context, operation string, err error) *Problem {
	kind := fault.KindOf(err)
	p := newProblem(statuses[kind], fault.CodeOf(err), "")
	switch kind {
	case fault.Internal, fault.Unavailable:
		s.config.Log.ErrorContext(ctx, "api call failed", "operation", operation, "err", err)
	}
	if kind == fault.Internal {
		p.Code, p.Detail = "internal", "something went wrong here, not with your request: try again later with the same idempotency key"
		return p
	}
	for _, f := range fault.Fields(err) {
		p.Errors = append(p.Errors, FieldProblem{bodyPath(f.Field), f.Code, f.Message})
	}
	var e *fault.Error
	if errors.As(err, &e) {
		p.Detail = e.Message
		return p
	}
	p.Code, p.Detail = "request.invalid", "the request can not be taken: see errors"
	return p
}

// bodyPath gives the path of a field of the household as the caller wrote it.
func bodyPath(field string) string {
	if field == "" {
		return "body"
	}
	return "body." + strings.Replace(field, "enrollment_reference", "reference", 1)
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller has gone away: nobody to tell
}
