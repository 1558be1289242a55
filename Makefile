# Overair. `make help` lists what there is to make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

DATA_DIR ?= data
SERVE_FLAGS ?=
TESTS ?= tests
PYTEST_FLAGS ?=
SECONDS ?= 600
MINUTES ?= 30
FUZZ_FLAGS ?=
WORKERS ?= logical

UV := .uv/bin/uv
BIN := .venv/bin
STAMPS := .venv/.stamps

# The machine's own certificates, and no Python but the machine's own.
export UV_SYSTEM_CERTS ?= true
export UV_NATIVE_TLS ?= true
export UV_PYTHON_DOWNLOADS := never
export PYTHONHASHSEED ?= 0

.PHONY: help install serve test test-postgresql test-all check bench bench-full fuzz soak figures accuracy lock requirements schema docs clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

install: $(STAMPS)/base ## install Overair into .venv/

serve: install ## install and start the server; its data stay in ./data (or DATA_DIR=...)
	@exec $(BIN)/overair serve --demo --data-dir "$(DATA_DIR)" $(SERVE_FLAGS)

test: $(STAMPS)/test ## run the tests (a part of them with TESTS=tests/cli), in under 15 minutes
	@tools/debian-packages.sh --optional requirements/test.debian
	@tools/unpack-packages.sh requirements/unpacked.debian build/packages
	HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest --numprocesses $(WORKERS) --maxprocesses 4 --dist loadfile $(PYTEST_FLAGS) $(TESTS)

test-postgresql: $(STAMPS)/test ## run the tests with every store in PostgreSQL, not SQLite
	@tools/debian-packages.sh --optional requirements/test.debian
	@tools/unpack-packages.sh requirements/unpacked.debian build/packages
	OVERAIR_TEST_DATABASE=postgresql HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest --numprocesses $(WORKERS) --maxprocesses 4 --dist loadfile --timeout 360 $(PYTEST_FLAGS) $(TESTS)

test-all: $(STAMPS)/test ## run every test, those that take long too
	@tools/debian-packages.sh --optional requirements/test.debian
	@tools/unpack-packages.sh requirements/unpacked.debian build/packages
	HYPOTHESIS_PROFILE=full $(BIN)/python -m pytest -m "full or not full" --timeout 3600 $(PYTEST_FLAGS) $(TESTS)

check: $(STAMPS)/check docs ## lint, format, types, imports between rooms, links between pages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMPS)/test ## the benchmarks, in under 15 minutes
	@tools/debian-packages.sh --optional requirements/test.debian
	@tools/unpack-packages.sh requirements/unpacked.debian build/packages
	$(BIN)/python -m benchmarks

bench-full: $(STAMPS)/test ## the benchmarks at full size
	@tools/debian-packages.sh --optional requirements/test.debian
	@tools/unpack-packages.sh requirements/unpacked.debian build/packages
	$(BIN)/python -m benchmarks --full

fuzz: $(STAMPS)/fuzz ## fuzz every parser for SECONDS=600 in all; KEEP=1 keeps what it learned, RECORD=1 the figures
	PYTHONPATH=tests $(BIN)/python -m fuzz --seconds $(SECONDS) $(if $(KEEP),--keep) $(if $(RECORD),--record) $(FUZZ_FLAGS)

soak: $(STAMPS)/test ## the model with new seeds for MINUTES=30, simulated, over HTTP and through a gateway; SEED=1 begins there, RECORD=1 writes the figures
	@tools/debian-packages.sh --optional requirements/test.debian
	PYTHONPATH=tests $(BIN)/python -m model.soak --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) $(if $(RECORD),--record)

figures: $(STAMPS)/test ## put the figures of the recorded soak and fuzz runs into docs/reliability.md
	PYTHONPATH=tests $(BIN)/python -m tools.figures

accuracy: $(STAMPS)/test ## let the doctor examine every sick server of the ward: docs/doctor/accuracy.md
	@tools/debian-packages.sh --optional requirements/test.debian
	$(BIN)/python -m tools.accuracy

schema: $(STAMPS)/base ## write the schema of the doctor's reports: docs/doctor/report.schema.json
	$(BIN)/python -m tools.report_schema

requirements: $(STAMPS)/test ## which requirements of the specifications the tests name
	@$(BIN)/python tools/requirements.py

docs: $(STAMPS)/docs ## the pages in docs/ as a site in build/docs; whatever is wrong with a link is an error
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --conf-dir tools/site --doctree-dir build/doctrees docs build/docs

lock: $(UV) ## write requirements/*.txt anew from pyproject.toml
	@tools/lock.sh

clean: ## remove the environments and caches, never ./data
	rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find src tests tools -name __pycache__ -prune -exec rm -rf {} +

$(UV): requirements/uv.txt
	@tools/bring-uv.sh

$(STAMPS)/base: $(UV) pyproject.toml requirements/base.txt requirements/build.txt
	@tools/install.sh base build
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/test: $(STAMPS)/base requirements/test.txt
	@tools/install.sh test
	@touch $@

$(STAMPS)/docs: $(STAMPS)/base requirements/docs.txt
	@tools/install.sh docs
	@touch $@

$(STAMPS)/fuzz: $(STAMPS)/test requirements/fuzz.txt
	@tools/install.sh fuzz
	@touch $@

# The types of the tests are checked, too, so their packages are needed.
$(STAMPS)/check: $(STAMPS)/test requirements/check.txt
	@tools/install.sh check
	@touch $@
