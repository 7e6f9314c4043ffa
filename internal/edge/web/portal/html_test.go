package portal_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// node is an element of a rendered page, or a text when name is empty.
type node struct {
	name     string
	attrs    map[string]string
	text     string
	parent   *node
	children []*node
}

var voidElements = []string{"meta", "link", "input", "br"}

// parseHTML reads a page and refuses what browsers would silently repair: an
// end tag that does not match, an element left open, an attribute twice.
func parseHTML(page []byte) (*node, error) {
	d := xml.NewDecoder(strings.NewReader(string(page)))
	d.Strict = false
	root := &node{name: "#root"}
	open := root
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch tok := token.(type) {
		case xml.StartElement:
			child, err := newNode(tok, open)
			if err != nil {
				return nil, err
			}
			open.children = append(open.children, child)
			if !slices.Contains(voidElements, child.name) {
				open = child
			}
		case xml.EndElement:
			if tok.Name.Local != open.name {
				return nil, fmt.Errorf("</%s> closes <%s>", tok.Name.Local, open.name)
			}
			open = open.parent
		case xml.CharData:
			open.children = append(open.children, &node{text: string(tok), parent: open})
		}
	}
	if open != root {
		return nil, fmt.Errorf("<%s> is not closed", open.name)
	}
	return root, nil
}

func newNode(start xml.StartElement, parent *node) (*node, error) {
	n := &node{name: start.Name.Local, attrs: map[string]string{}, parent: parent}
	for _, a := range start.Attr {
		name := a.Name.Local
		if a.Name.Space != "" {
			name = a.Name.Space + ":" + name
		}
		if _, twice := n.attrs[name]; twice {
			return nil, fmt.Errorf("<%s> has %s twice", n.name, name)
		}
		n.attrs[name] = a.Value
	}
	return n, nil
}

// all lists the elements below n, in document order, that keep says yes to.
func (n *node) all(keep func(*node) bool) []*node {
	var found []*node
	for _, child := range n.children {
		if child.name != "" && keep(child) {
			found = append(found, child)
		}
		found = append(found, child.all(keep)...)
	}
	return found
}

func (n *node) named(names ...string) []*node {
	return n.all(func(e *node) bool { return slices.Contains(names, e.name) })
}

func (n *node) byID(id string) *node {
	for _, e := range n.all(func(e *node) bool { return e.attrs["id"] == id }) {
		return e
	}
	return nil
}

// inner gives the text inside, with spaces made single.
func (n *node) inner() string {
	var b strings.Builder
	var collect func(*node)
	collect = func(e *node) {
		b.WriteString(e.text)
		for _, child := range e.children {
			collect(child)
		}
	}
	collect(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// inside tells whether an ancestor has this name.
func (n *node) inside(name string) bool {
	for p := n.parent; p != nil; p = p.parent {
		if p.name == name {
			return true
		}
	}
	return false
}
