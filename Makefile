# `make` lists what there is. Everything is safe to repeat; nothing is rebuilt that has not changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
TEST_WORKERS ?= 2
UI := channels/web/ui
STATIC := channels/web/static
DATA := $(or $(GUITAI_DATA_DIR),.guitai)
CONTENT := $(or $(GUITAI_CONTENT_DIR),knowledge/content)

hash = $(shell cat $(1) 2>/dev/null | sha256sum | cut -c1-16)
tree_hash = $(shell find $(1) -type f 2>/dev/null | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum | cut -c1-16)

PACKAGES_STAMP := $(VENV)/.packages-$(call hash,requirements.lock)
PROJECT_STAMP := $(VENV)/.project-$(call hash,pyproject.toml requirements.lock)
TOOLS_STAMP := $(VENV)/.tools-$(call hash,requirements.lock requirements-dev.lock)
PAGES_STAMP := $(STATIC)/.pages-$(call tree_hash,$(UI)/src $(UI)/public $(UI)/index.html $(UI)/desk.html $(UI)/search.html $(UI)/side-bar.html $(UI)/voice.html $(UI)/package.json $(UI)/package-lock.json $(UI)/vite.config.ts $(UI)/tsconfig.json)
INDEX_STAMP := $(DATA)/.indexed-$(call tree_hash,$(CONTENT) requirements.lock)

.PHONY: help
help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.PHONY: run
run: setup  ## set up, then start the sandbox core bank and the assistant
	@exec $(BIN)/guitai serve --with-sandbox

.PHONY: wechat
wechat: setup  ## make run, with a fake WeChat and its phone page
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements-wechat.lock
	@exec $(BIN)/guitai serve --with-sandbox --with-wechat

.PHONY: chat
chat: setup  ## set up, then talk in the terminal as the sample customer C1001
	@exec $(BIN)/guitai chat --as C1001

.PHONY: setup
setup: $(PROJECT_STAMP) pages $(INDEX_STAMP)  ## virtual environment, packages, pages, index

.PHONY: test
test: setup $(TOOLS_STAMP) lint types  ## everything the gate runs (arch is part of pytest)
	$(BIN)/pytest -q -n $(TEST_WORKERS) --dist loadfile
	@if [ -d $(UI)/node_modules ] && command -v npm >/dev/null; then cd $(UI) && npm test --silent; fi

.PHONY: check
check: $(PROJECT_STAMP) $(TOOLS_STAMP) lint types arch  ## the checks without the tests, and the content check
	$(BIN)/guitai check

.PHONY: fmt
fmt: $(TOOLS_STAMP)  ## format the code and fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: lint
lint: $(TOOLS_STAMP)  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(PROJECT_STAMP) $(TOOLS_STAMP)  ## mypy, strict
	$(BIN)/mypy

.PHONY: arch
arch: $(PROJECT_STAMP) $(TOOLS_STAMP)  ## import directions, module size, no float money, log rules
	$(BIN)/pytest -q tests/architecture

.PHONY: bench
bench: setup  ## the benchmarks, against the budgets of docs/architecture.md
	$(BIN)/guitai bench

.PHONY: voice
voice: setup  ## calls: packages of the voice extra, models fetched and verified (about 250 MB)
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements-voice.lock
	$(BIN)/guitai voice models

.PHONY: clean
clean:  ## remove what was built; data and virtual environment stay
	rm -rf $(STATIC) $(UI)/node_modules build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(PACKAGES_STAMP): | $(VENV)/bin/python
	@echo "Installing the packages of requirements.lock (the first time takes minutes) …"
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.lock
	@rm -f $(VENV)/.packages-* && touch $@

$(PROJECT_STAMP): $(PACKAGES_STAMP)
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.project-* && touch $@

$(TOOLS_STAMP): $(PACKAGES_STAMP)
	@echo "Installing the test tools of requirements-dev.lock …"
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements-dev.lock
	@rm -f $(VENV)/.tools-* && touch $@

.PHONY: pages
pages:
	@if [ -e "$(PAGES_STAMP)" ]; then exit 0; fi; \
	if ! command -v npm >/dev/null; then \
		echo "The pages are not built: Node 20 or later is not installed. Everything else works; install it and run make setup again."; \
		exit 0; \
	fi; \
	echo "Building the pages …"; \
	(cd $(UI) && npm ci && npm run build) && rm -f $(STATIC)/.pages-* && touch "$(PAGES_STAMP)"

$(INDEX_STAMP): $(PROJECT_STAMP)
	@echo "Building the knowledge index …"
	@mkdir -p $(DATA)
	$(BIN)/guitai index
	@rm -f $(DATA)/.indexed-* && touch $@
