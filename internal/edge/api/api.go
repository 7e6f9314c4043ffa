// Package api is the JSON interface for integrators: the eligibility system
// puts households in, and reads back what became of them; whoever opens the
// mail posts the checks. docs/API.md shows it by example, openapi.json
// describes it to programs.
//
// Callers have a key; only its hash is known here. Errors are RFC 9457
// problems with a stable code and the path of each field that is wrong.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
)

// Config says how the API runs.
type Config struct {
	Keys     []KeyHash                   // of those who may call; none: nobody
	Receipts Receipts                    // posts money that came in
	Version  string                      // of the program
	Health   func(context.Context) error // tells whether the database answers
	Log      *slog.Logger
}

// bodyBytesMax bounds a request. A household is a few kilobytes.
const bodyBytesMax = 1 << 20

const root = "/api/v1"

type server struct {
	enrolling *enrolling.Service
	config    Config
	api       huma.API
}

// New makes the handler of everything below /api/v1.
func New(service *enrolling.Service, config Config) http.Handler {
	mux := http.NewServeMux()
	s := newServer(mux, service, config)
	description, err := describe(s.api)
	if err != nil {
		panic("api: " + err.Error()) // it depends on nothing but this package
	}
	mux.HandleFunc("GET "+root+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(description)
	})
	for path, item := range s.api.OpenAPI().Paths {
		mux.HandleFunc(path, refuseMethod(item))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, newProblem(http.StatusNotFound, "request.path", "there is nothing at this address: see "+root+"/openapi.json"))
	})
	return guard(mux)
}

func newServer(mux *http.ServeMux, service *enrolling.Service, config Config) *server {
	if service == nil || config.Receipts == nil || config.Health == nil || config.Log == nil {
		panic("api: New needs services, a health check and a log")
	}
	c := huma.DefaultConfig("Quittance", "1")
	c.Info.Description = "Premium billing and payment for a health-insurance marketplace. " +
		"Amounts are strings with two decimals, never JSON numbers. Months are YYYY-MM, dates YYYY-MM-DD."
	c.DocsPath, c.OpenAPIPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil // no $schema links in answers
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key": {Type: "http", Scheme: "bearer", Description: "a key that the marketplace gave you"},
	}
	s := &server{enrolling: service, config: config, api: humago.New(mux, c)}
	s.operations()
	return s
}

// operations is the API as a table.
func (s *server) operations() {
	register(s, access.SeeHealth, huma.Operation{
		Method: http.MethodGet, Path: root + "/health", OperationID: "see-health",
		Summary: "Tells whether the marketplace answers", Errors: []int{503},
	}, s.seeHealth)
	register(s, access.PutEnrollment, huma.Operation{
		Method: http.MethodPost, Path: root + "/enrollments", OperationID: "put-enrollments",
		Summary:     "Says who of a household is covered by what, and at what price",
		Description: "All of it is taken or nothing. The same statement again changes nothing. A new enrollment gets its first bill at once.",
		Errors:      []int{400, 401, 403, 409, 413, 415, 422, 500, 503}, DefaultStatus: http.StatusOK, MaxBodyBytes: bodyBytesMax,
	}, s.putHousehold)
	register(s, access.ReadEnrollment, huma.Operation{
		Method: http.MethodGet, Path: root + "/enrollments/{reference}", OperationID: "read-enrollment",
		Summary: "Reads an enrollment by its reference", Errors: []int{401, 403, 404, 500, 503},
	}, s.readEnrollment)
	register(s, access.ReceivePayment, huma.Operation{
		Method: http.MethodPost, Path: root + "/receipts", OperationID: "post-receipt",
		Summary:     "Posts money that came in by mail or from a payer's bank",
		Description: "A check counts on its postmark, if that can be read and it did not take too long; anything else on the day it is posted here.",
		Errors:      []int{400, 401, 403, 404, 409, 413, 415, 422, 500, 503}, DefaultStatus: http.StatusOK, MaxBodyBytes: bodyBytesMax,
	}, s.postReceipt)
}

// register adds an operation that asks the policy table before its body is
// read, and turns its errors into problems.
func register[In, Out any](s *server, op access.Operation, o huma.Operation, handler func(context.Context, *In) (*Out, error)) {
	if !access.Allowed("", op) {
		o.Security = []map[string][]string{{"key": {}}}
	}
	o.Middlewares = append(o.Middlewares, s.authorize(op))
	huma.Register(s.api, o, func(ctx context.Context, in *In) (*Out, error) {
		out, err := handler(ctx, in)
		if err != nil {
			return nil, s.problemOf(ctx, o.OperationID, err)
		}
		return out, nil
	})
}

// describe gives the OpenAPI document, readable.
func describe(api huma.API) ([]byte, error) {
	text, err := json.MarshalIndent(api.OpenAPI(), "", "  ")
	return append(text, '\n'), err
}

// guard sets the headers of every answer. Nothing here may be kept by a cache
// on the way.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

func refuseMethod(item *huma.PathItem) http.HandlerFunc {
	var allowed []string
	if item.Get != nil {
		allowed = append(allowed, http.MethodGet, http.MethodHead)
	}
	if item.Post != nil {
		allowed = append(allowed, http.MethodPost)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		writeProblem(w, newProblem(http.StatusMethodNotAllowed, "request.method", "this address takes "+strings.Join(allowed, ", ")))
	}
}

type healthAnswer struct {
	Body struct {
		Status  string `json:"status" enum:"ok" doc:"always ok; otherwise the answer is a problem"`
		Version string `json:"version"`
	}
}

func (s *server) seeHealth(ctx context.Context, _ *struct{}) (*healthAnswer, error) {
	if err := s.config.Health(ctx); err != nil {
		return nil, fault.Wrap(fault.Unavailable, "health.database", err, "the database does not answer")
	}
	out := &healthAnswer{}
	out.Body.Status, out.Body.Version = "ok", s.config.Version
	return out, nil
}
