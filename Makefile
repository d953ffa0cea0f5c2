# The same verbs for people and for CI.
CONFIG ?= debug
SWIFT_BUILD = swift build -c $(CONFIG)

SWIFT_TEST = SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8 swift test --skip-build --explicit-target-dependency-import-check error

# What every change is tried with on PostgreSQL too: the store as a whole, and of each layer above it what leans on it most. Interleavings run
# on PostgreSQL in any case.
PG_SAMPLE = StoreTests ReconcilerTests \
	RuntimeTests.DeliveryEngineTests RuntimeTests.KeyCheckTests RuntimeTests.KeyEndpointsTests RuntimeTests.LimitLedgerTests \
	RuntimeTests.OAuthFlowTests RuntimeTests.ConnectionRefresherTests RuntimeTests.RevokerTests RuntimeTests.StateWatcherTests \
	RuntimeTests.TenantWalkTests RuntimeTests.ManagementAccessTests \
	CLITests.ApplyCommandTests CLITests.PlanCommandTests CLITests.RollbackTests CLITests.KilledApplyTests \
	EndToEndTests.CrashTests EndToEndTests.SharedStateTests EndToEndTests.CanaryTests
empty =
space = $(empty) $(empty)

.PHONY: run build build-tests test test-postgres matrix soak lint format deps test-deps bench clean

## run: build, apply examples/integrations.yaml and serve it on 127.0.0.1:8080
run: deps build
	@CONFIG=$(CONFIG) Scripts/run

build:
	$(SWIFT_BUILD) --product reconcile

build-tests: deps
	swift build --build-tests --explicit-target-dependency-import-check error

## test: every test, eight at a time (all at once they open too many files); what a missing tool would check is skipped here and
## fails in CI
test: build-tests
	$(SWIFT_TEST)

## test-postgres: the sample of tests with their states on PostgreSQL, which they start themselves
test-postgres: build-tests
	RECONCILE_TEST_STATE=postgres $(SWIFT_TEST) --filter '^($(subst $(space),|,$(subst .,\.,$(strip $(PG_SAMPLE)))))[./]' --skip InterleavingTests

## matrix: every test with its state in a file, on PostgreSQL, and on PostgreSQL through PgBouncer
matrix: build-tests
	@failed=; for state in sqlite postgres pgbouncer; do \
		echo "== $$state =="; RECONCILE_TEST_STATE=$$state $(SWIFT_TEST) || failed="$$failed $$state"; \
	done; [ -z "$$failed" ] || { echo "failed on:$$failed" >&2; exit 1; }

## soak: hundreds of faults of the database, where `make test` has a few
soak: build-tests
	RECONCILE_SOAK=1 $(SWIFT_TEST) --filter DatabaseFaultTests

## lint: formatting, the arrows between the layers, and SQL that both engines understand
lint:
	swift format lint --strict -r Sources Tests Benchmarks Package.swift
	Scripts/check-layers
	Scripts/check-sql

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
