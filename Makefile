# Everything a developer or an operator runs. Tools go below $(RUNG_CACHE), never into your own cargo bin.
RUNG_CACHE ?= $(HOME)/.cache/rung
export RUNG_CACHE
ADDR ?= 127.0.0.1:8080

.PHONY: help run demo build test check fmt bench

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 14

run: build ## set up, build and serve http://127.0.0.1:8080 on SQLite (data/rung.db)
	target/release/rung serve --addr $(ADDR)

demo: build ## the same with the demonstration data
	target/release/rung serve --addr $(ADDR) --demo

build: ## target/release/rung, everything embedded
	@.ci/setup build
	@.ci/build

test: ## all tests: crates on SQLite and PostgreSQL, journeys in Chromium
	@.ci/test

check: ## format, lints, invariants, licences
	@.ci/setup check
	@.ci/check

fmt: ## format the code
	@cargo fmt --all

bench: ## the figures, one table
	@.ci/setup bench
	@.ci/build
	@.ci/bench
