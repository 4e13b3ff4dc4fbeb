# Each name stands for a command that one could type.
.PHONY: run demo test proof check bench bench-short env ops ops-binary build deploy deploy-local smoke restart clean

# Lets cargo find what scripts/install-tools put there.
export PATH := $(PATH):$(CURDIR)/.local/venv/bin
STAGE ?= dev
# The whole workspace is always built together: features, and so what is compiled, depend on what is built together.
BINARIES := $(or $(CARGO_TARGET_DIR),target)/debug

## The local cloud, at http://127.0.0.1:9000 (PLEDGE_PORT)
run: build
	@exec $(BINARIES)/pledge-local

## The journeys of readers through a local cloud, and what happened in each system
demo: build
	@exec $(BINARIES)/pledge-demo

## Every test, beside a PostgreSQL server and a local cloud of their own; those in a browser where a Chromium is installed
test:
	@scripts/install-tools
	@scripts/test
	@scripts/test-browser

## Every step of every journey broken in every way, and every order of events: docs/PROOF.md
proof:
	@scripts/install-tools
	@scripts/proof

## What CI asks for besides the tests
check:
	@scripts/install-tools
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	scripts/check-alone
	scripts/check-deny
	scripts/check-workflows
	scripts/check-floors
	scripts/check-template
	scripts/check-deploy
	scripts/check-docs
	scripts/check-openapi
	scripts/check-client
	scripts/check-storefront
	scripts/check-mutations
	scripts/check-gates
	scripts/check-counts

## The functions beside the floor and beside Node.js, as tables in docs/PERFORMANCE.md
bench:
	@scripts/install-tools
	@scripts/bench

## Whether the bench still runs, in seconds and without numbers
bench-short:
	@scripts/install-tools
	@scripts/bench --short

## The variables with which a program outside joins the running local cloud: eval "$(make env)". The same as files for
## `sam local` and `cargo lambda`: .local/env.json and .local/env
env:
	@cargo build --quiet --workspace --bins
	@$(BINARIES)/pledge-local env

## What engineers do by hand, with the variables of a stage: make ops ARGS="parked list" (docs/RUNBOOK.md)
ops:
	@scripts/ops $(ARGS)

## The same program as one static file for another machine, with completions for shells: .local/ops
ops-binary:
	@scripts/ops-binary $(MACHINE)

## Newly built functions into the running local cloud
deploy-local:
	@cargo build --workspace --bins
	@$(BINARIES)/pledge-local deploy

## The stage STAGE (dev, staging or prod; samconfig.toml) in AWS
deploy:
	@scripts/deploy $(STAGE)

## Whether that stage answers as it should
smoke:
	@scripts/smoke $(STAGE)

## That stage's functions with the secrets as they are now, at once: for one that leaked
restart:
	@scripts/restart $(STAGE)

build:
	@scripts/install-tools
	@cargo build --workspace --bins

## What the local cloud and the tests left behind; the tools stay
clean:
	rm -rf .local/pg .local/packages .local/logs .local/tmp .local/test-cloud .local/test-pg .local/endpoints.json
