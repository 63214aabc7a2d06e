#!/usr/bin/env bash
# Reads marks by the thousand with the release binary and prints right / asked / silently wrong by
# kind of mark and by wear:
#
#   scripts/marks-at-volume.sh WORK [SEED]
#
# 1. every kind under every wear, 22,680 marks; 2. circled words, over 2,000; 3. strike-outs and
# corrections, 2,016 of them on consent questions. WORK is any folder; what is there is replaced.
# HAGAKI names another program than the release build, SCALE makes fewer cards (0.1: a tenth).
set -euo pipefail
cd "$(dirname "$0")/.."

work=$1
seed=${2:-20261127}
scale=${SCALE:-1}
hagaki=${HAGAKI:-}
if [ -z "$hagaki" ]; then
  cargo build --release --features "${FEATURES:-tesseract}"
  hagaki=${CARGO_TARGET_DIR:-target}/release/hagaki
fi
form=tests/forms/mark-sheet
mkdir -p "$work"

# cards NAME COUNT KINDS: makes, reads, exports and scores one set.
cards() {
  local name=$1 count kinds=$3
  count=$(awk -v n="$2" -v s="$scale" 'BEGIN { c = int(n * s); print c < 9 ? 9 : c }')
  rm -rf "${work:?}/$name" "${work:?}/$name-campaign"
  "$hagaki" synth "$form" -n "$count" --seed "$seed" --marks "$kinds" --wear all \
    -o "$work/$name" --quiet
  "$hagaki" init "$work/$name-campaign" --no-forms --quiet
  cp -r "$form" "$work/$name-campaign/forms/"
  "$hagaki" form draw "$work/$name-campaign/forms/mark-sheet" --quiet
  local code=0
  "$hagaki" --campaign "$work/$name-campaign" run "$work/$name" --quiet || code=$?
  [ "$code" -le 1 ] || exit "$code"
  "$hagaki" --campaign "$work/$name-campaign" export --profile long -o "$work/$name.csv" --quiet
  echo "== $name: $count cards, seed $seed"
  "$hagaki" score "$work/$name/truth.csv" "$work/$name.csv" --notes
}

cards all 648 all
cards circles 162 circle-word,circle-both
cards strikes 288 struck,scribbled,correction
