#!/usr/bin/env bash
# Reads the same pictures with hagaki, MarkShark, Auto Multiple Choice and marksense, and prints the
# table of benches/README.md.
#
#   benches/peers/run.sh [OPTION...]     options are those of compare.py: --cards, --only, ...
#
# Real scans are read where they are present (HAGAKI_CASES, or ../shared/cases), made cards always.
# What it installs stays in target/peers (HAGAKI_PEERS says another folder), except the Debian
# package. None of the peers' code is part of this repository.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/benches/peers
place=${HAGAKI_PEERS:-$root/target/peers}
cases=${HAGAKI_CASES:-$root/../shared/cases}
hagaki=${HAGAKI:-$root/target/release/hagaki}

markshark=1.2.0
marksense=0.2.0
# Auto Multiple Choice comes in the version that the Debian release has.

fail() {
  echo "error: $1" >&2
  echo "hint: $2" >&2
  exit 1
}

# Installs a package of PyPI into an environment of its own, once.
from_pypi() {
  local package=$1 version=$2 environment=$place/$1-$2
  if [ ! -x "$environment/bin/$package" ]; then
    echo "installing: $package $version" >&2
    rm -rf "$environment"
    python3 -m venv "$environment" ||
      fail "python3 cannot make an environment" "apt-get install python3-venv"
    "$environment/bin/pip" install --quiet "$package==$version" || {
      rm -rf "$environment"
      fail "$package $version could not be installed from PyPI" \
        "it needs Python 3.10 to 3.13 and a network once"
    }
  fi
}

from_debian() {
  command -v auto-multiple-choice >/dev/null && return
  command -v apt-get >/dev/null ||
    fail "auto-multiple-choice is not installed and this is no Debian" "install it by other means"
  echo "installing: auto-multiple-choice" >&2
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends auto-multiple-choice >&2 ||
    fail "auto-multiple-choice could not be installed" "root or sudo, and: apt-get update"
}

[ -x "$hagaki" ] || fail "\`$hagaki\` is missing" "cargo build --release, or HAGAKI=PROGRAM"
mkdir -p "$place"
from_pypi markshark "$markshark"
from_pypi marksense "$marksense"
from_debian

real=()
if [ -f "$cases/omr/truth.csv" ]; then
  real=(--cases "$cases")
else
  echo "note: no real scans in \`$cases\`; made cards only" >&2
fi

{
  echo "hagaki $("$hagaki" --version | cut -d' ' -f2), MarkShark $markshark," \
    "Auto Multiple Choice $(dpkg-query -W -f='${Version}' auto-multiple-choice)," \
    "marksense $marksense"
  echo "$(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)"
  echo
}

# MarkShark's environment has what the pictures are made with as well: OpenCV, PyMuPDF, Pillow.
exec "$place/markshark-$markshark/bin/python" "$here/compare.py" \
  --hagaki "$hagaki" \
  --markshark "$place/markshark-$markshark/bin/markshark" \
  --marksense "$place/marksense-$marksense/bin/marksense" \
  --output "$place/run" "${real[@]}" "$@"
