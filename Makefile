# Everything runs in .venv, made from `python3 -m venv` and pip; PYTHON=... chooses another interpreter (3.11 or later).
PYTHON ?= python3
BIN := .venv/bin
# As many processes as cores, each with whole files and one thread, in the order of the files.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder
# The folder whose seeds/ and dev/ hold pages with gold.
GONGKAI_GOLD ?= ../shared
export GONGKAI_GOLD
TIME ?= 600
GOLD ?= $(wildcard $(GONGKAI_GOLD)/dev/*.jsonl)

.PHONY: extract test check slow fuzz train evaluate eval-seeds eval-dev bench bench-accuracy bench-assembly ablations calibrate card docs pictures install format clean
.DEFAULT_GOAL := extract

extract: .venv/runtime.stamp  ## the shipped sample pages as tables in the terminal
	$(BIN)/gongkai show --samples

test: .venv/dev.stamp  ## the fast tests
	$(PYTEST)

check: .venv/dev.stamp  ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

slow: .venv/dev.stamp  ## the tests that take minutes
	$(PYTEST) -m slow --durations=15

fuzz: .venv/dev.stamp  ## search for inputs that break a reader, TIME seconds for each target; what breaks one is kept in tests/fuzz/corpus
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[fuzz]"
	$(BIN)/python tests/fuzz/run.py --seconds $(TIME)

train: .venv/dev.stamp  ## the shipped model again, from its settings
	$(BIN)/gongkai train --config shipped --resume
	$(BIN)/python -m gongkai.training.exits --model runs/shipped/checkpoint --resume

evaluate: .venv/dev.stamp  ## spans of the shipped model by label, on GOLD (JSON Lines of annotated texts)
	$(BIN)/gongkai evaluate model/shipped $(GOLD)

eval-seeds: .venv/dev.stamp  ## cells of the pages with gold in $GONGKAI_GOLD/seeds, difference by difference
	$(BIN)/python -m gongkai.training.seeds tables

eval-dev: .venv/dev.stamp  ## narrative figures of $GONGKAI_GOLD/dev, by label
	$(BIN)/python -m gongkai.training.seeds figures

bench: .venv/dev.stamp  ## pages in a second against the same model run the usual way; writes docs/performance.md
	$(BIN)/python -m gongkai.training.bench --write docs

bench-accuracy: .venv/dev.stamp  ## cells of 1,200 generated pages that no training saw, by severity, layout and damage
	$(BIN)/python -m gongkai.training.accuracy --pages 250 --jobs 2

bench-assembly: .venv/dev.stamp  ## time from labels to tables on generated pages
	$(BIN)/python -m gongkai.training.accuracy.speed

ablations: .venv/dev.stamp  ## what pays in training: variants of a reduced recipe, in docs/ablations.md (an hour or two; goes on where it was cut)
	$(BIN)/python -m gongkai.training.ablations --write docs/ablations.md

calibrate: .venv/dev.stamp  ## fit the confidences of the shipped model on held-out pages; before `make card`
	$(BIN)/python -m gongkai.training.calibrate

card: .venv/dev.stamp  ## measure the shipped model and write its card
	$(BIN)/python -m gongkai.training.record $(GONGKAI_GOLD)

docs: .venv/dev.stamp  ## the documentation as a site in site/; its search needs a server: python -m http.server -d site
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

pictures: .venv/dev.stamp  ## the pictures of the README and the tutorial, with the Chromium of the system
	$(BIN)/python docs/hooks/picture.py

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

install:  ## again after adding a file or a folder: an editable install is a tree of links
	rm -f .venv/*.stamp
	$(MAKE) .venv/dev.stamp

clean:
	rm -rf .venv build dist site *.egg-info

.venv/runtime.stamp: pyproject.toml setup.cfg | .venv/bin/python
	@echo "installing into .venv: a minute or so"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[files]"
	@touch $@

# Everything of the runtime install is in this one too.
.venv/dev.stamp: pyproject.toml setup.cfg | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev,train]"
	@touch .venv/runtime.stamp $@

.venv/bin/python:
	$(PYTHON) -m venv .venv
