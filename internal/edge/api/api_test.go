package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/edge/api"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

var update = flag.Bool("update", false, "rewrite openapi.json")

const key = "a-long-random-text"

// caller is an integrator with a running API.
type caller struct {
	url  string
	db   *store.DB
	jobs *jobs
	log  *bytes.Buffer
}

// jobs counts first bills by a row of the same transaction: it is there if and
// only if that was committed.
type jobs struct{ fail error }

func (j *jobs) Enqueue(tx *store.Tx, id enrollment.AccountID) error {
	tx.Audit(store.AuditEvent{AccountID: id, Operation: "test.first_bill", Actor: "test"})
	return j.fail
}

func each(t *testing.T, test func(t *testing.T, c *caller)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) { test(t, serve(t, db)) })
}

func serve(t *testing.T, db *store.DB) *caller {
	t.Helper()
	c := &caller{db: db, jobs: &jobs{}, log: &bytes.Buffer{}}
	server := httptest.NewServer(api.New(enrolling.New(db, c.jobs), api.Config{
		Keys:    []api.KeyHash{{Name: "state", Hash: api.HashKey(key)}, {Name: "other", Hash: api.HashKey("another key")}},
		Version: "1.2.3", Receipts: noReceipts{},
		Health: func(context.Context) error { return nil },
		Log:    slog.New(slog.NewTextHandler(c.log, nil)),
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// household is a good request; tests replace parts of it.
const household = `{"subscriber_id":"SUB","first_name":"Maria","last_name":"Souza","birth_date":"1984-05-17","zip":"02139","language":"pt",
"enrollments":[{"kind":"medical","plan_id":"BAY-SLV-1","plan_name":"Silver One","carrier_id":"BAY","carrier_name":"Bay Mutual","reference":"RefID48213",
"members":[{"first_name":"Maria","last_name":"Souza","birth_date":"1984-05-17","relation":"self"},{"first_name":"Rui","last_name":"Souza","birth_date":"2015-02-01","relation":"child"}],
"segments":[{"from":"2027-01","to":"2027-06","gross":"759.40","aptc":"500.00","state_subsidy":"153.40","member_share":"106.00"},
{"from":"2027-07","to":"2027-12","gross":"760.00","aptc":"500.60","state_subsidy":"153.40","member_share":"106.00"}]}]}`

func request(replacements ...string) string {
	replacements = append(replacements, "SUB", ident.NewSubscriberID(70010000001).String())
	return strings.NewReplacer(replacements...).Replace(household)
}

// answer is what tests ask of a response besides its text.
type answer struct {
	status int
	header http.Header
}

// do sends a request with the right headers; others are added or replaced, and
// taken away by an empty value.
func (c *caller) do(t *testing.T, method, path, body string, headers ...string) (answer, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	headers = append([]string{"Authorization", "Bearer " + key, "Content-Type", "application/json", "Idempotency-Key", "request-0001"}, headers...)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{w.StatusCode, w.Header}, string(text)
}

func (c *caller) put(t *testing.T, body string, headers ...string) (answer, string) {
	t.Helper()
	return c.do(t, "POST", "/api/v1/enrollments", body, headers...)
}

// problem reads a problem and gives its code and its fields as "field code".
func problem(t *testing.T, w answer, text string) (string, []string) {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal([]byte(text), &p); err != nil || w.header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("not a problem: %s %s", w.header.Get("Content-Type"), text)
	}
	if p.Status != w.status || p.Detail == "" || p.Title == "" {
		t.Errorf("got %+v with status %d", p, w.status)
	}
	var fields []string
	for _, e := range p.Errors {
		fields = append(fields, e.Field+" "+e.Code)
		if e.Message == "" {
			t.Errorf("%s has no message", e.Field)
		}
	}
	return p.Code, fields
}

// firstBills counts the jobs that were committed.
func (c *caller) firstBills(t *testing.T) int {
	t.Helper()
	var due []enrollment.AccountID
	if err := c.db.Read(t.Context(), "test", func(tx *store.ReadTx) (err error) { due, err = tx.FirstBillsDue(10); return err }); err != nil {
		t.Fatal(err)
	}
	return len(due)
}

func TestPutAndRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *caller) {
		w, first := c.put(t, request())
		want := `{"subscriber_id":"` + ident.NewSubscriberID(70010000001).String() + `","billing_number":"750000000","change":"created","enrollments":[{"reference":"RefID48213","change":"created"}]}` + "\n"
		if w.status != 200 || first != want || w.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("got %d %s", w.status, first)
		}
		if n := c.firstBills(t); n != 1 {
			t.Errorf("first bills wanted: %d", n)
		}
		if w, again := c.put(t, request()); w.status != 200 || again != first {
			t.Errorf("replay: got %d %s", w.status, again)
		}
		w, text := c.put(t, request("02139", "02140"))
		if code, _ := problem(t, w, text); w.status != 409 || code != store.CodeKeyReused {
			t.Errorf("the key with another body: got %d %s", w.status, code)
		}
		if w, text := c.put(t, request("02139", "02140"), "Authorization", "Bearer another key"); w.status != 200 || !strings.Contains(text, `"change":"revised"`) {
			t.Errorf("the key of another integrator: got %d %s", w.status, text)
		}
		if _, text := c.put(t, request("02139", "02140"), "Idempotency-Key", "request-0002"); !strings.Contains(text, `"change":"unchanged"`) {
			t.Errorf("the same statement with a new key: got %s", text)
		}
		w, text = c.do(t, "GET", "/api/v1/enrollments/RefID48213", "")
		if w.status != 200 || !strings.Contains(text, `"gross":"760.00"`) || strings.Contains(text, "Souza") || strings.Contains(text, "1984") {
			t.Errorf("read: got %d %s", w.status, text)
		}
	})
}

