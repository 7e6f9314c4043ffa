package people_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// authenticator is a passkey made in software, with real CBOR, COSE and ES256:
// what a phone does, without the phone.
type authenticator struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	id     []byte
	user   []byte // the handle that it was given
	count  uint32
	origin string
	party  string
	// verified tells that the person was checked (face, finger, PIN).
	verified bool
}

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &authenticator{t: t, key: key, id: id, origin: origin, party: "pay.example.gov", verified: true}
}

var b64 = base64.RawURLEncoding

// cbor writes the few shapes that are needed.
type cbor struct{ bytes.Buffer }

func (c *cbor) head(major byte, n int) {
	switch {
	case n < 24:
		c.WriteByte(major<<5 | byte(n))
	case n < 256:
		c.Write([]byte{major<<5 | 24, byte(n)})
	default:
		c.Write([]byte{major<<5 | 25, byte(n >> 8), byte(n)})
	}
}

func (c *cbor) number(n int) {
	if n < 0 {
		c.head(1, -1-n)
		return
	}
	c.head(0, n)
}

func (c *cbor) text(s string)   { c.head(3, len(s)); c.WriteString(s) }
func (c *cbor) blob(b []byte)   { c.head(2, len(b)); c.Write(b) }
func (c *cbor) entries(n int)   { c.head(5, n) }
func (c *cbor) pair(k, v int)   { c.number(k); c.number(v) }
func (c *cbor) key(k int)       { c.number(k) }
func (c *cbor) wire() []byte    { return c.Bytes() }
func (c *cbor) member(s string) { c.text(s) }

// publicKey is the key as COSE: EC2, ES256, P-256.
func (a *authenticator) publicKey() []byte {
	point, err := a.key.PublicKey.Bytes() // 0x04, x, y
	if err != nil {
		a.t.Fatal(err)
	}
	var c cbor
	c.entries(5)
	c.pair(1, 2)
	c.pair(3, -7)
	c.pair(-1, 1)
	c.key(-2)
	c.blob(point[1:33])
	c.key(-3)
	c.blob(point[33:])
	return c.wire()
}

// data is the authenticator data; with the key when it is registered.
func (a *authenticator) data(attested bool) []byte {
	party := sha256.Sum256([]byte(a.party))
	flags := byte(0x01) // present
	if a.verified {
		flags |= 0x04
	}
	if attested {
		flags |= 0x40
	}
	out := append(party[:], flags)
	out = binary.BigEndian.AppendUint32(out, a.count)
	if attested {
		out = append(out, make([]byte, 16)...) // no maker is named
		out = binary.BigEndian.AppendUint16(out, uint16(len(a.id)))
		out = append(out, a.id...)
		out = append(out, a.publicKey()...)
	}
	return out
}

func (a *authenticator) client(kind, challenge string) []byte {
	text, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	if err != nil {
		a.t.Fatal(err)
	}
	return text
}

// options is what is read of what the page hands over.
type options struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
		UserVerification string `json:"userVerification"`
		AllowCredentials []struct {
			ID string `json:"id"`
		} `json:"allowCredentials"`
	} `json:"publicKey"`
}

func (a *authenticator) read(text []byte) options {
	a.t.Helper()
	var o options
	if err := json.Unmarshal(text, &o); err != nil || o.PublicKey.Challenge == "" {
		a.t.Fatalf("options %s: %v", text, err)
	}
	return o
}

// register answers navigator.credentials.create.
func (a *authenticator) register(text []byte) []byte {
	a.t.Helper()
	o := a.read(text)
	user, err := b64.DecodeString(o.PublicKey.User.ID)
	if err != nil {
		a.t.Fatal(err)
	}
	a.user = user
	var object cbor
	object.entries(3)
	object.member("fmt")
	object.text("none")
	object.member("attStmt")
	object.entries(0)
	object.member("authData")
	object.blob(a.data(true))
	return a.answer(map[string]string{
		"clientDataJSON":    b64.EncodeToString(a.client("webauthn.create", o.PublicKey.Challenge)),
		"attestationObject": b64.EncodeToString(object.wire()),
	})
}

// assert answers navigator.credentials.get.
func (a *authenticator) assert(text []byte) []byte {
	a.t.Helper()
	a.count++
	client, data := a.client("webauthn.get", a.read(text).PublicKey.Challenge), a.data(false)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(map[string]string{
		"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(signature), "userHandle": b64.EncodeToString(a.user),
	})
}

func (a *authenticator) answer(response map[string]string) []byte {
	text, err := json.Marshal(map[string]any{
		"id": b64.EncodeToString(a.id), "rawId": b64.EncodeToString(a.id), "type": "public-key", "response": response,
		"clientExtensionResults": map[string]any{},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return text
}
