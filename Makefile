# koppelkans: build, test and run. `make help` lists the targets.
# Needs Python 3.11 or newer, make and the package registries; nothing else.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PLACE ?= wechelderzande
OUT ?= plannen/$(PLACE)
WORKERS ?= 2

# The first Python on the path that is new enough and can make an environment.
PYTHON ?= $(shell for candidate in python3 python3.13 python3.12 python3.11; do \
	$$candidate -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& echo $$candidate && break; done)

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements/lock.txt
SYSTEM_PACKAGES := chromium poppler-utils postgresql

PORT ?= 8000

.PHONY: help demo serve test quick lint format bench bench-env system picture lock clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | while IFS=$$'\t' read -r name text; do \
		printf '  make %-10s %s\n' "$$name" "$$text"; done

# ------------------------------------------------------------------------------------------------ environment
# A stamp in the environment says what was installed for which project file and lock; a second run has nothing to do.

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "koppelkans needs Python 3.11 or newer with the venv module (Debian: apt-get install python3-venv)" >&2; exit 1; fi
	$(PYTHON) -m venv $(VENV)

$(VENV)/.engine: pyproject.toml requirements/lock.txt | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.web: $(VENV)/.engine
	$(PIP) --editable '.[web]'
	@touch $@

$(VENV)/.test: $(VENV)/.web
	$(PIP) --editable '.[web,test]'
	@touch $@

$(VENV)/.lint: $(VENV)/.engine
	$(PIP) --editable '.[lint]'
	@touch $@

# Browser tests, the PDF pages and the tests on PostgreSQL need Debian's chromium, poppler-utils and postgresql. Without root or apt they are left out: the tests
# that need them say so, and fail only under CI.
system: ## system packages of the tests (Debian, as root)
	@if command -v chromium >/dev/null && command -v pdftoppm >/dev/null && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends \
			$(SYSTEM_PACKAGES) >/dev/null; } \
		|| echo "could not install $(SYSTEM_PACKAGES); the tests that need them are skipped" >&2; \
	else \
		echo "no root or no apt: without $(SYSTEM_PACKAGES) the tests that need them are skipped" >&2; \
	fi

# ------------------------------------------------------------------------------------------------ product

demo: $(VENV)/.engine ## a real plan from shipped data: make demo [PLACE=brugge_sint_jozef]
	$(BIN)/koppelkans plan $(PLACE) --out $(OUT)
	@echo
	@echo "Plan folder: $(abspath $(OUT))"
	@for report in report.html report.pdf; do \
		if [ -f $(OUT)/$$report ]; then echo "Report:      $(abspath $(OUT))/$$report"; fi; done

serve: $(VENV)/.web ## the site with the example projects, on http://127.0.0.1:8000/: make serve [PORT=8001]
	$(BIN)/koppelkans serve --demo --port $(PORT)

# ------------------------------------------------------------------------------------------------ quality

test: $(VENV)/.test system ## every test, with the marks browser, crash, postgres and slow
	$(BIN)/python -m pytest -m "" -n $(WORKERS) -rs

quick: $(VENV)/.test ## the tests without marks, under a minute
	$(BIN)/python -m pytest -n $(WORKERS)

lint: $(VENV)/.lint $(VENV)/.test ## style, types and import contracts
	$(BIN)/ruff check src tests benchmarks scripts
	$(BIN)/ruff format --check src tests benchmarks scripts
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.lint ## rewrite the code in the house style
	$(BIN)/ruff check --fix src tests benchmarks scripts
	$(BIN)/ruff format src tests benchmarks scripts

bench-env: $(VENV)/.test $(VENV)/.lint system ## everything the benchmarks need; safe to repeat
	@echo "benchmarks run with $(BIN)/python benchmarks/plan.py"

bench: bench-env ## seconds and memory of every shipped place
	$(BIN)/python benchmarks/plan.py

picture: demo system ## the picture in README, from the demo's report
	profile=$$(mktemp -d) && chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars \
		--disable-background-networking --disable-component-update --disable-sync --user-data-dir=$$profile \
		--window-size=1100,1130 --screenshot=docs/picture.png "file://$(abspath $(OUT))/report.html" 2>/dev/null; rm -rf $$profile

lock: ## renew requirements/lock.txt from a clean environment
	rm -rf $(VENV)-lock && $(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check '.[web,test,lint]'
	{ grep '^#' requirements/lock.txt; $(VENV)-lock/bin/python -m pip freeze --exclude koppelkans; } > requirements/.lock
	mv requirements/.lock requirements/lock.txt
	rm -rf $(VENV)-lock

clean: ## remove the environment, caches and made plans
	rm -rf $(VENV) $(VENV)-lock plannen build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
