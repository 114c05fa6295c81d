# Thin names over scripts and CMake presets. `make demo` and `make test` need nothing but Debian 12 and the network.
.PHONY: build demo test lint bench fuzz docs package image clean
.DEFAULT_GOAL := build

build:
	@scripts/setup.sh build
	@scripts/build.sh release leat soda tomorrow_stand_in

# EXAMPLE=sf-dispatch, sf-fire, des-moines-weather, dvd-rental (a PostgreSQL is installed for its stand-in) or chicago-crime.
demo: build
	@scripts/setup.sh $(if $(filter dvd-rental,$(EXAMPLE)),shop,build)
	@EXAMPLE='$(EXAMPLE)' scripts/demo.sh

test:
	@scripts/setup.sh test
	@scripts/build.sh release all
	@scripts/test.sh

lint:
	@scripts/setup.sh lint
	@scripts/build.sh release house_test
	@scripts/lint.sh

bench:
	@scripts/setup.sh test
	@scripts/build.sh release all
	@bench/setup.sh
	@bench/run.sh

fuzz:
	@scripts/setup.sh fuzz
	@scripts/build.sh fuzz all
	@scripts/fuzz.sh

docs: build
	@build/release/bin/leat docs --folder docs/reference
	@node scripts/docs_site.mjs build/release/bin/leat build/docs

package: build
	@scripts/package.sh

image:
	@docker build -f deploy/docker/Dockerfile -t leat .

clean:
	rm -rf build
