#!/usr/bin/env bash
# Installs the Debian packages that the build and the tests need, and nothing that is there.
set -euo pipefail

packages=(
  build-essential cmake nasm pkg-config   # zxing-cpp and libjpeg-turbo are built from source
  libtiff-dev                             # TIFF
  libtesseract-dev libleptonica-dev       # second opinion on printed lines (feature `tesseract`)
  tesseract-ocr-jpn tesseract-ocr-eng     # its language data
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
    missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  exit 0
fi

echo "installing: ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "error: root or sudo is needed to install: ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -q --no-install-recommends "${missing[@]}"