func TestWhatBadRequestsGet(t *testing.T) {
	t.Parallel()
	const entry = "body.enrollments[0]."
	rows := []struct {
		situation string
		body      string
		headers   []string
		status    int
		code      string
		fields    []string
	}{
		{"no key", request(), []string{"Authorization", ""}, 401, "access.unauthenticated", nil},
		{"a wrong key", request(), []string{"Authorization", "Bearer " + key + "x"}, 401, "access.unauthenticated", nil},
		{"a key by another scheme", request(), []string{"Authorization", "Basic " + key}, 401, "access.unauthenticated", nil},
		{"no key and a body of 10 MB", strings.Repeat(" ", 10<<20), []string{"Authorization", ""}, 401, "access.unauthenticated", nil},
		{"a body of 10 MB", `{"subscriber_id":"` + strings.Repeat("7", 10<<20), nil, 413, "request.too_large", nil},
		{"no body", "", nil, 400, "request.malformed", nil},
		{"half a body", household[:100], nil, 400, "request.malformed", []string{"body request.malformed"}},
		{"two bodies", request() + request(), nil, 400, "request.malformed", []string{"body request.malformed"}},
		{"a form", "subscriber_id=1", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "request.media_type", []string{"body request.media_type"}},
		{"no idempotency key", request(), []string{"Idempotency-Key", ""}, 422, "request.invalid", []string{"header.Idempotency-Key request.invalid"}},
		{"a short idempotency key", request(), []string{"Idempotency-Key", "1"}, 422, "request.invalid", []string{"header.Idempotency-Key request.invalid"}},
		{"money as a number", request(`"759.40"`, `759.40`), nil, 422, "request.invalid", []string{entry + "segments[0].gross request.invalid"}},
		{"money as an exponent", request(`"759.40"`, `"7e2"`), nil, 422, "request.invalid", []string{entry + "segments[0].gross row.amount"}},
		{"money with a comma", request(`"759.40"`, `"759,40"`), nil, 422, "request.invalid", []string{entry + "segments[0].gross row.amount"}},
		{"a negative share", request(`"106.00"`, `"-106.00"`), nil, 422, "request.invalid", []string{
			entry + "segments[0].member_share row.negative", entry + "segments[1].member_share row.negative",
		}},
		{"a premium that does not add up", request(`"759.40"`, `"759.41"`), nil, 422, "request.invalid", []string{entry + "segments[0].gross row.unbalanced"}},
		{"an unknown field far inside", request(`"gross":"759.40"`, `"gross":"759.40","tax":"1.00"`), nil, 422, "request.invalid", []string{entry + "segments[0].tax request.invalid"}},
		{"a wrong check digit and a short ZIP code", request("SUB", "700100000018", "02139", "2139"), nil, 422, "request.invalid", []string{"body.subscriber_id row.check_digit", "body.zip row.zip"}},
		{"a month that is none", request("2027-06", "2027-13"), nil, 422, "request.invalid", []string{entry + "segments[0].to row.month"}},
		{"months that overlap", request("2027-07", "2027-06"), nil, 422, "request.invalid", []string{entry + "segments[1].from row.overlap"}},
		{"a name that would be two people", request(`"Rui"`, `"Rui|Souza|2015-02-01|child; Eva"`), nil, 422, "request.invalid", []string{entry + "members[1].first_name request.invalid"}},
		{"a line break in a name", request(`"last_name":"Souza","birth_date":"1984-05-17","zip"`, `"last_name":"Sou\nza","birth_date":"1984-05-17","zip"`), nil, 422, "request.invalid", []string{"body.last_name row.control"}},
		{"no enrollments", `{"subscriber_id":"1","last_name":"x","zip":"02139","enrollments":[]}`, nil, 422, "request.invalid", []string{"body.enrollments request.invalid"}},
		{"a list", `[1,2]`, nil, 422, "request.invalid", []string{"body request.invalid"}},
	}
	each(t, func(t *testing.T, c *caller) {
		for _, tt := range rows {
			t.Run(tt.situation, func(t *testing.T) {
				w, text := c.put(t, tt.body, tt.headers...)
				code, fields := problem(t, w, text)
				if w.status != tt.status || code != tt.code {
					t.Errorf("got %d %s, want %d %s", w.status, code, tt.status, tt.code)
				}
				if diff := cmp.Diff(tt.fields, fields); diff != "" {
					t.Error(diff)
				}
				if strings.Contains(text, "Souza") || strings.Contains(text, "1984-05-17\"") {
					t.Errorf("the answer repeats personal data: %s", text)
				}
			})
		}
		if n := c.firstBills(t); n != 0 {
			t.Errorf("something was stored")
		}
	})
}

