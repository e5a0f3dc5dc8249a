# The front door. `make help` lists what it opens.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.8
export JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION := 1
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

.PHONY: help setup demo up down status reset synth standard check ledger cost diff deploy create lock lint test drill

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 14

setup: $(VENV)/.installed node_modules/.installed ## install every tool from its lock

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@$(PYTHON) -m venv $(VENV) || { echo 'No venv: install the package python3-venv.' >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.installed: requirements.txt | $(BIN)/uv
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes requirements.txt
	@touch $@

node_modules/.installed: package-lock.json
	@npm ci --no-fund --no-audit --loglevel=error
	@touch $@

LOCKED := services/charging services/billing lambdas/telemetry lambdas/operations
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

lock: | $(BIN)/uv ## resolve every requirements.in into its requirements.txt again
	@$(COMPILE) requirements.in --output-file requirements.txt
	@for part in $(LOCKED); do $(COMPILE) -c requirements.txt $$part/requirements.in --output-file $$part/requirements.txt; done
	@$(COMPILE) embedded/requirements.in --output-file embedded/requirements.txt

ENV ?=
STACKS ?= *
SESSIONS ?=
TELEMETRY ?=
ZONE ?= Europe/Berlin
CDK := node_modules/.bin/cdk
EMBEDDED := $(BIN)/python -m embedded

demo: setup ## deploy Playground here, charge cars, close a month; SESSIONS=FILE TELEMETRY=FILE ZONE=NAME
	@$(BIN)/python -m demo play --zone $(ZONE) $(if $(SESSIONS),--sessions "$(SESSIONS)") $(if $(TELEMETRY),--telemetry "$(TELEMETRY)")

up: setup ## deploy Playground here and leave it running
	@$(BIN)/python -m demo up

down: setup ## end every process of the embedded AWS; what it holds stays
	@$(EMBEDDED) down

reset: setup ## down, and forget what was deployed
	@$(EMBEDDED) reset

status: setup ## what runs on the embedded AWS
	@$(EMBEDDED) status

synth: setup ## every environment through the gate, or one: ENV=live
	@$(BIN)/python -m stacks.synthesis $(ENV)

standard: setup
	@$(BIN)/python -m stacks.synthesis --rules NIST80053R5 live

check: synth standard ## what a reviewer would have to believe: losses, wildcards, acknowledgements, cfn-lint, NIST
	@$(BIN)/python -m proofs check
	@$(BIN)/python -m proofs lint
	@$(BIN)/python -m proofs standard

ledger: synth standard ## record stateful identities and write the registers again, after a change that is meant
	@$(BIN)/python -m proofs rights
	@$(BIN)/python -m proofs ledger
	@$(BIN)/python -m proofs registers

AGAINST ?=

cost: synth ## what a month costs; what a change costs: AGAINST=FOLDER, a cdk.out from before
	@$(BIN)/python -m proofs cost $(if $(ENV),cdk.out/$(ENV)) $(if $(AGAINST),--against $(AGAINST))

diff: setup ## what a deployment to AWS would change: ENV=live STACKS=charging
	@$(CDK) diff -c environment=$(ENV) '$(ENV)/$(STACKS)'

deploy: setup ## deploy to AWS with your credentials: ENV=dev STACKS=charging
	@$(CDK) deploy -c environment=$(ENV) '$(ENV)/$(STACKS)'

create: setup ## deploy a new environment to AWS, stacks at the same time, nobody asked: ENV=dev
	@$(CDK) deploy -c environment=$(ENV) '$(ENV)/*' --concurrency 4 --require-approval never

lint: setup ## ruff, mypy and import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy

test: setup lint ## every test, in two processes
	@$(BIN)/pytest -n 2

drill: setup ## every failure drill, by the runbooks as they stand, with how long each took
	@$(BIN)/pytest tests/end_to_end/drills -m end_to_end
