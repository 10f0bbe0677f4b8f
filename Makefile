# Every target builds its own prerequisites; `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
BIOME := node_modules/.bin/biome
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help frontend messages strings run test test-unit test-drill test-browser check check-static check-all bench drill lock format hostile mutants sbom pictures

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed. Set PYTHON, for example: make run PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# The lock file pins every package, so pip resolves nothing and new releases change nothing here.
$(RUNTIME): requirements.txt | $(BIN)/python
	@echo "Installing the packages of the portal into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt | $(BIN)/python
	@echo "Installing the packages of the checks into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip check
	@touch $@ $(RUNTIME)

# Biome formats and checks static/ during development; kycportal.frontend leaves development packages out.
$(BIOME): package.json package-lock.json | $(DEVELOPMENT)
	@echo "Installing Biome into node_modules ..."
	@$(BIN)/python -c 'from kycportal.frontend import npm_ci; npm_ci(".")' || \
		{ echo "Check that this host reaches an npm registry (npm ping), then try again: make $@"; exit 1; }
	@touch $@

frontend: $(RUNTIME) ## fetch the charts' library and the face detector's weights (required) by npm
	@$(BIN)/python -m kycportal.frontend

run: $(RUNTIME) frontend messages ## start everything on this machine; Ctrl-C stops it
	@$(BIN)/python -m kycportal.run

messages: $(RUNTIME) ## compile the translations
	@$(BIN)/python -m kycportal.messages

strings: $(RUNTIME) ## collect the translatable texts into locale/
	@$(BIN)/python -m kycportal.strings

# Three processes for two cores: each waits a third of its time for PostgreSQL, a vendor or another process.
test: $(DEVELOPMENT) frontend messages ## run all tests on PostgreSQL: unit, pages, a short drill; not the browser (test-browser)
	@$(BIN)/python -m tests.postgres pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not vendor and not browser" -rR

test-unit: $(DEVELOPMENT) frontend messages ## run the unit tests only, on SQLite, in two minutes
	@$(BIN)/python -m pytest -n 2 -m "not integration and not slow and not browser and not drill and not vendor and not postgres"

test-drill: $(DEVELOPMENT) frontend ## run a short fault drill with real processes
	@$(BIN)/python -m pytest tests/drills -m drill

test-browser: $(DEVELOPMENT) frontend ## test every page and the main jobs in Chromium against a running stack
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/browser -m browser -rR

check: $(DEVELOPMENT) frontend messages ## run everything that a change must pass: static checks and all tests
	@$(MAKE) --no-print-directory -j2 --output-sync=line check-static test

check-static: $(DEVELOPMENT) $(BIOME) ## check format, lint, imports, types, migrations, deployment, vulnerabilities, secrets
	@$(BIN)/ruff format --check --quiet . || { echo "Run: make format"; exit 1; }
	@$(BIN)/djangofmt --indent-width 2 --check --quiet templates || { echo "A template is not formatted. Run: make format"; exit 1; }
	@$(BIOME) check --error-on-warnings --log-level=error || { echo "Run: make format, then fix the remaining problems above"; exit 1; }
	@$(BIN)/ruff check --quiet . || { echo "Run: make format, then fix the remaining problems above"; exit 1; }
	@$(BIN)/python -m tests.imports
	@$(BIN)/mypy || { echo "Fix the types above. For a library without types, add its name to the overrides of pyproject.toml"; exit 1; }
	@$(BIN)/bandit --quiet --recursive --severity-level medium argos submissions kycportal || \
		{ echo "Replace the risky calls above. If one is correct, end its line with  # nosec and the rule, and explain it"; exit 1; }
	@DATA_DIR=$$(mktemp -d) $(BIN)/python manage.py makemigrations --check --dry-run || \
		{ echo "A model has changed without its migration. Run: $(BIN)/python manage.py makemigrations -n WHAT_IT_DOES"; exit 1; }
	@$(BIN)/python -m tests.deploy_check || { echo "Unsafe in production (above): fix kycportal/settings.py"; exit 1; }
	@$(BIN)/python -m tests.audit || { echo "Raise the version in requirements.in, then run: make lock"; exit 1; }
	@$(BIN)/python -m tests.secrets_scan

check-all: ## run the check without samples, the unit tests on SQLite and newer Pythons, and every benchmark once
	@KYC_FULL=1 $(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory test-unit
	@$(BIN)/python -m tests.newer
	@$(MAKE) --no-print-directory bench SIZE=small || { echo "A benchmark failed. Run: make bench SIZE=small BENCH=its name"; exit 1; }

bench: $(DEVELOPMENT) frontend ## run the benchmarks; BENCH=name runs one, SIZE=small takes a minute on small data
	@SIZE=$(or $(SIZE),full) $(BIN)/python -m bench $(BENCH)

drill: $(DEVELOPMENT) frontend ## run the fault drills with real processes; DRILL=name runs one, SEED=n repeats a run
	@$(BIN)/python -m tests.drills $(DRILL) $(if $(SEED),--seed $(SEED)) $(if $(CALLS),--calls $(CALLS))

hostile: $(DEVELOPMENT) frontend ## send 20,000 generated hostile inputs to a running stack
	@$(BIN)/python -m tests.hostile --inputs 20000

mutants: $(DEVELOPMENT) frontend ## change a package in small ways and list the changes that no test detects; PACKAGE=outbox SAMPLE=100 SEED=1
	@$(BIN)/python -m tests.mutants $(or $(PACKAGE),deadlines) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

sbom: $(DEVELOPMENT) ## write the software bill of materials of the runtime packages, as CycloneDX
	@mkdir -p artifacts
	@$(BIN)/cyclonedx-py requirements requirements.txt --output-reproducible --of JSON -o artifacts/sbom.json
	@$(BIN)/python -c "import json; print(len(json.load(open('artifacts/sbom.json'))['components']), 'components in artifacts/sbom.json')"

pictures: $(DEVELOPMENT) frontend ## take the README's screenshots from a running stack
	@$(BIN)/python -m tests.browser.screenshots

# Compiled for the oldest 3.11: up to 3.11.2 (Debian 12) redis needs a package that later versions do not.
lock: $(DEVELOPMENT) ## pin requirements.in and requirements-dev.in with hashes
	@$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.txt

format: $(DEVELOPMENT) $(BIOME) ## format Python, templates, scripts and styles, and fix what can be corrected automatically
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/djangofmt --indent-width 2 --quiet templates
	@$(BIOME) check --write --error-on-warnings --log-level=error
