# Each target does its own set-up; only Python 3.11 or newer, make and git are needed.
VENV := .venv
BIN := $(VENV)/bin
# The first interpreter that is new enough; set PYTHON to choose another.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)

.PHONY: chat test bench study lock clean

chat: $(VENV)/.installed
	@$(BIN)/coachbot chat

test: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest

# Speed and memory, as ratios in one run.
bench: $(VENV)/.dev
	$(BIN)/pytest tests/benchmarks --benchmark-only --benchmark-columns=median,max,rounds --benchmark-sort=name

# The long evaluation of the model: agreement, calibration, coverage, robustness, ablation, learning curve.
study: $(VENV)/.dev
	@$(BIN)/python -m tests.benchmarks.study

# Standard input stays with the chat, and set-up speaks on standard error.
$(VENV)/.installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed / 需要 Python 3.11 以上" >&2; exit 2; }
	@echo "Setting up $(VENV) with $(PYTHON) …" >&2
	@$(PYTHON) -m venv $(VENV) </dev/null >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock </dev/null >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . </dev/null >&2
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.installed
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock </dev/null >&2
	@touch $@

# Resolve again what pyproject.toml allows; run after changing a dependency.
lock: $(VENV)/.installed
	@$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --no-header --extra build -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --no-header --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
