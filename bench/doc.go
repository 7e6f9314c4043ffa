// Package bench measures what the design promises in numbers: payments posted
// and bills issued per second on both engines, the memory that a bill run
// takes, guest pages and account pages. scripts/bench runs it; docs/BENCHMARKS.md keeps what it found.
//
// The machine matters more than the program for a figure by itself, so every
// figure is a ratio to something measured in the same run, in turns with it:
// pgbench on the same PostgreSQL server, single durable inserts into the same
// kind of SQLite file, a constant page from the same kind of server. Everything is in test files, because it builds on what
// tests build on; no figure fails a test.
package bench
