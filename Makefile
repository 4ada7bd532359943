# The verbs of this house. Each makes what it needs first and does nothing twice.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

BIN := .venv/bin
WEB := frontend
DIST := $(WEB)/dist/index.html
WEB_SOURCES := $(shell find $(WEB) \( -name node_modules -o -name dist -o -name generated -o -name pictures \) -prune -o -type f -not -name "*.tsbuildinfo" -print 2>/dev/null)
PYTEST ?= $(BIN)/pytest

.PHONY: help setup run test check fmt bench lock python-check web-check

help: ## Say what each verb does
	@echo "Velora. One command for each thing you do here:"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Needed on the machine: Python 3.11 or newer, Node.js 20.19 or newer. Everything else is installed into this folder."

setup: ## Install everything for working here: .venv, node_modules, the built web application
	@$(MAKE) --silent -j2 $(BIN)/.ready-dev $(DIST)
	@echo "Ready. Try: make run"

run: ## Start Velora with its demo marketplaces on http://localhost:8000, nothing else needed
	@$(MAKE) --silent -j2 $(BIN)/.ready-run $(DIST)
	@exec $(BIN)/velora up --demo

test: $(BIN)/.ready-dev $(DIST) ## Run every test, Python and web; those that lack a server or a browser say so and skip
	$(PYTEST) -n auto --dist loadfile
	cd $(WEB) && npm run --silent test

check: python-check web-check ## Check format, lint, types, import contracts, tidiness; run the quick tests (architecture and unit)

python-check: $(BIN)/.ready-dev
	$(BIN)/ruff format --check backend
	$(BIN)/ruff check backend
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(PYTEST) backend/tests/architecture backend/tests/unit

web-check: $(WEB)/node_modules/.ready $(DIST)
	cd $(WEB) && npm run --silent lint && npm run --silent typecheck

fmt: $(BIN)/.ready-dev $(WEB)/node_modules/.ready ## Put every file into shape
	$(BIN)/ruff format backend
	$(BIN)/ruff check --fix backend
	cd $(WEB) && npm run --silent format

bench: $(BIN)/.ready-run ## Measure orders a second on this machine; BENCH="checkout --help" says what else
	$(BIN)/velora bench $(or $(BENCH),checkout)

lock: $(BIN)/.ready-uv ## Pin again, with hashes, after a change of pyproject.toml
	$(BIN)/uv pip compile pyproject.toml -o requirements.lock $(LOCK)
	$(BIN)/uv pip compile pyproject.toml --group dev --constraint requirements.lock -o requirements-dev.lock $(LOCK)
	$(BIN)/uv pip compile --group setup -o requirements-setup.lock $(LOCK)

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url
INSTALL = VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --require-hashes -r $(1) && \
	VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --no-deps --editable .

# ---------------------------------------------------------------------------------------- what the verbs need

$(BIN)/.ready-uv: requirements-setup.lock
	@python=$$(for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$$name"; break; fi; done); \
	if [ -z "$$python" ]; then echo "Velora needs Python 3.11 or newer, and none was found. Install one" \
		"(Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python), or name one: make PYTHON=/path/to/python3" >&2; exit 1; fi; \
	echo "Python: making .venv with $$("$$python" --version)"; \
	"$$python" -m venv .venv || { echo "This Python cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-setup.lock
	@touch $@

$(BIN)/.ready-run: $(BIN)/.ready-uv requirements.lock pyproject.toml
	@echo "Python: installing what Velora runs on"
	@$(call INSTALL,requirements.lock)
	@touch $@

$(BIN)/.ready-dev: $(BIN)/.ready-uv requirements-dev.lock pyproject.toml
	@echo "Python: installing what Velora runs on and is tested with"
	@$(call INSTALL,requirements-dev.lock)
	@touch $@ $(BIN)/.ready-run

$(WEB)/node_modules/.ready: $(WEB)/package.json $(WEB)/package-lock.json
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null || { \
		echo "Velora's web application needs Node.js 20.19 or newer; found: $$(node --version 2>/dev/null || echo none)." \
		"Install the current LTS from https://nodejs.org" >&2; exit 1; }
	@echo "Web: installing packages"
	@cd $(WEB) && npm ci --loglevel=error --no-audit --no-fund
	@touch $@

$(DIST): $(WEB)/node_modules/.ready $(WEB_SOURCES)
	@echo "Web: building the application"
	@cd $(WEB) && npm run --silent build -- --logLevel warn
	@touch $@
