// Package crash kills the program while people pay and while bills are made,
// and looks at what is left: exactly one charge and one payment for each, and
// books that are clean. It holds tests only.
package crash
