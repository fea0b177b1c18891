# Every target needs only make, Python 3.11 or newer with venv, and pip: what it uses is installed by hash into .venv.

PYTHON ?= python3
OUT ?= demo
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test soak bench lint format docs wheel lock clean

help:
	@echo "make demo    the whole analysis of a town, Neubrandenburg, into $(OUT)/"
	@echo "make test    the tests; one of them: make test ARGS='-k name'"
	@echo "make lint    ruff, pyright, the layers of the modules, the locks, the map's scripts"
	@echo "make docs    the documentation, into docs/_build/html/"
	@echo "make bench   the benchmarks, side by side with their peers"
	@echo "make soak    the random tests with many more cases, 40 runs that are killed, and scripts/mutants.toml (long)"
	@echo "make format  ruff's layout of the code"
	@echo "make wheel   the package, into dist/"
	@echo "make lock    requirements/*.txt anew from pyproject.toml"
	@echo "make clean   removes what these targets made"

# What is imported is compiled once, into $(VENV), whatever the environment says of it: a process starts in a third of the time.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/bytecode
PYTEST := $(BIN)/python -m pytest --numprocesses=2 --dist=worksteal

demo: $(VENV)/locked-run
	$(BIN)/tenmin demo --out $(OUT) $(ARGS)

test: $(VENV)/locked-test
	$(PYTEST) $(ARGS)

soak: $(VENV)/locked-test
	$(PYTEST) --hypothesis-profile=soak $(ARGS)
	$(BIN)/python scripts/kill_runs.py
	$(BIN)/python scripts/mutants.py

bench: $(VENV)/locked-test
	$(BIN)/python -m benchmarks $(ARGS)

lint: $(VENV)/locked-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_repository.py
	$(BIN)/python scripts/check_page.py

format: $(VENV)/locked-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(VENV)/locked-dev
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

wheel: $(VENV)/locked-run
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist

# Newer releases of everything: make lock ARGS=--upgrade
UV_COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet $(ARGS)

lock: $(VENV)/locked-dev
	$(UV_COMPILE) --group build --output-file requirements/run.txt
	$(UV_COMPILE) --group build --group test --constraints requirements/run.txt --output-file requirements/test.txt
	$(UV_COMPILE) --group build --group dev --constraints requirements/test.txt --output-file requirements/dev.txt
	$(subst pyproject.toml,benchmarks/peers.in,$(UV_COMPILE)) --output-file benchmarks/peers.txt

$(VENV)/locked-%: requirements/%.txt pyproject.toml | $(BIN)/python
	@echo "installing requirements/$*.txt into $(VENV)"
	$(PIP) install --no-compile --require-hashes --requirement $<
	$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "tenmin needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

clean:
	rm -rf $(VENV) $(OUT) dist docs/_build .pytest_cache .ruff_cache .hypothesis .import_linter_cache
