// Package wire is how the sandbox's JSON services read requests, check their
// bearer key and answer, the same way in each.
package wire

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

const maxBody = 64 << 10

// Guard lets only requests with the bearer key through to next.
func Guard(key string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if key == "" || subtle.ConstantTimeCompare([]byte(got), []byte(key)) != 1 {
			Refuse(w, http.StatusUnauthorized, "bad_key", "Send the sandbox key as a bearer token.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Decode reads one JSON object into v. An error is fit to be shown.
func Decode(w http.ResponseWriter, r *http.Request, v any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return errors.New("the body is not the JSON object of this call: " + err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body has more than one JSON value")
	}
	return nil
}

// Reply answers with a JSON value.
func Reply(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "can not write the answer", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}

// Problem is the body of every refusal.
type Problem struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// Refuse answers with a Problem.
func Refuse(w http.ResponseWriter, status int, code, message string) {
	var p Problem
	p.Error.Code, p.Error.Message = code, message
	Reply(w, status, p)
}
