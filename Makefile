# Every target sets up its own environment: Python 3.11, make and the package registry suffice.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WARM := $(VENV)/.warm

.PHONY: demo test lint bench serve lock clean

demo: $(READY)
	$(BIN)/teahorse plan scenarios/kunming-week --out out/

test: $(WARM)
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pyright

bench: $(WARM)
	$(BIN)/python -m benchmarks.speed quote

serve: $(WARM)
	$(BIN)/teahorse serve

# Versions and hashes only: no address of a registry may enter the lock.
lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-annotate --no-header -q --python-version 3.11 -o requirements.lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

# Kernels are compiled once, so that neither a request nor each of two test processes pays for it. The
# demo compiles the few that it needs.
$(WARM): $(READY) $(wildcard optimizer/kernels/*.py)
	$(BIN)/teahorse warm
	touch $(WARM)

clean:
	rm -rf $(VENV) out
