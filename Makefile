# The front door of Tacit. `make` alone says what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo service-demo test fuzz soak bench sanitize format lint deps clean

install := tools/install_packages.sh

help: ## say what there is
	@echo 'Tacit: computing on data that nobody may see. What make can do:'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1:\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F: '{printf "%-16s %s\n", $$1, $$2}'
	@echo
	@echo 'demo, test, bench and lint install the Debian packages that they need (tools/packages.txt); with'
	@echo 'TACIT_SKIP_DEPS=1 they leave that to you. Builds go to build/<preset>; "cmake --list-presets" names them.'

demo: ## train a model on encrypted images, end to end (six minutes on two fresh cores, five of them building)
	@$(install) demo
	@cmake --preset demo >/dev/null
	@cmake --build --preset demo --target tacit
	@tools/demo.sh build/demo/apps/tacit/tacit

service-demo: ## one service and two customers over TLS, each in processes of their own
	@$(install) demo
	@cmake --preset demo >/dev/null
	@cmake --build --preset demo --target tacit
	@tools/service_demo.sh build/demo/apps/tacit/tacit

test: ## build everything with warnings as errors and run all tests
	@$(install) test
	@tools/test.sh

fuzz: ## build the fuzz targets with sanitizers and run all of them for half a minute
	@$(install) test
	@tools/fuzz.sh "$${TACIT_FUZZ_SECONDS:-30}"

soak: ## kill, cut, fill, damage and attack the service in every way, and count (half an hour)
	@$(install) test
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target tacit full_disk
	@TACIT_SOAK=1 ctest --preset release -V -R 'end_to_end.(Kills|Load|FullDisk|Cuts|Damage|Hostile|Refreshes|Checkpoints)' | \
	  grep -E '"harness"|[Ff]ail|tests passed'

bench: ## run the benchmarks; results as JSON in results/
	@$(install) bench
	@tools/bench.sh

sanitize: ## run the tests under AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer
	@$(install) sanitize
	@for preset in dev tsan; do \
	  cmake --preset $$preset >/dev/null && cmake --build --preset $$preset && \
	  ctest --preset $$preset -j$$(nproc) || exit 1; done

format: ## rewrite the C++ sources in the house style
	@$(install) lint
	@tools/lint.sh format

lint: ## check the style, the layers and the citations; run clang-tidy (minutes)
	@$(install) lint
	@tools/lint.sh check

deps: ## install the packages for everything above
	@$(install) lint bench sanitize

clean: ## remove build/
	@rm -rf build
