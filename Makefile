# Shouzhi: `make demo` and `make test` each do all the set-up that they need.

SHELL := /bin/bash
VENV  ?= .venv
BIN   := $(VENV)/bin

# The first Python of 3.11 or later that can be found; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; \
	done)

# What runs in the browser is built once; without npm the pages work, but for grid and charts.
BUILT := src/shouzhi/web/static/shouzhi/grid.js
DEMO  ?= .demo-data

.PHONY: help needs demo serve test test-postgres frontend lint types docs docs-check advisories examples benchmark clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# Two stamps, so that the demo does not wait for the tools of development.
$(VENV)/.usable: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: install it, or run make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "No virtual environment could be made; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[web]'
	@touch $@

$(VENV)/.developer: pyproject.toml constraints.txt | $(VENV)/.usable
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(BUILT): frontend/package-lock.json frontend/build.mjs $(shell find frontend/src -name '*.js' 2>/dev/null)
	@if command -v npm >/dev/null; then \
		cd frontend && npm ci --silent --no-audit --no-fund && npm run --silent build && touch ../$@; \
	else echo "npm is not installed: the entry grid and the charts are left out (Debian: apt-get install npm)"; fi

demo: $(VENV)/.usable $(BUILT) ## read and check the examples, then open the application on them
	@$(BIN)/shouzhi demo
	@$(BIN)/shouzhi serve --demo --data $(DEMO)

serve: $(VENV)/.usable $(BUILT) ## the application on an empty database
	@$(BIN)/shouzhi serve

frontend: $(BUILT) ## build what runs in the browser

test: needs $(VENV)/.developer $(BUILT) ## the whole test suite
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

needs:
	@bash .ci/needs

test-postgres: $(VENV)/.developer $(BUILT) ## the tests of the application on PostgreSQL
	@$(BIN)/python tests/web/postgres.py $(BIN)/python -m pytest -n 2 --dist loadgroup tests/web $(ARGS)

lint: $(VENV)/.developer ## ruff
	@$(BIN)/ruff check .

types: $(VENV)/.developer ## mypy, strict
	@$(BIN)/mypy

docs: $(VENV)/.developer ## write the generated reference pages anew
	@$(BIN)/python -m shouzhi.cli.reference

docs-check: $(VENV)/.developer ## fail when a generated page is stale
	@$(BIN)/python -m shouzhi.cli.reference --check

examples: $(VENV)/.developer ## write examples/documents anew
	@$(BIN)/python examples/make_documents.py

benchmark: $(VENV)/.developer ## print the measured figures of the README
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

advisories: $(VENV)/.developer ## hold the pinned dependencies against known advisories
	@$(BIN)/python .ci/audit.py

clean: ## remove the environment and everything generated
	rm -rf $(VENV) $(DEMO) frontend/node_modules src/shouzhi/web/static/shouzhi/*.js* build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
