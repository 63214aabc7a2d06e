#!/usr/bin/env bash
# Runs one target with the stable toolchain: coverage for libFuzzer, no sanitizer.
#
#   fuzz/run.sh TARGET [SECONDS] [libFuzzer options]
set -euo pipefail
cd "$(dirname "$0")"

target=$1
seconds=${2:-60}
shift $(($# > 1 ? 2 : 1))

coverage=(
  --cfg fuzzing -Cpasses=sancov-module -Cdebug-assertions=yes
  -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
  -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares
)
# With a named target the flags reach neither build scripts nor procedural macros.
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS="${coverage[*]}" cargo build --bin "$target" --target "$host"

./seeds.sh "$target"
mkdir -p "artifacts/$target"
exec "target/$host/debug/$target" "corpus/$target" -max_total_time="$seconds" -timeout=20 \
  -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="artifacts/$target/" "$@"
