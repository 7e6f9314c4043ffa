// Command show serves the state catalogue of the public pages to a browser on
// this machine: go run ./internal/edge/web/portal/states/show
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"

	"quittance.org/quittance/internal/edge/web/brand"
	"quittance.org/quittance/internal/edge/web/portal/states"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8099", "address on this machine")
	plum := flag.Bool("plum", false, "the second demo brand")
	flag.Parse()
	colors := brand.Blue
	if *plum {
		colors = brand.Plum
	}
	handler, err := states.Handler(colors)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("every page in every state: http://%s/__states/\n", *listen)
	log.Fatal(http.ListenAndServe(*listen, handler)) //nolint:gosec // a tool for a developer's own machine
}
