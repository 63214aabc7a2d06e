#!/usr/bin/env bash
# Twenty reviewers over ten thousand questions, and twenty kills of the server at work: the sizes that
# the suite's own tests of this (tests/it/load.rs) are too short for. Ends 0 when nothing was lost,
# nothing was answered twice and memory stayed flat; prints the times.
#
#   scripts/review-at-volume.sh
set -euo pipefail
cd "$(dirname "$0")/.."
HAGAKI_LOAD=10000 HAGAKI_KILLS=20 \
  cargo test --release --features "${FEATURES:-tesseract}" --test it -- load:: --nocapture --test-threads 1
