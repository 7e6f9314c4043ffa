package inbox

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
)

const maxDepth = 5 // of multiparts within multiparts

// parse reads a message's subject and its text and HTML parts. What it can not
// read it shows as it came: this is a mailbox to look into, not a filter.
func parse(raw []byte) Message {
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Message{Subject: "(not a message)", Text: strings.ToValidUTF8(string(raw), "�")}
	}
	var m Message
	subject := parsed.Header.Get("Subject")
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(subject); err != nil {
		m.Subject = subject
	}
	m.read(textproto.MIMEHeader(parsed.Header), parsed.Body, 0)
	return m
}

// read takes the first text and the first HTML part.
func (m *Message) read(header textproto.MIMEHeader, body io.Reader, depth int) {
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && depth < maxDepth {
		parts := multipart.NewReader(body, parameters["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err != nil {
				return
			}
			m.read(part.Header, part, depth+1)
		}
	}
	switch {
	case kind == "text/plain" && m.Text == "":
		m.Text = decode(header.Get("Content-Transfer-Encoding"), body)
	case kind == "text/html" && m.HTML == "":
		m.HTML = decode(header.Get("Content-Transfer-Encoding"), body)
	}
}

func decode(encoding string, body io.Reader) string {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	// A damaged part gives what could be read of it.
	text, _ := io.ReadAll(body)
	return strings.ReplaceAll(strings.ToValidUTF8(string(text), "�"), "\r\n", "\n")
}
