package cli

// NewServer makes the HTTP server that `serve` and `demo` listen with.
var NewServer = newServer
