# Everything a person does with this repository by name: `make` alone lists it.
# Needs make and Python 3.11 or newer. All it installs goes to .venv, all it writes to var/.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

PORT ?= 8000
CHROMIUM ?= /usr/bin/chromium
DATABASE_URL ?= postgres://root@127.0.0.1:5432/test
REDIS_URL ?= redis://127.0.0.1:6379/1
SOAK_SEED ?= $(shell date +%s)
WORKERS ?= 2

VENV := .venv
PY := $(VENV)/bin/python
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
PIP := $(PY) -m pip --disable-pip-version-check --no-input install --quiet --require-hashes
PYTEST := $(PY) -m pytest -q
CODE := portal accounts integrations scorereports tests manage.py $(wildcard gunicorn.conf.py)

# A lane that hangs says so: the limits are four times what an ordinary machine takes, and a slow one gets that far.
# At a terminal Ctrl-C still reaches the tests; elsewhere the whole group is ended.
TIMEOUT := $(shell command -v timeout)
within = $(if $(TIMEOUT),timeout $(if $(filter yes,$(shell test -t 0 && echo yes)),--foreground) -s INT -k 20 $(1))

# The ordinary lane is SQLite and no broker, whatever the shell has set.
BARE := env -u DATABASE_URL -u REDIS_URL -u DEMO -u DEBUG -u SITE_URL -u SECRET_KEY -u FIELD_KEYS -u ALLOWED_HOSTS
SERVERS := $(BARE) DATABASE_URL='$(DATABASE_URL)' REDIS_URL='$(REDIS_URL)'
CHECKED := $(BARE) DJANGO_SETTINGS_MODULE=tests.settings TEST_RUN_ID=check
# As a district would run it; the keys are no keys.
PRODUCTION := $(BARE) SITE_URL=https://portal.example.org ALLOWED_HOSTS=portal.example.org EMAIL_URL=smtp://localhost \
  SECRET_KEY=for-a-check-of-the-settings-only-0123456789-abcdefghijk FIELD_KEYS=k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
NOT_SPECIAL := not browser and not axe and not soak and not bench

.PHONY: help run test test-services test-browser test-axe audit soak-short soak check bench promises promises-break
.PHONY: clean lock format pictures messages servers-there chromium-there

help:
	@sed -n 's/^## //p' Makefile

## make run             the portal with pretend vendors and people, on PORT (8000)
run: $(RUN_READY)
	@DEMO=1 PORT=$(PORT) $(PY) manage.py demo

## make test            the ordinary tests: SQLite, nothing but Python              (3 minutes)
test: $(DEV_READY)
	@$(call within,720) $(BARE) $(PYTEST) -n $(WORKERS) --dist loadgroup; first=$$?; \
	$(call within,120) $(BARE) $(PYTEST) -m 'alone and not services and $(NOT_SPECIAL)'; second=$$?; \
	exit $$((first > second ? first : second))

## make check           lint, types, layers, migrations, templates, docs            (2 minutes)
check: $(DEV_READY)
	@$(VENV)/bin/ruff check $(CODE)
	@$(VENV)/bin/ruff format --check $(CODE)
	@$(call within,300) $(CHECKED) $(PY) -m mypy $(CODE)
	@$(VENV)/bin/lint-imports --no-logo
	@$(CHECKED) $(PY) -W error manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(PY) -W error manage.py check --deploy --fail-level WARNING
	@$(VENV)/bin/djlint --quiet --lint --check templates
	@$(call within,240) $(BARE) $(PYTEST) tests/house

## make test-services   the quick ones again and more on PostgreSQL and Redis        (8 minutes)
test-services: $(DEV_READY) servers-there
	@$(call within,1200) $(SERVERS) $(PYTEST) -n $(WORKERS) --dist loadgroup --ignore=tests/house \
	  --ignore=tests/integrations/http --ignore=tests/integrations/sandbox --ignore=tests/integrations/illuminate \
	  --ignore=tests/integrations/powerschool \
	  -m 'not alone and (services or not slow) and $(NOT_SPECIAL)'; first=$$?; \
	$(call within,240) $(SERVERS) $(PYTEST) -m 'alone and $(NOT_SPECIAL)'; second=$$?; \
	exit $$((first > second ? first : second))

## make test-browser    pages and the viewer in Chromium (CHROMIUM)                 (8 minutes)
test-browser: $(DEV_READY) chromium-there
	@$(call within,900) $(BARE) CHROMIUM='$(CHROMIUM)' $(PYTEST) -m 'browser and not soak and not bench'

