package store

import (
	"context"
	"errors"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
)

type postgresEngine struct{ pool *pgxpool.Pool }

func openPostgres(ctx context.Context, url string, maxConns int32) (engine, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "store.url", "can not read the postgres:// address of the database")
	}
	if maxConns > 0 {
		config.MaxConns = maxConns
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fault.Wrap(fault.Unavailable, "store.unavailable", err, "PostgreSQL does not answer at %s:%d", config.ConnConfig.Host, config.ConnConfig.Port)
	}
	return &postgresEngine{pool}, nil
}

func (e *postgresEngine) name() string { return "postgres" }

func (e *postgresEngine) close() { e.pool.Close() }

func (e *postgresEngine) prepare(ctx context.Context, sql string) error {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Conn().Prepare(ctx, "", sql)
	return err
}

func (e *postgresEngine) begin(ctx context.Context, readOnly bool) (session, error) {
	options := pgx.TxOptions{IsoLevel: pgx.Serializable}
	if readOnly {
		options.AccessMode = pgx.ReadOnly
	}
	tx, err := e.pool.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	return &postgresSession{tx}, nil
}

// SQLSTATE codes, PostgreSQL manual appendix A.
const (
	sqlstateSerializationFailure = "40001"
	sqlstateDeadlock             = "40P01"
	sqlstateUnique               = "23505"
	sqlstateClassConstraint      = "23"
	sqlstateClassConnection      = "08"
	sqlstateAdminShutdown        = "57P01"
)

func (e *postgresEngine) classify(err error) errorClass {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch {
		case pe.Code == sqlstateSerializationFailure, pe.Code == sqlstateDeadlock:
			return classRetry
		case pe.Code == sqlstateUnique:
			return classDuplicate
		case pe.Code[:2] == sqlstateClassConstraint:
			return classCheck
		case pe.Code[:2] == sqlstateClassConnection, pe.Code == sqlstateAdminShutdown:
			return classLost
		}
		return classOther
	}
	var ne net.Error
	var ce *pgconn.ConnectError
	if errors.As(err, &ce) || errors.As(err, &ne) || errors.Is(err, net.ErrClosed) {
		return classLost
	}
	return classOther
}

type postgresSession struct{ tx pgx.Tx }

func (s *postgresSession) handle() any { return s.tx }

func (s *postgresSession) query(ctx context.Context, sql string, args []any) (rows, error) {
	return s.tx.Query(ctx, sql, bind(args)...)
}

func (s *postgresSession) queries(ctx context.Context, all []request) (err error) {
	batch := &pgx.Batch{}
	for _, q := range all {
		batch.Queue(q.stmt.sql, bind(q.args)...)
	}
	results := s.tx.SendBatch(ctx, batch)
	defer func() { err = errors.Join(err, results.Close()) }()
	for _, q := range all {
		r, err := results.Query()
		if err != nil {
			return err
		}
		if err := q.drain(r); err != nil {
			return err
		}
	}
	return nil
}

func (s *postgresSession) send(ctx context.Context, writes []write) ([]int64, error) {
	if len(writes) == 1 {
		tag, err := s.tx.Exec(ctx, writes[0].stmt.sql, bind(writes[0].args)...)
		if err != nil {
			return nil, err
		}
		return []int64{tag.RowsAffected()}, nil
	}
	batch := &pgx.Batch{}
	for _, w := range writes {
		batch.Queue(w.stmt.sql, bind(w.args)...)
	}
	results := s.tx.SendBatch(ctx, batch)
	counts := make([]int64, 0, len(writes))
	for range writes {
		tag, err := results.Exec()
		if err != nil {
			_ = results.Close()
			return counts, err
		}
		counts = append(counts, tag.RowsAffected())
	}
	return counts, results.Close()
}

func (s *postgresSession) bulk(ctx context.Context, table string, columns []string, values [][]any) error {
	source := pgx.CopyFromSlice(len(values), func(i int) ([]any, error) { return bind(values[i]), nil })
	_, err := s.tx.CopyFrom(ctx, pgx.Identifier{table}, columns, source)
	return err
}

func (s *postgresSession) commit(ctx context.Context) error { return s.tx.Commit(ctx) }

func (s *postgresSession) rollback(ctx context.Context) error {
	if err := s.tx.Rollback(ctx); !errors.Is(err, pgx.ErrTxClosed) {
		return err
	}
	return nil
}

// bind gives pgx the binary types it knows instead of our text forms.
func bind(args []any) []any {
	bound := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case interface{ Raw() [16]byte }:
			raw := v.Raw()
			bound[i] = pgtype.UUID{Bytes: raw, Valid: raw != [16]byte{}}
		case civil.Date:
			bound[i] = pgtype.Date{Time: v.Time(), Valid: !v.IsZero()}
		case civil.Instant:
			bound[i] = pgtype.Timestamptz{Time: v.Time(), Valid: !v.IsZero()}
		case civil.Month:
			bound[i] = v.String()
		case money.Amount:
			bound[i] = v.Cents()
		default:
			bound[i] = arg
		}
	}
	return bound
}
