# `make help` lists the targets. A fresh machine needs Python 3.11+ with venv, and make; node comes with the
# Python packages of Pipfile.lock.

# The one selector of the environment, for make, main.py, cdktf and CI: a name in config/, or a folder with a slash. Without
# it `make synth` takes the tutorial and says so; a deploy has no default.
CONFIG ?=
export CONFIG
FOLDER = $(if $(findstring /,$(CONFIG)),$(CONFIG),config/$(or $(CONFIG),tutorial))

# The first Python of 3.11 to 3.13, on which everything was tried, else a later one; PYTHON=... names another.
PYTHON ?= $(shell for before in 14 99; do for candidate in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$candidate" -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, $$before))" 2>/dev/null \
	&& { command -v "$$candidate"; exit; }; done; done)

VENV := .venv
AT_ONCE := -n auto --dist worksteal
IN_VENV := env -u PIPENV_IGNORE_VIRTUALENVS VIRTUAL_ENV="$(CURDIR)/$(VENV)" PIPENV_VERBOSITY=-1 PATH="$(CURDIR)/$(VENV)/bin:$$PATH"
INSTALLED := $(VENV)/.installed
WARMED := .cache/jsii/.warmed
CHECKOV := .cache/checkov/.installed
SITE := .cache/docs/.installed
CLI := node_modules/.package-lock.json

# Common in containers, and then our own modules are compiled anew at each run.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(INSTALLED) $(WARMED) ## Install the locked packages into .venv, unpack and index the provider bindings

.PHONY: synth
synth: setup ## Write the Terraform JSON of config/$CONFIG to cdktf.out (CONFIG=tutorial where none is named)
	@$(VENV)/bin/python main.py

.PHONY: test
test: setup ## Run every test, as many at a time as the machine has processors
	$(VENV)/bin/pytest $(AT_ONCE)

.PHONY: check
check: setup $(CHECKOV) docs ## What CI runs: format, lint, types, checkov, workflows, site, tests
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/python -m posture
	$(VENV)/bin/python -m workflows
	$(VENV)/bin/pytest $(AT_ONCE)

.PHONY: prove
prove: setup ## Prove config/$CONFIG on a real mesh: its expected tables, then every identity and request
	$(if $(wildcard tests/proof/$(notdir $(FOLDER))),$(VENV)/bin/python -m egress prove --stages tests/proof/$(notdir $(FOLDER)))
	$(VENV)/bin/python -m egress prove --config $(FOLDER)

.PHONY: test-proof
test-proof: setup ## Run the tests that bring a mesh up (make test leaves them out)
	$(VENV)/bin/pytest -m proof tests/proof

.PHONY: test-package
test-package: setup ## Run the tests that build the wheel and play a new user (make test leaves them out)
	$(VENV)/bin/pytest -m package tests/package

.PHONY: posture
posture: setup $(CHECKOV) ## Hold config/production against checkov's checks
	$(VENV)/bin/python -m posture

.PHONY: test-walk
test-walk: setup ## Compare every single change of the production stacks (make test takes a sample of each kind)
	$(VENV)/bin/pytest -m walk tests/review -s

SEED ?= $(shell date +%Y%m%d)

.PHONY: prove-deep
prove-deep: setup ## Hold the review against a real mesh: 10,000 rows of generated cases (SEED: today's date), single mistakes
	$(VENV)/bin/python -m egress prove-deep --seed $(SEED)
	$(VENV)/bin/python -m egress prove-deep --mistakes

.PHONY: review
review: setup ## Compare this work tree with BASE in every environment (.ci/review also tells 1 and 2 apart)
	@.ci/review $(notdir $(CONFIG))

.PHONY: reference
reference: setup ## Write what follows from the code: config/schema, docs/configuration.md, docs/objects.md, docs/schemas
	$(VENV)/bin/python -m egress.config.schema
	$(VENV)/bin/python -m egress.checks.reference
	$(VENV)/bin/python -m tests.synth.objects_page
	$(VENV)/bin/python -m egress.review.output.schemas.reference

.PHONY: docs
docs: $(SITE) ## Build the site of docs/ into .cache/site; a broken link fails it
	NO_MKDOCS_2_WARNING=1 $(dir $(SITE))bin/python -m mkdocs build --strict

.PHONY: picture
picture: setup ## Take docs/report.png anew, the picture of the report (needs Chromium)
	PYTHONPATH=constructs $(VENV)/bin/python -m tests.review.picture

.PHONY: bench
bench: setup ## Measure the speed targets of docs/performance.md, and the proof at 1,000 teams
	$(VENV)/bin/python -m bench
	$(VENV)/bin/python -m egress.proof.scale 1000

.PHONY: cli
cli: $(CLI) ## Install the pinned cdktf command line (then: . .venv/bin/activate && npx cdktf list)

.PHONY: lock
lock: $(INSTALLED) ## Lock the packages of Pipfile and package.json again
	$(IN_VENV) pipenv lock --dev
	@# The registry is the machine's choice (pip's configuration), not the project's.
	$(IN_VENV) python -c 'import json, pathlib; f = pathlib.Path("Pipfile.lock"); d = json.loads(f.read_text()); \
	d["_meta"]["sources"] = []; f.write_text(json.dumps(d, indent=4, sort_keys=True) + "\n")'
	$(IN_VENV) npm install --package-lock-only --omit-lockfile-registry-resolved

.PHONY: clean
clean: ## Remove what make wrote, but for .venv
	rm -rf .cache cdktf.out node_modules .mypy_cache .pytest_cache .ruff_cache

# pip compiles what it installs; compileall catches what was installed with compilation off (without the .pyc
# files every run of main.py compiles cdktf: 3 times the time).
$(INSTALLED): Pipfile.lock requirements/pipenv.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "%s is Python %s; 3.11 or later is needed" % (sys.executable, sys.version.split()[0]))'
	test -x $(VENV)/bin/python || "$(PYTHON)" -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/pipenv.txt
	$(IN_VENV) pipenv sync --dev
	$(VENV)/bin/python -m compileall -q -j 0 -x 'lib2to3|/tests?/' $(VENV)/lib || true
	@touch $@

$(WARMED): $(INSTALLED)
	$(VENV)/bin/python -m lazy_bindings.warm
	@touch $@

# Environments of their own: they pin packages that the project does not use, some of them otherwise.
$(CHECKOV): posture/requirements.txt $(INSTALLED)
	rm -rf $(@D)
	$(VENV)/bin/python -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement posture/requirements.txt
	@touch $@

$(SITE): requirements/docs.txt $(INSTALLED)
	rm -rf $(@D)
	$(VENV)/bin/python -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/docs.txt
	@touch $@

$(CLI): package-lock.json $(INSTALLED)
	$(IN_VENV) npm ci --no-fund --no-audit --no-update-notifier
	@touch $@
