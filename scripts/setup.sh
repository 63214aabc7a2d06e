#!/usr/bin/env bash
# Installs the Debian packages that the build and the tests need, and nothing that is there.
# Debian 12, Ubuntu 24.04 or newer: before them libtiff is older than 4.5 and Tesseract than 5.
set -euo pipefail

least_libtiff=4.5
old_enough() {
  if ! pkg-config --atleast-version="$least_libtiff" libtiff-4; then
    echo "error: libtiff $(pkg-config --modversion libtiff-4) is older than $least_libtiff" >&2
    echo "hint: use Debian 12, Ubuntu 24.04 or newer" >&2
    exit 1
  fi
}

packages=(
  build-essential cmake nasm pkg-config   # zxing-cpp and libjpeg-turbo are built from source
  libtiff-dev                             # TIFF
  libtesseract-dev                        # second opinion on printed lines (feature `tesseract`)
  tesseract-ocr-jpn tesseract-ocr-eng     # its language data
)

# The review page's tests drive a browser. On Ubuntu it is a snap and not ours to install: without
# one the tests skip, unless CI is set.
has_browser() {
  command -v chromium || command -v chromium-browser || command -v google-chrome
}
if ! has_browser >/dev/null && grep -qx 'ID=debian' /etc/os-release 2>/dev/null; then
  packages+=(chromium)
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  old_enough
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "error: this is no Debian or Ubuntu; by other means it needs: ${missing[*]}" >&2
  exit 1
fi

echo "installing: ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "error: root or sudo is needed to install: ${missing[*]}" >&2
    echo "hint: as root: apt-get install ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
# A fresh machine may be updating itself: wait for it.
apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600)
"${as_root[@]}" "${apt[@]}" update ||
  echo "note: the lists of packages could not be renewed; trying with those that are here" >&2
if ! "${as_root[@]}" "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; then
  echo "error: these packages could not be installed: ${missing[*]}" >&2
  echo "hint: a network is needed once; on Ubuntu also: sudo add-apt-repository universe" >&2
  exit 1
fi
old_enough
