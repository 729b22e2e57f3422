# make demo    installs what is missing, builds, starts a live seeded world, prints the address
# make test    installs what is missing, builds, runs every test
# make bench   prints the table of figures, ours beside the peer, measured in one run
# make format  formats every Swift file; `make lint` only checks
# make race    the concurrent parts under the thread sanitizer

SWIFT_FILES = Package.swift Sources Tests
RACE = "HTTPTests|EngineTests|PageConcurrencyTests|ModelSwapTests|ReadYourWritesTests|LifeTests|ReplayTests|GraphIndexTests|ShardedIndex"

# Two days of clicks, for the figure that needs them; left out where there are none.
CLICKS ?= ../shared/data/globo-clicks
# The folder of two sets of vectors, titles-minilm and sift-5k; left out where they are not.
VECTORS ?= ../shared/data
# LightGBM's lambdarank sample; left out where it is not.
RANK ?= ../shared/data/lightgbm-rank

.PHONY: demo build test bench format lint race clean

build:
	@scripts/setup build
	swift build -c release --product updraft

demo:
	@scripts/setup build demo
	swift build -c release --product updraft
	.build/release/updraft demo

test:
	@scripts/setup build test
	swift build -c release --build-tests
	@scripts/run-tests -c release --skip-build

bench:
	@scripts/setup build bench
	swift build -c release --product updraft
	.build/release/updraft bench $(if $(wildcard $(CLICKS)),--globo $(CLICKS)) \
	  $(if $(wildcard $(VECTORS)),--vectors $(VECTORS)) \
	  $(if $(wildcard $(RANK)),--rank $(RANK))

format:
	swift format --in-place --recursive --parallel $(SWIFT_FILES)

lint:
	swift format lint --strict --recursive --parallel $(SWIFT_FILES)

race:
	@scripts/setup build test
	swift test --sanitize=thread --scratch-path .build/race --filter $(RACE)

clean:
	swift package clean
