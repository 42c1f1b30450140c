# Two commands matter: `make run` and `make test`. Both need only Python ≥ 3.11 and package access.

.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
  command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
CODE := clinic patients treatments scheduling local
# Tests and tools must not depend on a developer's own addresses unless they are given on purpose.
export SECRET_KEY ?= only-for-tests-and-tools-only-for-tests-and-tools
TOOLS_ENV := DEMO=true DATABASE_URL=$${DATABASE_URL:-postgres://localhost/unused} REDIS_URL=$${REDIS_URL:-redis://localhost/0}

.PHONY: help run test test-long fast lint format faults mutants bench lock clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then echo "Dorsa needs Python 3.11 or newer; none was found." >&2; exit 1; fi
	$(PYTHON) -m venv $(VENV)

$(VENV)/local.stamp: requirements/local.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r $<
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r $<
	@touch $@

run: $(VENV)/local.stamp ## Run the clinic on this machine, with a demo clinic in it
	@env -u SECRET_KEY $(BIN)/python -m local

lint: $(VENV)/dev.stamp ## Style, types, import contracts, templates, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(TOOLS_ENV) $(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet clinic patients treatments scheduling
	$(TOOLS_ENV) $(BIN)/python manage.py makemigrations --check --dry-run 2>/dev/null

test: lint ## Everything that must be green: lint, then the tests, in parallel and in random order
	$(BIN)/python -m pytest -n 3 --dist loadgroup -m "not long"

fast: $(VENV)/dev.stamp ## The tests that take less than a few seconds each
	$(BIN)/python -m pytest -n 3 -m "not slow and not browser and not long"

faults: $(VENV)/dev.stamp ## Races and faults with real processes, one after the other
	DORSA_RACE_SLOTS=$${DORSA_RACE_SLOTS:-60} $(BIN)/python -m pytest tests/faults

bench: $(VENV)/dev.stamp ## Measure a clinic of a million reservations beside raw SQL (`DORSA_BENCH_ROWS`)
	$(BIN)/python -m tests.bench

test-long: $(VENV)/dev.stamp ## The comparisons with oracles, for an hour's worth of examples
	DORSA_EXAMPLES=$${DORSA_EXAMPLES:-1000} $(BIN)/python -m pytest tests/integration/test_slots_oracle.py tests/integration/test_calendar_machine.py tests/unit/test_rules_oracles*.py --timeout 7200

mutants: $(VENV)/dev.stamp ## Change the engine of the rules, one thing at a time, and see that a test notices (`FOR=600`, `ONLY=engine`)
	$(TOOLS_ENV) $(BIN)/python -m tests.mutation $${FOR:-3600} $(ONLY)

format: $(VENV)/dev.stamp ## Put code and templates in the house's shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --reformat --quiet clinic patients treatments scheduling

lock: $(VENV)/dev.stamp ## Renew the locked requirements; `make lock UPGRADE=--upgrade` takes newer ones
	cd requirements && for name in app sms local dev; do \
	  ../$(BIN)/pip-compile --quiet $(UPGRADE) --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	    --strip-extras --allow-unsafe --output-file $$name.txt $$name.in || exit 1; done

clean: ## Forget the environment, the demo clinic's data and everything cached
	rm -rf $(VENV) .dorsa staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