func TestWhatTheBooksContradict(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *caller) {
		if w, text := c.put(t, request()); w.status != 200 {
			t.Fatal(text)
		}
		for name, tt := range map[string]struct{ body, field string }{
			"another person":    {request(`"birth_date":"1984-05-17","zip"`, `"birth_date":"1984-05-18","zip"`), "body.birth_date account.other_person"},
			"another carrier":   {request(`"BAY"`, `"TIDE"`), "body.enrollments[0].carrier_id plan.carrier"},
			"somebody else's":   {request("SUB", ident.NewSubscriberID(70010000002).String()), "body.enrollments[0].reference enrollment.reference"},
			"a second medical":  {request("RefID48213", "RefID99999", "BAY-SLV-1", "BAY-GLD-1"), "body.enrollments[0].from enrollment.overlap"},
			"another year":      {request("2027-", "2028-"), "body.enrollments[0].from enrollment.year"},
			"two of one stay":   {twice(), "body.enrollments enrollment.same"},
			"renewal after all": {request(`"kind"`, `"renewal":true,"kind"`), "body.enrollments[0].renewal enrollment.renewal"},
		} {
			t.Run(name, func(t *testing.T) {
				w, text := c.put(t, tt.body, "Idempotency-Key", "contradiction "+name)
				_, fields := problem(t, w, text)
				if w.status != 422 || len(fields) != 1 || fields[0] != tt.field {
					t.Errorf("got %d %q, want %s", w.status, fields, tt.field)
				}
			})
		}
	})
}

// twice gives the two segments as two enrollments with one reference.
func twice() string {
	var h map[string]any
	if err := json.Unmarshal([]byte(request()), &h); err != nil {
		panic(err)
	}
	var both []any
	for i := range 2 {
		var again map[string]any
		if err := json.Unmarshal([]byte(request()), &again); err != nil {
			panic(err)
		}
		e := again["enrollments"].([]any)[0].(map[string]any)
		e["segments"] = e["segments"].([]any)[i : i+1]
		both = append(both, e)
	}
	h["enrollments"] = both
	text, _ := json.Marshal(h)
	return string(text)
}

