# Lacuna's front door. CMake does the work (CMakePresets.json for developers); this file does the set-up before it.
# LACUNA_TORCH_DIR=DIR takes the LibTorch there; SEEDS=1,2,3 are the demo's; FRESH=1 makes it
# run every cell again; JOBS=N bounds the compilers.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BUILD := build

# A compiler needs up to 2 GB here: as many as there are cores, but no more than the memory holds.
JOBS ?= $(shell awk -v cores="$$(nproc)" '/MemAvailable/ {n = int($$2 / 2e6); print n < 1 ? 1 : n < cores ? n : cores}' /proc/meminfo)
TEST_JOBS ?= 2
SEEDS ?= 1

CONFIGURE = cmake --log-level=NOTICE -S . -B $(BUILD) -G Ninja $(if $(LACUNA_TORCH_DIR),-DLACUNA_TORCH_DIR='$(LACUNA_TORCH_DIR)')
COMPILE = cmake --build $(BUILD) -j $(JOBS)

.PHONY: help setup build demo board test parity bench bundle style format clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-6s  %s\n", $$1, $$2}' Makefile

setup:  ## bring what the build needs: packages through apt, LibTorch into build/libtorch
	@scripts/setup.sh build

# Tests and benchmarks are left out of a first build, and left as they are in a later one.
build: setup  ## build the program, build/bin/lacuna, and its plugins
	@$(CONFIGURE) $(if $(wildcard $(BUILD)/CMakeCache.txt),,-DLACUNA_BUILD_TESTS=OFF -DLACUNA_BUILD_BENCH=OFF)
	@$(COMPILE) --target lacuna plugins/all

demo: build  ## run all methods on the embedded data: build/demo/report/index.html (SEEDS=1,2,3: all seeds; FRESH=1: again)
	@scripts/demo.sh $(BUILD)/bin/lacuna $(SEEDS) $(FRESH)

board: build  ## write the boards of the published results, without running anything: reports/*/index.html
	@for suite in demo cifar100; do $(BUILD)/bin/lacuna report results/$$suite --out reports/$$suite && \
	  echo "$(CURDIR)/reports/$$suite/index.html" || exit; done

# Tests with the label real read files that no repository may hold: they run where LACUNA_DATA, or shared/data beside the
# checkout, is a folder. Those with the label parity are make parity's.
test:  ## build everything and run all tests
	@scripts/setup.sh build test bench
	@$(CONFIGURE) -DLACUNA_BUILD_TESTS=ON -DLACUNA_BUILD_BENCH=ON
	@$(COMPILE)
	@if [ -d "$${LACUNA_DATA-../shared/data}" ]; then others=parity; else others='parity|real'; fi; \
	  ctest --test-dir $(BUILD) -j $(TEST_JOBS) --output-on-failure -LE "^($$others)$$"

parity:  ## compare weights, text, pictures and losses with PyTorch, in a Python environment of their own
	@scripts/setup.sh build test parity
	@scripts/parity.sh $(BUILD)/parity
	@$(CONFIGURE) -DLACUNA_BUILD_TESTS=ON
	@$(COMPILE) --target test_parity
	@LACUNA_PARITY=$(abspath $(BUILD)/parity/data) ctest --test-dir $(BUILD) -L parity -j $(TEST_JOBS) --output-on-failure

bench:  ## measure the hot paths, each beside the long way
	@scripts/setup.sh build bench
	@$(CONFIGURE) -DLACUNA_BUILD_BENCH=ON $(if $(wildcard $(BUILD)/CMakeCache.txt),,-DLACUNA_BUILD_TESTS=OFF)
	@$(COMPILE) --target lacuna_bench plugins/all
	@$(BUILD)/bin/lacuna_bench

bundle:  ## pack build/bundle/*.tar.zst, which runs on another x86-64 Linux beside its torch 2.11 (docs/gpu.md)
	@scripts/setup.sh build test bundle
	@$(CONFIGURE) -DLACUNA_BUILD_TESTS=ON
	@$(COMPILE) --target lacuna lacuna_speed lacuna_miniature plugins/all
	@scripts/bundle.sh $(BUILD)

style:  ## check that the sources are laid out as clang-format does it
	@scripts/setup.sh style
	@scripts/check_format.sh

format:  ## lay them out so
	@scripts/setup.sh style
	@scripts/check_format.sh --fix

clean:  ## remove what was built; the downloaded LibTorch stays
	@if [ -d $(BUILD) ]; then find $(BUILD) -mindepth 1 -maxdepth 1 ! -name libtorch -exec rm -rf {} +; fi
