# Every command of the repository; `make help` lists them.

PYTHON_CANDIDATES := $(or $(PYTHON),python3.14 python3.13 python3.12 python3.11 python3 python)
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# --no-config and the two --no-emit options keep this machine's package sources out of the lock.
COMPILE := $(BIN)/uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock'
BUILD_TOOLS := printf 'hatchling\neditables\n'

GUARDS := tests/proofs/test_guards_removed.py
HOUSE := tests/test_house.py
CLIENT := clients/typescript
CLIENT_TOOLS := $(CLIENT)/node_modules/.stamp

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test check types rules fix docs lock prove fuzz test-scale test-browser client clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16

setup: $(VENV)/dev.stamp ## Install everything, tools included, into .venv

run: $(VENV)/server.stamp ## Install the server and run it with the demo shop
	@exec $(BIN)/python -m api demo

# Files in their order: those of few tests, which take longest, come early enough to be shared out.
test: setup $(CLIENT_TOOLS) check ## Check, then run the tests, on all cores
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --ignore $(HOUSE)

check: setup ## Formatting, lint, types, import rules, house rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(MAKE) --no-print-directory --jobs 2 types rules

types:
	$(BIN)/mypy

rules:
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --quiet $(HOUSE)

fix: setup ## Format and repair what can be repaired by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup ## Write docs/campaigns/reference.md, the table of docs/security.md and the client's codes anew, and promise what is new in siyu.sdk
	$(BIN)/python -m tests.docs.reference
	$(BIN)/python -m tests.docs.security
	$(BIN)/python -m tests.docs.metrics
	$(BIN)/python -m tests.siyu.sdk.surface
	$(BIN)/python -m tests.clients.codes

# The proofs that measure come first, alone; each guard is taken out on any core.
prove: setup ## The long proofs: races, kills, totals
	$(BIN)/python -m pytest -m prove --ignore $(GUARDS)
	$(BIN)/python -m pytest -m prove --numprocesses auto $(GUARDS)

fuzz: setup ## Send 50,000 made-up GraphQL documents, other ones each time
	$(BIN)/python -m pytest -m fuzz tests/fuzz

test-scale: $(VENV)/scale.stamp ## Ask Spark, too, about CDNOW; needs Java 17
	@java -version 2>&1 | grep -q 'version "17' || { echo "make test-scale needs Java 17 (Debian: apt install openjdk-17-jre-headless)." >&2; exit 1; }
	$(BIN)/python -m pytest -m scale tests/siyu/metrics/analytics

test-browser: setup ## Open the explorer in headless Chromium
	$(BIN)/python -m pytest -m browser

client: setup ## Install, build and test the TypeScript client; needs Node
	cd $(CLIENT) && npm ci && touch node_modules/.stamp
	$(BIN)/python -m pytest -m '' tests/clients

# The build tools are no dependency of the server, but installing this repository into .venv takes them.
lock: setup ## Renew requirements/ from pyproject.toml
	$(BUILD_TOOLS) | $(COMPILE) --upgrade --extra server --extra analytics --extra otel --group dev pyproject.toml - \
		--output-file requirements/dev.txt
	$(COMPILE) --upgrade --group scale --constraint requirements/dev.txt --output-file requirements/scale.txt
	$(BUILD_TOOLS) | $(COMPILE) --extra server --extra analytics --constraint requirements/dev.txt pyproject.toml - \
		--output-file requirements/server.txt

clean: ## Remove what the tools made, .venv included; never your data
	rm -rf $(VENV) build dist $(CLIENT)/build $(CLIENT)/dist $(CLIENT)/node_modules *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . \( -name __pycache__ -o -name .ruff_cache \) -prune -exec rm -rf {} +

# One stamp a profile: nothing is installed, and no network asked, until the lock or pyproject.toml changes.
# The tools include the server, so their stamp serves both.
$(VENV)/dev.stamp $(VENV)/server.stamp: $(VENV)/%.stamp: requirements/%.txt pyproject.toml
	@$(FIND_OR_MAKE_VENV)
	@echo "Installing requirements/$*.txt into $(VENV); the first time takes a minute or two."
	@$(PIP_INSTALL) --require-hashes --requirement requirements/$*.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@if command -v npm >/dev/null; then echo "Fetching GraphiQL with npm."; $(BIN)/python -m api.explorer.fetch || true; fi
	@touch $@ $(if $(filter dev,$*),$(VENV)/server.stamp)

# Beside the tools: Spark is half a gigabyte, which nothing else needs.
$(VENV)/scale.stamp: requirements/scale.txt $(VENV)/dev.stamp
	@echo "Installing requirements/scale.txt into $(VENV); it takes some minutes."
	@$(PIP_INSTALL) --require-hashes --requirement requirements/scale.txt
	@touch $@

# Without npm, or where it fetches nothing, the client's own tests are skipped.
$(CLIENT_TOOLS): $(CLIENT)/package-lock.json
	@if command -v npm >/dev/null; then echo "Fetching the client's tools with npm."; (cd $(CLIENT) && npm ci --loglevel error && touch node_modules/.stamp) || true; fi

# A candidate counts only once it ran: the shim of a version manager exists without its Python.
define FIND_OR_MAKE_VENV
$(BIN)/python -m pip --version >/dev/null 2>&1 && exit 0; \
without_venv=; \
for python in $(PYTHON_CANDIDATES); do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	$$python -c 'import ensurepip, venv' 2>/dev/null && exec $$python -m venv --clear $(VENV); \
	without_venv=$$python; \
done; \
if [ -n "$$without_venv" ]; then \
	echo "$$without_venv cannot make a virtual environment: install its venv package (Debian: apt install python3-venv)."; \
else \
	echo "siyu needs Python 3.11 or later and none of these is: $(PYTHON_CANDIDATES). Install one, or name it: make PYTHON=/path/to/python"; \
fi >&2; \
exit 1
endef