func TestTheJobIsInTheSameTransaction(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *caller) {
		c.jobs.fail = errors.New("queue of Maria Souza is broken")
		w, text := c.put(t, request())
		if code, _ := problem(t, w, text); w.status != 500 || code != "internal" || strings.Contains(text, "queue") {
			t.Errorf("got %d %s", w.status, text)
		}
		if !strings.Contains(c.log.String(), "queue") {
			t.Errorf("the log does not tell: %s", c.log)
		}
		if w, _ := c.do(t, "GET", "/api/v1/enrollments/RefID48213", ""); w.status != 404 {
			t.Errorf("the enrollment was stored without its job")
		}
		c.jobs.fail = nil
		if w, text := c.put(t, request()); w.status != 200 { // the same key: nothing was kept of the failure
			t.Errorf("got %d %s", w.status, text)
		}
	})
}

func TestOneKeyAtTheSameMoment(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, c *caller) {
		answers := make([]string, 6)
		var wait sync.WaitGroup
		for i := range answers {
			wait.Go(func() {
				w, text := c.put(t, request())
				answers[i] = fmt.Sprint(w.status, text)
			})
		}
		wait.Wait()
		for _, a := range answers {
			if a != answers[0] || !strings.HasPrefix(a, "200") {
				t.Errorf("got %s and %s", answers[0], a)
			}
		}
	})
}

func TestOtherAddressesAndMethods(t *testing.T) {
	t.Parallel()
	c := serve(t, storetest.OpenSQLite(t, virtual.Standing(storetest.Noon)))
	for _, tt := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", "/api/v1/", 404, "request.path"},
		{"GET", "/api/v1/docs", 404, "request.path"},
		{"GET", "/api/v1/schemas/Household.json", 404, "request.path"},
		{"DELETE", "/api/v1/enrollments", 405, "request.method"},
		{"POST", "/api/v1/health", 405, "request.method"},
		{"GET", "/api/v1/enrollments/RefID0000", 404, "enrollment.not_found"},
		{"GET", "/api/v1/enrollments/" + strings.Repeat("R", 200), 422, "request.invalid"},
	} {
		w, text := c.do(t, tt.method, tt.path, "")
		if code, _ := problem(t, w, text); w.status != tt.status || code != tt.code {
			t.Errorf("%s %s: got %d %s, want %d %s", tt.method, tt.path, w.status, code, tt.status, tt.code)
		}
	}
	if w, text := c.do(t, "GET", "/api/v1/health", "", "Authorization", ""); w.status != 200 || text != `{"status":"ok","version":"1.2.3"}`+"\n" {
		t.Errorf("health: got %d %s", w.status, text)
	}
}

func TestHealthTellsThatTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	db := storetest.OpenSQLite(t, virtual.Standing(storetest.Noon))
	h := api.New(enrolling.New(db, nil), api.Config{Receipts: noReceipts{}, Log: slog.New(slog.DiscardHandler), Health: func(context.Context) error { return errors.New("host db7 is down") }})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/health", nil))
	if w.Code != 503 || strings.Contains(w.Body.String(), "db7") || !strings.Contains(w.Body.String(), "health.database") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestParseKeyHash(t *testing.T) {
	t.Parallel()
	hash := api.HashKey(key)
	got, err := api.ParseKeyHash(fmt.Sprintf("state:%x", hash))
	if err != nil || got.Name != "state" || got.Hash != hash {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, text := range []string{"", "state", ":" + strings.Repeat("0", 64), "state:" + key, fmt.Sprintf("state:%x0", hash), fmt.Sprintf("%x", hash)} {
		if got, err := api.ParseKeyHash(text); err == nil {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}

func TestOpenAPIIsTheOneThatWasReviewed(t *testing.T) {
	t.Parallel()
	c := serve(t, storetest.OpenSQLite(t, virtual.Standing(storetest.Noon)))
	w, got := c.do(t, "GET", "/api/v1/openapi.json", "", "Authorization", "")
	if w.status != 200 || !strings.Contains(got, `"openapi": "3.1.0"`) {
		t.Fatalf("got %d", w.status)
	}
	if *update {
		if err := os.WriteFile("openapi.json", []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the API changed; if that is meant: go test ./internal/edge/api -update\n%s", diff)
	}
}

func TestTheExampleInTheDocumentationWorks(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../../docs/API.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "-d '")
	body, _, found := strings.Cut(rest, "'\n")
	if !found {
		t.Fatal("docs/API.md has no example")
	}
	each(t, func(t *testing.T, c *caller) {
		w, text := c.put(t, body)
		if w.status != 200 || !strings.Contains(text, `"change":"created"`) {
			t.Errorf("got %d %s", w.status, text)
		}
	})
}
