# alertd: every verb of this repository. `make` alone prints this list.
#
#   make demo         set up, build, analyse the bundled clip, print what was found beside what is true
#   make test         set up, lint, build once, then unit, parity, media, daemon, integration and browser tests
#   make long         what takes long: fuzzers, the daemon killed 200 times; scripts/long.d has the parts
#   make build        the release build that demo, tests and benchmarks share
#   make unit         unit tests alone
#   make parity       golden vectors alone; ALERTD_VECTORS points at a folder of them
#   make media        real media files alone; ALERTD_MEDIA points at a folder of them
#   make integration  tests against a real PostgreSQL and the built program, alone
#   make daemon       tests of a daemon that runs, alone
#   make browser      the page in a browser, alone; screenshots go to .build/test-results/screenshots
#   make eval         what the bundled encoder finds, on rendered and real clips, written to eval.json
#   make fuzz         the readers of published files, each fuzzed for 60 seconds
#   make bench        the engine beside torch, ONNX Runtime and OpenVINO, written to bench.json
#   make docs         the documentation of the libraries as a web site, in .build/docs
#   make deb          the Debian package, in .build/deb; scripts/check-deb tries it in a Debian of its own
#   make format       rewrite the Swift sources in the house style
#   make clean        remove what builds made
#
# Set-up is scripts/bootstrap: it installs missing Debian packages, and does nothing when none is missing.

.DEFAULT_GOAL := help
.PHONY: help demo test long build unit parity media daemon integration browser eval fuzz bench docs deb format clean

help:
	@sed -n 's/^#   \(make .*\)/\1/p' Makefile

demo:
	@scripts/demo

test:
	@scripts/test

build:
	@scripts/bootstrap
	@scripts/build

unit parity media daemon integration browser:
	@scripts/test $@

bench:
	@scripts/bench

format:
	swift format --in-place --parallel --recursive $(wildcard Sources Tests Benchmarks) Package.swift

clean:
	rm -rf .build

eval:
	@scripts/eval

fuzz:
	@scripts/fuzz

long:
	@scripts/long

deb:
	@packaging/build

docs:
	@scripts/bootstrap
	@scripts/build >/dev/null
	@scripts/docs
