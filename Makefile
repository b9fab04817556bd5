# One way to do each thing. Everything does its own set-up.
PORT ?= 8080
export FLOORPULSE_CACHE ?= $(CURDIR)/.cache
BIN := .venv/bin

.PHONY: help setup demo test check lint bench pictures train lock clean

help:            ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

setup:           ## only the set-up that the others do first
	@tools/setup.sh test

demo:            ## run a whole shop on this machine; PORT=8123 chooses the port, VIDEO=FILE the footage, ARGS=--json
	@tools/setup.sh demo
	@$(BIN)/floorpulse demo --port $(PORT) $(if $(VIDEO),--video $(VIDEO)) $(ARGS)

test:            ## run every test
	@tools/setup.sh test
	@$(BIN)/python -m pytest $(ARGS)

check: lint test ## lint, types, import contracts, tests

lint:            ## ruff, mypy strict, import contracts
	@tools/setup.sh test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench:           ## the benchmarks, as JSON and a table; PART=vision runs one
	@tools/setup.sh test
	@$(BIN)/floorpulse bench $(PART) $(ARGS)

pictures:        ## remake the pictures of the kiosk and the reports in docs/pictures
	@tools/setup.sh test
	@$(BIN)/python tools/pictures.py

train:           ## train the person model from its seed: 4 hours on two cores, less with a GPU; stops and goes on
	@tools/setup.sh test
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -e '.[train]'
	@$(BIN)/python -m edge_models.training $(FLOORPULSE_CACHE)/training $(ARGS)

lock:            ## write the locks anew from pyproject.toml (needs uv)
	@for version in 3.11 3.13; do \
	  uv pip compile --quiet --universal --python-version $$version --extra dev --generate-hashes \
	    --no-emit-index-url --no-header -o lock/py$$(echo $$version | tr -d .).txt pyproject.toml; done

clean:           ## forget the demo's shop, the caches and the virtual environment
	rm -rf .venv .cache
