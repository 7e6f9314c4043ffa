// Command show serves the state catalogue of the public pages to a browser on
// this machine: go run ./internal/edge/web/portal/states/show
package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"

	"quittance.org/quittance/internal/edge/web/brand"
	"quittance.org/quittance/internal/edge/web/portal/states"
)

func main() {
	if err := show(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "show:", err)
		os.Exit(1) //nolint:forbidigo // this is main
	}
}

func show(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("show", flag.ExitOnError)
	listen := flags.String("listen", "127.0.0.1:8099", "address on this machine")
	plum := flags.Bool("plum", false, "the second demo brand")
	if err := flags.Parse(args); err != nil {
		return err
	}
	colors := brand.Blue
	if *plum {
		colors = brand.Plum
	}
	handler, err := states.Handler(colors)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "every page in every state: http://%s/__states/\n", *listen)
	return http.ListenAndServe(*listen, handler) // without timeouts: a tool for a developer's own machine
}
