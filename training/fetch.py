"""Brings the training data: npm packages by name and digest, Debian fonts already installed.

    python fetch.py WORK      # WORK: any folder; nothing is written elsewhere
"""

import hashlib
import pathlib
import subprocess
import sys
import tarfile

from fontTools.ttLib import TTFont

PACKAGES = pathlib.Path(__file__).parent / "packages.txt"  # name@version and SHA-256
PARTS = ("japanese", "latin", "chinese-simplified")  # of a web font that are used


def fetch(name, digest, folder):
    """`npm pack` into `folder`, checked, unpacked; returns the package's folder."""
    out = subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=True, capture_output=True, text=True)
    file = folder / out.stdout.split()[-1]
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != digest:
        sys.exit(f"{name}: sha256 {found}, expected {digest}")
    into = folder / file.stem
    with tarfile.open(file) as tar:
        tar.extractall(into, filter="data")
    return into / "package"


def as_ttf(package, folder):
    """The web font's parts as files that FreeType opens. The Japanese part holds the digits too."""
    for part in PARTS:
        for woff in sorted(package.glob(f"files/*-{part}-400-normal.woff")):
            font = TTFont(woff)
            font.flavor = None
            font.save(folder / f"{woff.stem}.ttf")


def main():
    work = pathlib.Path(sys.argv[1])
    fonts = work / "fonts"
    fonts.mkdir(parents=True, exist_ok=True)
    for line in PACKAGES.read_text().splitlines():
        if line.startswith("#"):
            continue
        name, digest = line.split()
        package = fetch(name, digest, work)
        if name.startswith("@"):
            as_ttf(package, fonts)
        print(f"{name} ok")


if __name__ == "__main__":
    main()
