// Package testbrowser holds what browser tests share. The accessibility
// checker is axe-core 4.14.1 by Deque Systems (MPL-2.0, axe.LICENSE beside
// it), unchanged, so that tests need no registry of scripts.
package testbrowser

import _ "embed"

// Axe is the source of axe-core, to be run in a page.
//
//go:embed axe.min.js
var Axe string
