#!/bin/sh
# The promise, measured on made cards: thresholds are learnt on five seeds and held against five
# others, and cards of another scanner must be noticed.
#
#   scripts/promise.sh WORK [FORM] [CARDS]
#
# Makes and reads CARDS cards (default 60) of FORM (default tests/forms/mark-sheet) for each of ten
# seeds, plainly marked on clean paper, and for two seeds on faint and copied paper; then draws
# campaigns of 20,000 cards from them with replacement (examples/promise.rs). So the readings are real,
# and there are only as many different ones as were made: an error that none of the few hundred cards
# shows is in no campaign. Nothing here speaks of people's hands. HAGAKI and PROMISE name other programs
# than the release builds; MARKS and WEAR other cards for the ten seeds than `plain` and `clean`.
set -e
work=$1 form=${2:-tests/forms/mark-sheet} cards=${3:-60}
cd "$(dirname "$0")/.."
hagaki=${HAGAKI:-} promise=${PROMISE:-}
if [ -z "$hagaki" ] || [ -z "$promise" ]; then
    cargo build --release --features "${FEATURES:-tesseract}" --bin hagaki --example promise
    target=${CARGO_TARGET_DIR:-$PWD/target}/release
    hagaki=$target/hagaki promise=$target/examples/promise
fi
form=$(cd "$form" && pwd)
make() { # NAME SEED WEAR
    dir=$work/$1
    [ -f "$dir/done" ] && return
    rm -rf "$dir" "$work/$1-cards"
    "$hagaki" --quiet synth "$form" -n "$cards" --seed "$2" -o "$work/$1-cards" --marks "${MARKS:-plain}" --wear "$3"
    "$hagaki" --quiet init "$dir" --no-forms
    mkdir -p "$dir/forms" && cp -R "$form" "$dir/forms/"
    "$hagaki" --quiet form draw "$dir/forms/$(basename "$form")"
    (cd "$work" && "$hagaki" --campaign "$dir" --quiet --no-progress run "$1-cards") || [ $? = 1 ]
    sed "s|^[^/,]*/|$1-cards/|" "$work/$1-cards/truth.csv" > "$dir/truth.csv"
    touch "$dir/done"
}
mkdir -p "$work" && work=$(cd "$work" && pwd)
learn='' hold='' other=''
for seed in 1 2 3 4 5; do make "l$seed" "$seed" "${WEAR:-clean}"; learn="$learn $work/l$seed"; done
for seed in 6 7 8 9 10; do make "h$seed" "$seed" "${WEAR:-clean}"; hold="$hold $work/h$seed"; done
make s1 11 faint; make s2 12 copy; other="$work/s1 $work/s2"
for checks in 315 4000 40000; do
    echo "== $checks checks a group"
    # shellcheck disable=SC2086
    "$promise" 20000 "$checks" $learn -- $hold -- $other
done