## make test-axe        accessibility rules in Chromium                             (4 minutes)
test-axe: $(DEV_READY) chromium-there
	@$(call within,900) $(BARE) CHROMIUM='$(CHROMIUM)' $(PYTEST) -m 'axe and not soak and not bench'

## make audit           the same, and family pages in all seven languages           (20 minutes)
audit: $(DEV_READY) chromium-there
	@$(BARE) CHROMIUM='$(CHROMIUM)' AUDIT_LANGUAGES='es vi zh-hant fil ko ar' $(PYTEST) -n $(WORKERS) --timeout=0 -m 'axe and not soak and not bench'

## make soak-short      many readers for a short while; SOAK_SEED repeats a run     (4 minutes)
soak-short: $(DEV_READY) servers-there
	@echo "SOAK_SEED=$(SOAK_SEED)"
	@$(call within,600) $(SERVERS) SOAK=short SOAK_SEED=$(SOAK_SEED) $(PYTEST) -m 'soak and not bench' \
	  --ignore=tests/soak/test_killed_syncs.py

## make soak            the same for long
soak: $(DEV_READY) servers-there
	@echo "SOAK_SEED=$(SOAK_SEED)"
	@$(SERVERS) SOAK=long SOAK_SEED=$(SOAK_SEED) $(PYTEST) --timeout=0 -m 'soak and not bench'

## make bench           one JSON line a measure on standard output
bench: $(DEV_READY) servers-there
	@mkdir -p var && rm -f var/bench.jsonl
	@$(SERVERS) BENCH_FILE=var/bench.jsonl $(PYTEST) --timeout=0 -p no:randomly -m bench 1>&2; status=$$?; \
	  cat var/bench.jsonl; exit $$status

## make promises        each promise of docs/promises.md and the tests that prove it
promises: $(DEV_READY)
	@DATABASE_URL='$(DATABASE_URL)' REDIS_URL='$(REDIS_URL)' CHROMIUM='$(CHROMIUM)' $(PY) -m tests.promises prove

## make promises-break  breaks each built promise by a patch: its tests must notice (ONLY="A3 F1": these)
promises-break: $(DEV_READY)
	@DATABASE_URL='$(DATABASE_URL)' REDIS_URL='$(REDIS_URL)' CHROMIUM='$(CHROMIUM)' $(PY) -m tests.promises break $(ONLY)

## make pictures        the main pages of families in three languages, into var/pictures
pictures: $(DEV_READY) chromium-there
	@$(BARE) CHROMIUM='$(CHROMIUM)' $(PY) -m tests.functional.main_pages

## make format          formats the code and fixes what the linter can
format: $(DEV_READY)
	@$(VENV)/bin/ruff check --fix $(CODE)
	@$(VENV)/bin/ruff format $(CODE)
	@$(VENV)/bin/djlint --quiet --reformat templates || true

## make messages        texts that families see into locale/, empty where new, and what Django reads of them
messages: $(DEV_READY)
	@$(PY) -m tests.phrases update && $(PY) -m tests.phrases compile

## make lock            compiles requirements*.in into hashed locks (uses uv)
lock: $(RUN_READY)
	@command -v uv >/dev/null || test -x var/uv/bin/uv || { $(PY) -m venv var/uv && var/uv/bin/pip -q install uv; }
	@uv=$$(command -v uv || echo var/uv/bin/uv); for name in requirements requirements-dev; do \
	  $$uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header $$name.in -o $$name.txt \
	  || exit 1; done

## make clean           removes var/ (the demo's data) and caches; keeps .venv
clean:
	@rm -rf var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find portal accounts integrations scorereports tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_READY): requirements.txt
	@found=; for name in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
	  if $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then found=$$name; break; fi; done; \
	if [ -z "$$found" ]; then \
	  echo "Python 3.11 or newer with its venv module is needed and was not found among the python3 names."; \
	  echo "On Debian and Ubuntu: apt-get install python3 python3-venv. Or name one: make PYTHON=/path/to/python3.12 …"; \
	  exit 1; fi; \
	$$found -m venv $(VENV)
	@echo "Installing what the portal needs into $(VENV) (once) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV_READY): $(RUN_READY) requirements-dev.txt
	@echo "Installing the test tools into $(VENV) (once) …"
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $@

servers-there: $(DEV_READY)
	@$(SERVERS) $(PY) -m tests.servers

chromium-there:
	@test -x '$(CHROMIUM)' || { echo "Chromium was not found at $(CHROMIUM)."; \
	  echo "On Debian: apt-get install chromium. Elsewhere: make CHROMIUM=/path/to/chromium …"; exit 1; }
