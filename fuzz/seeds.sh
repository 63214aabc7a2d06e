#!/usr/bin/env bash
# Fills a target's corpus with small real inputs; what is there stays.
#
#   fuzz/seeds.sh TARGET
set -euo pipefail
cd "$(dirname "$0")"

target=$1
corpus=corpus/$target
mkdir -p "$corpus"
places=(../samples)
if [ -n "${HAGAKI_CASES:-}" ]; then
  places+=("$HAGAKI_CASES/decode")
fi

# Files of at most 64 KiB with one of these endings, under the digest of their bytes.
take() {
  local endings=()
  for ending in "$@"; do endings+=(-o -iname "*.$ending"); done
  find "${places[@]}" -type f -size -65k \( "${endings[@]:1}" \) -print0 |
    while IFS= read -r -d '' file; do
      cp -n "$file" "$corpus/$(sha256sum <"$file" | cut -c1-16)"
    done
}

lines() { # each line of a text is one input
  local line
  while IFS= read -r line; do
    printf '%s' "$line" >"$corpus/$(printf '%s' "$line" | sha256sum | cut -c1-16)"
  done
}

case $target in
form)
  for form in ../form-templates/*/form.toml ../tests/cases/*/*/form.toml; do
    cp -n "$form" "$corpus/$(sha256sum <"$form" | cut -c1-16)"
  done
  ;;
picture) take tif tiff jpg jpeg png bmp jp2 jb2 jbig2 ;;
pdf) take pdf ;;
key)
  lines <<'TEXTS'
A1234567890A
a12345678903b
0000000017
12345-67:8/9.0+$
*CODE39-7*
https://example.jp/?id=0012345678
(01)04912345678904
TEXTS
  ;;
answer)
  cut -d, -f5- ../samples/*/truth.csv | sort -u | lines
  lines <<'TEXTS'
令和6年2月30日
S64.1.8
昭和元年12月25日
0773-62-2500
０９０－１２３４－５６７８
〒625-8555
1:a|2:b
同上
なし
@hold
TEXTS
  ;;
esac
