#!/usr/bin/env bash
# Three hundred doubtful fields of the samples, settled in a real Chromium by keys alone at a person's
# pace (1.2 s each): prints what the page adds to it from the key to the next question on the screen.
#
#   scripts/review-session.sh
set -euo pipefail
cd "$(dirname "$0")/.."
HAGAKI_SESSION=300 HAGAKI_PACE_MS=1200 \
  cargo test --features "${FEATURES:-tesseract}" --test it -- browser::session --nocapture
