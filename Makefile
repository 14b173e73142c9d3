# Everything for whoever works on AFASConnector; `make install` makes what the others need.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
UV := 0.13.8
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The first Python of 3.11 or newer; make PYTHON=/path/to/python chooses another.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$name; break; fi; done)

.PHONY: install check test demo bench soak up
.DEFAULT_GOAL := install

install: $(VENV)/.installed

$(VENV)/.installed: requirements.txt requirements-dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing; install it, or name it: make PYTHON=..." >&2; exit 2; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@# uv is quick, but reads no pip.conf, where a company's mirror may stand: then pip does it.
	{ $(BIN)/python -m pip install --quiet uv==$(UV) \
		&& $(BIN)/uv pip sync --quiet --compile-bytecode --system-certs --python $(BIN)/python --require-hashes requirements-dev.txt; } \
		|| $(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

check: install
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: install
	$(BIN)/python -m pytest

demo: install
	$(BIN)/python -m tests.demo $(if $(KEEP),--keep)

bench: install
	$(BIN)/python -m tests.bench

soak: install
	$(BIN)/python -m tests.soak
	$(BIN)/python -m pytest tests/realization_delivery/test_histories.py \
		tests/realization_delivery/test_histories_of_changes.py \
		tests/realization_delivery/test_crashes.py \
		--hypothesis-profile=soak --timeout=0 -rP --dist load

up: install
	$(BIN)/afasconnector up
