# Two commands for a visitor: `make demo` and `make test`. Each developer target says what it does.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
TEST_HOME := HELIOGRAPH_HOME=$(CURDIR)/var/test/embedded

.PHONY: demo test check lock test-deep bench install install-dev clean

demo: install ## a demonstration on http://127.0.0.1:8000/; RESET=1 starts afresh, PYTHON= names the interpreter
	@exec $(BIN)/heliograph demo $(if $(RESET),--reset)

install: ## what the product runs on, into .venv
	@sh scripts/install.sh run "$(PYTHON)"

install-dev: ## the same, and what tests and checks need
	@sh scripts/install.sh dev "$(PYTHON)"

test: install-dev ## everything on the embedded PostgreSQL 18, then what touches the database on Debian's PostgreSQL 15
	@sh scripts/test_requirements.sh
	$(BIN)/python -m pytest -n $(WORKERS) -m "not deep" --cov --cov-report=json --cov-report=
	$(BIN)/python scripts/coverage_gates.py
	HELIOGRAPH_TEST_POSTGRES=system $(BIN)/python -m pytest -n $(WORKERS) -m "database and not deep"

check: install-dev ## static checks and house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/architecture
	$(TEST_HOME) $(BIN)/heliograph manage makemigrations --check --dry-run
	$(BIN)/djlint src --extension=html --check --quiet
	$(BIN)/djlint src --extension=html --lint --quiet
	$(TEST_HOME) $(BIN)/heliograph packs check

test-deep: install-dev ## long walks, kill campaigns
	@sh scripts/test_requirements.sh
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -n $(WORKERS) -m deep

bench: install-dev ## figures into bench/RESULTS.md
	$(BIN)/python -m bench

lock: install-dev ## requirements.lock anew
	$(BIN)/python scripts/lock.py

clean: ## what can be made again; not the data under var
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build var/coverage.json
