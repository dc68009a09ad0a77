# Everything starts from a clean clone with make, git and Python; see README.md.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
export PYTHONPATH := .
FILE ?=
DAYS ?= $(if $(filter days,$(MAKECMDGOALS)),7,60)
ARGS ?=
# Files whose names say that they need more are not even read where that is left out.
PLAIN := --ignore-glob='*_cloud.py' --ignore-glob='*_browser.py'

help:  ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .local/ready  ## Install everything into .venv and .local; leaves .venv/bin/dunlin

.local/ready: requirements/dev.lock requirements/ministack.lock requirements/sam.lock pyproject.toml infra/setup.sh
	@bash infra/setup.sh
	@mkdir -p .local && touch $@

browser: infra/browser.sh  ## Install Chromium, which only tests and pictures need
	@bash infra/browser.sh

opinions: setup infra/opinions.sh  ## Install another emulator and two linters, which only tests need
	@bash infra/opinions.sh

demo: setup  ## Sixty virtual days of a sample portfolio (FILE=your.csv for your own); stays up
	@$(PY) -m local demo --days $(DAYS) $(if $(FILE),--file "$(FILE)")

first-hour: setup  ## The README's seven steps on a fresh local cloud (FILE=your.csv for your own)
	@tools/first_hour.sh $(if $(FILE),"$(FILE)")

days: setup  ## Let days pass on the local cloud that demo or first-hour left (DAYS=7)
	@$(PY) -m local days $(DAYS)

up: setup  ## Start the local cloud with the deployed stack, without a portfolio
	@$(PY) -m local up

down:  ## Stop whatever demo or up left running
	@if [ -x $(PY) ]; then $(PY) -m local down; else echo "Nothing was running."; fi

# What needs a cloud runs beside the rest: it waits more than it works.
test: setup browser opinions check  ## Pass everything: style, types, architecture, template, all tests
	@set -o pipefail; \
	( $(PY) -m pytest -q -m cloud 2>&1 | awk '{ print "[cloud] " $$0; fflush() }' ) & beside=$$!; \
	$(PY) -m pytest -q -n 2 --ignore-glob='*_cloud.py' -m "not cloud"; rest=$$?; \
	wait $$beside; cloud=$$?; exit $$((rest || cloud))

test-fast: setup  ## Pass what needs no cloud, no browser and no patience (a minute)
	@$(PY) -m pytest -q -n 2 $(PLAIN) -m "not cloud and not browser and not slow"

fmt: setup  ## Write the code as the formatter has it
	@.venv/bin/ruff check --fix-only --quiet .
	@.venv/bin/ruff format .

check: setup  ## Style, types and architecture alone (seconds)
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache | tail -8

template: setup  ## Write template.yaml anew from infra/template and the dashboard's body
	@$(PY) tools/template.py

released: setup  ## Keep in infra/released.json what is deployed now, after a release
	@$(PY) -m tests.wiring.released

bench: setup  ## Measure speed, sizes and cost (no pass or fail)
	@$(PY) -m tests.bench $(ARGS)

measure-import: setup  ## Read generated exports (ARGS="--files 10000"), figures by mutation
	@$(PY) -m tests.imports.exports.measure $(ARGS)

pictures: setup browser  ## Draw the README's pictures anew (look at them before you keep them)
	@$(PY) -m tools.pictures

lock: setup  ## Write the lock files anew from requirements/*.in
	@for name in runtime dev ministack sam opinions; do \
	  .local/uv/bin/uv pip compile -q --no-emit-index-url --generate-hashes --python-version 3.11 \
	    requirements/$$name.in -o requirements/$$name.lock; done

.PHONY: help setup browser opinions demo first-hour days up down test test-fast fmt check template released bench measure-import pictures lock
