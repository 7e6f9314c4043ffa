package store

import (
	"strings"

	"quittance.org/quittance/internal/base/civil"
)

var (
	qCountOpinion = stmt("count_opinion", `
		INSERT INTO counter (name, n) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET n = counter.n + 1`)
	qOpinions = stmt("opinions", `SELECT name, n FROM counter WHERE name >= $1 AND name < $2 ORDER BY name LIMIT 1000`)
)

// Opinions is how many people gave an answer in a month.
type Opinions struct {
	Month  civil.Month
	Answer string
	N      int64
}

// Opinions are counted under opinion:MONTH:ANSWER; ";" comes after ":".
const opinionPrefix = "opinion:"

// CountOpinion counts an answer, and keeps nothing else of it.
func (tx *Tx) CountOpinion(month civil.Month, answer string) {
	tx.queue(qCountOpinion, opinionPrefix+month.String()+":"+answer)
}

// Opinions gives all answers by month, the oldest first.
func (tx *ReadTx) Opinions() ([]Opinions, error) {
	return collect(tx, qOpinions, func(row func(...any) error) (Opinions, error) {
		var name string
		var o Opinions
		if err := row(&name, &o.N); err != nil {
			return o, err
		}
		month, answer, _ := strings.Cut(strings.TrimPrefix(name, opinionPrefix), ":")
		o.Answer = answer
		var err error
		o.Month, err = civil.ParseMonth(month)
		return o, err
	}, opinionPrefix, "opinion;")
}
