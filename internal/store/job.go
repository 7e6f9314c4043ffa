package store

// A job is a row of River's own table. Its other columns have defaults that say
// what we want: in the default queue, from now on. River's client would take
// several round trips for it, in the middle of a payment.
var qInsertJob = stmt("insert_job", `INSERT INTO river_job (kind, args, max_attempts) VALUES ($1, $2, $3)`)

// InsertJob enqueues a job with its arguments as JSON, for the job queue only.
func (tx *Tx) InsertJob(kind, args string, maxTries int) {
	tx.queue(qInsertJob, kind, args, int64(maxTries))
}
