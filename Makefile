# Shouzhi: `make demo` and `make test` each do all the set-up that they need.

SHELL := /bin/bash
VENV  ?= .venv
BIN   := $(VENV)/bin

# The first Python of 3.11 or later that can be found; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; \
	done)

.PHONY: help demo test lint types docs docs-check examples benchmark clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# Two stamps, so that the demo does not wait for the tools of development.
$(VENV)/.usable: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: install it, or run make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "No virtual environment could be made; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.developer: pyproject.toml constraints.txt | $(VENV)/.usable
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(VENV)/.usable ## read the example documents and print what they hold
	@$(BIN)/shouzhi demo

test: $(VENV)/.developer ## the whole test suite
	@$(BIN)/python -m pytest $(ARGS)

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

clean: ## remove the environment and everything generated
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
