# make run · test · check · bench · campaign: each sets up what it needs in .venv, from requirements.lock.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup run test check bench campaign lock

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

run: setup
	$(BIN)/python bot.py run

test: setup
	$(BIN)/python -m pytest -n 2 -q

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.servers.databases $(BIN)/python -m pytest -q -n 2 --databases=postgresql,mariadb

bench: setup
	$(BIN)/python -m benchmarks.messages
	$(BIN)/python -m benchmarks.growth

campaign: setup
	$(BIN)/python -m pytest -q -s -p no:randomly -o faulthandler_timeout=0 tests/test_campaign.py --campaign

lock:
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--all-extras --group dev pyproject.toml -o requirements.lock
