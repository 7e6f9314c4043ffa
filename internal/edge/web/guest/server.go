package guest

import (
	"log/slog"
	"net/http"
	"time"
)

// headerMax is far above what a browser sends. net/http answers more with 431
// and adds some slack of its own.
const headerMax = 32 << 10

// NewServer gives a server with limits that a stranger can not stretch: on
// headers, on reading slowly and on idling.
func NewServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, MaxHeaderBytes: headerMax,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
