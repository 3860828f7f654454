# `make demo` and `make test` are all a newcomer needs; `make help` lists the rest.
# Needs GNU make and Python 3.11 with venv; everything else is installed into .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PYTEST_WORKERS ?= auto
PYTEST_ARGS ?=
MUTATION_ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
APPS := core sellers finance orders packages refunds cancellations returns marketplace
CSS := assets/built/app.css
CSS_SOURCES := $(shell find assets templates $(APPS) -type f \( -name '*.css' -o -name '*.html' -o -name '*.jinja' \
	-o -name '*.js' -o -name '*.py' \) -not -path 'assets/built/*' -not -path '*/migrations/*' 2>/dev/null)
COMPILE := $(BIN)/pip-compile --quiet --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check lint layers types bench prove mutation lock css \
	services-start services-stop clean

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: .venv/.installed $(CSS) ## install what runs, build the CSS

demo: setup ## start everything with demo data on 127.0.0.1:$DEMO_PORT (8000); Ctrl-C stops it
	@$(BIN)/python -m marketplace.demo.launch

test: .venv/.installed-dev $(CSS) ## run the whole suite; PYTEST_ARGS='tests/orders -k cancel'
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadfile $(PYTEST_ARGS)

check: lint layers types ## all that CI checks: lint, layers, migrations, types, settings, tests
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@ENVIRONMENT=production SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
		ALLOWED_HOSTS=shop.example.com DATABASE_URL=postgres://u:p@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0 \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(MAKE) --no-print-directory test

lint: .venv/.installed-dev ## ruff and djlint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --lint --quiet templates

layers: .venv/.installed-dev ## imports point one way (.importlinter)
	@$(BIN)/lint-imports

types: .venv/.installed-dev ## mypy on the kernel, the operations and the policies
	@$(BIN)/mypy core $(wildcard */operations.py */policies.py */operations/ */policies/)

bench: setup ## floor and ours side by side, one table
	@$(BIN)/python -m tests.load.bench

prove: .venv/.installed-dev $(CSS) ## the full proofs, up to an hour; writes docs/proofs.md
	@$(BIN)/python -m tests.proofs

mutation: .venv/.installed-dev $(CSS) ## one wrong change at a time to the rules; writes docs/mutation.md
	@$(BIN)/python -m tests.mutation $(MUTATION_ARGS)

lock: .venv/.installed-dev ## compile requirements*.in to pinned requirements*.txt
	@$(COMPILE) --output-file requirements.txt requirements.in
	@$(COMPILE) --output-file requirements-dev.txt requirements-dev.in

css: ## build the CSS again
	@rm -f $(CSS)
	@$(MAKE) --no-print-directory $(CSS)

services-start: setup ## start the embedded PostgreSQL and Valkey of this checkout
	@$(BIN)/python manage.py services start

services-stop: ## stop them; the data stays
	@$(BIN)/python manage.py services stop

clean: ## remove what was built; data in .local/ stays
	@rm -rf assets/built static .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; assert sys.version_info[:2] == (3, 11), sys.version' || \
		{ echo "Python 3.11 is needed; name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.installed: requirements.txt | .venv/bin/python
	@echo "Installing requirements.txt"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "Installing requirements-dev.txt"
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(CSS): $(CSS_SOURCES) | .venv/.installed
	@mkdir -p $(@D)
	@$(BIN)/tailwindcss -i assets/app.css -o $@ --minify 2>.venv/tailwind.log || { cat .venv/tailwind.log; exit 1; }
	@touch $@
