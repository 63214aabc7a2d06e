#!/usr/bin/env bash
# Builds the release binary, makes a campaign, reads samples/ and says where everything is.
#
#   scripts/demo.sh CAMPAIGN
set -euo pipefail
cd "$(dirname "$0")/.."

campaign=$1
cargo build --release --features "${FEATURES:-tesseract}"
hagaki=${CARGO_TARGET_DIR:-target}/release/hagaki

if [ ! -f "$campaign/hagaki.toml" ]; then
  "$hagaki" init "$campaign"
fi
for wheel in .wheels/rapidocr-*.whl; do
  if [ -f "$wheel" ]; then
    "$hagaki" --campaign "$campaign" model install "$wheel"
  fi
done

# 1: finished, but an operator must look: the samples hold files that nobody can read, and cards that
# wait without a question.
look() {
  code=0
  "$hagaki" --campaign "$campaign" "$@" || code=$?
  [ "$code" -le 1 ] || exit "$code"
}
look run samples
look export
echo
echo "next: $hagaki --campaign $campaign review"
