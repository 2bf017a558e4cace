# make run · test · check · bench · campaign: each sets up what it needs in .venv, from requirements.lock.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup run test check bench campaign lock

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check --disable-pip-version-check
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

# Each prints its ratios; all are run, and those that missed a bar are named at the end.
bench: setup .venv-peers/ready
	@missed=; for each in messages growth understanding reminders \
		"analysis --peers .venv-peers/bin/python"; do \
		echo; echo "== benchmarks.$$each"; $(BIN)/python -m benchmarks.$$each || missed="$$missed $${each%% *}"; \
	done; test -z "$$missed" || { echo "missed:$$missed"; exit 1; }

# What forecasts are measured against and do not depend on; without it they are measured against statsmodels alone.
.venv-peers/ready:
	$(PYTHON) -m venv .venv-peers
	-.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check statsforecast==2.1.1 pmdarima==2.1.1
	touch $@

# The long form of kill -9 under traffic, of reminders and tickets, of storms, years, guessed codes, charts
# and gibberish.
campaign: setup
	$(BIN)/python -m pytest -q -s -p no:randomly -o faulthandler_timeout=0 --campaign \
		tests/test_campaign.py tests/test_what_waits.py tests/test_service_loop.py tests/test_access.py \
		tests/test_forecast_chart.py tests/test_jobs.py tests/test_storm.py tests/test_simulated_years.py tests/test_gibberish.py \
		tests/test_malformed_requests.py tests/test_presses.py

lock:
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--all-extras --group dev pyproject.toml -o requirements.lock
