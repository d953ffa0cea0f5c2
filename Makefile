# The same verbs for people and for CI.
CONFIG ?= debug
SWIFT_BUILD = swift build -c $(CONFIG)

.PHONY: run build test lint format deps test-deps bench clean

## run: build, apply examples/integrations.yaml and serve it on 127.0.0.1:8080
run: deps build
	@CONFIG=$(CONFIG) Scripts/run

build:
	$(SWIFT_BUILD) --product reconcile

## test: every test, sixteen at a time (all at once they open too many files); what a missing tool would check is skipped here and
## fails in CI
test: deps
	swift build --build-tests --explicit-target-dependency-import-check error
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=16 swift test --skip-build --explicit-target-dependency-import-check error

## lint: formatting, and the arrows between the layers
lint:
	swift format lint --strict -r Sources Tests Benchmarks Package.swift
	Scripts/check-layers

format:
	swift format -i -r Sources Tests Benchmarks Package.swift

## deps: the C libraries that the build links
deps:
	@Scripts/install-libraries

## test-deps: the real peers that the end-to-end tests talk to
test-deps: deps
	@Scripts/install-peers

## bench: our figures beside the peers', in one run
bench: deps
	@Scripts/bench

clean:
	swift package clean
