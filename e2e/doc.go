// Package e2e pays bills in a real browser: the whole demo runs as the program
// that people get, and Chromium does the usability tasks of the design brief
// (section 19) with and without scripts. It holds tests only.
package e2e
