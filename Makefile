# make help lists what there is.

GO     ?= go
BIN    := bin/quittance
TOOLS  := .cache/bin
SOURCE := $(shell git ls-files --cached --others --exclude-standard '*.go' 2>/dev/null)

# The binary has no C in it, so it runs anywhere the kernel does.
export CGO_ENABLED := 0

# Two packages at a time: each may hold a database, a browser or a processor.
# The slowest takes three minutes on a slow machine.
TESTFLAGS ?= -p 2 -timeout 10m -shuffle=on
# Packages whose own code is shared by goroutines: tested once more with the
# race detector: what keeps state, serves or talks to the outside. Pages, letters
# and the command line, which only say what these give them, would take as long
# again. SQLite itself, which is C put into Go, is not watched: each of its connections has memory of its own and is used
# by one goroutine at a time, which our code and the driver, watched, see to.
# To watch it takes four fifths of the time. What vet says was said before. The
# stories of internal/app/amounts_test.go are told once, without it.
RACEFLAGS := -race -vet=off '-gcflags=github.com/ncruces/go-sqlite3-wasm/...=-race=false'
RACE := $(addprefix ./,$(addsuffix /...,internal/base internal/store internal/app internal/edge/api internal/edge/banklink \
	internal/edge/bankvalidation internal/edge/cardgateway internal/edge/courier internal/edge/phonegateway internal/edge/websign \
	internal/edge/web/account internal/edge/web/guest internal/edge/web/serving sandbox))

.DEFAULT_GOAL := help
.PHONY: help demo build test race check format fmt lint arch css bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## start a demo marketplace with its outside world; ARGS="--clock 2026-11-20"
	./$(BIN) demo $(ARGS)

build: ## build bin/quittance
	$(GO) build -trimpath -o $(BIN) ./cmd/quittance

test: ## run every test on both databases (installs what is missing)
	scripts/install-deps
	scripts/with-postgres $(GO) test $(TESTFLAGS) ./...
	@$(MAKE) --no-print-directory race

race: ## run the tests of shared state under the race detector, which needs a C compiler
	@command -v gcc >/dev/null || command -v clang >/dev/null || { echo "race: no C compiler: run scripts/install-deps"; exit 1; }
	scripts/with-postgres env CGO_ENABLED=1 $(GO) test $(RACEFLAGS) $(TESTFLAGS) $(RACE)

check: fmt lint arch css ## everything that needs no test run: format, vet, linters, house rules, CSS

format: $(TOOLS)/golangci-lint ## rewrite Go files in the house's layout
	$(TOOLS)/golangci-lint fmt

fmt:
	@bad=$$(gofmt -l $(SOURCE)); if [ -n "$$bad" ]; then echo "gofmt these files:"; echo "$$bad"; exit 1; fi

lint: $(TOOLS)/golangci-lint
	$(GO) vet ./...
	$(TOOLS)/golangci-lint run ./...

arch:
	$(GO) test ./internal/arch

css: ## check that web/static is what web/build makes (needs Node)
	@if ! command -v node >/dev/null; then echo "css: no Node, left out"; \
	else cd web/build && npm ci --silent --no-audit --no-fund && node build.mjs --check; fi

bench: build ## measure: docs/BENCHMARKS.md says what
	scripts/install-deps
	scripts/with-postgres --durable scripts/bench $(ARGS)

clean: ## remove what was built
	rm -rf bin .cache

# The linters are a module of their own, so that the product's module graph
# does not carry them. The first build takes about two minutes.
$(TOOLS)/golangci-lint $(TOOLS)/staticcheck $(TOOLS)/gofumpt: tools/go.mod tools/go.sum
	@mkdir -p $(TOOLS)
	cd tools && $(GO) build -o ../$(TOOLS)/ tool
	@touch $(addprefix $(TOOLS)/,golangci-lint staticcheck gofumpt)
