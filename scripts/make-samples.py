#!/usr/bin/env python3
"""Makes every sample set again: scripts/make-samples.py HAGAKI (the program). Standard library only.

The same program makes the same bytes. After a change of the synthesiser look at the pictures, run
the tests, and renew the floors with the reason in the commit.
"""

import pathlib
import random
import shutil
import struct
import subprocess
import sys
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
HERE = ROOT / "samples"
SETS = [
    # folder, form, cards, seed
    ("resident-survey", "resident-survey", 8, 11),
    ("vaccine-intent", "vaccine-intent", 8, 12),
    ("benefit-application", "benefit-application", 3, 13),
    ("batch-header", "batch-header", 3, 14),
    # A form that no library of these samples holds.
    ("foreign", str(ROOT / "tests/cases/hand/cards"), 2, 15),
]


def png(width, height, rows, dpi=200):
    """A grey PNG from an iterator of rows of bytes."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    raw = b"".join(b"\0" + row for row in rows)
    per_meter = round(dpi / 0.0254)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"pHYs", struct.pack(">IIB", per_meter, per_meter, 1))
        + chunk(b"IDAT", zlib.compress(raw, 9))
        + chunk(b"IEND", b"")
    )


def blank_pages(folder):
    """A white page, and one with a scanner's dust on it; nothing may be read on either."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(16)
    width, height = 787, 1165
    white = [bytes([248]) * width for _ in range(height)]
    (folder / "white.png").write_bytes(png(width, height, white))
    dusty = [bytearray([240]) * width for _ in range(height)]
    for _ in range(12):
        x, y = rng.randrange(width - 2), rng.randrange(height - 2)
        for dy in range(2):
            for dx in range(2):
                dusty[y + dy][x + dx] = 120
    (folder / "dust.png").write_bytes(png(width, height, [bytes(r) for r in dusty]))


def broken_files(folder):
    """What transfers and misplaced files leave behind."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = (HERE / "resident-survey/0001.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 3])
    tiff = (HERE / "resident-survey/0003.tif").read_bytes()
    (folder / "cut.tif").write_bytes(tiff[: len(tiff) // 2])
    (folder / "empty.tif").write_bytes(b"")
    (folder / "letter.pdf").write_bytes(b"this is no PDF\n")


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    for name, form, cards, seed in SETS:
        folder = HERE / name
        if folder.exists():
            floor = folder / "floor.toml"
            kept = floor.read_bytes() if floor.exists() else None
            shutil.rmtree(folder)
            folder.mkdir()
            if kept is not None:
                floor.write_bytes(kept)
        arguments = ["synth", form, "-n", str(cards), "--seed", str(seed), "-o", name, "-q"]
        subprocess.run([program, *arguments], cwd=HERE, check=True)
    (HERE / "foreign/truth.csv").unlink()
    blank_pages(HERE / "blank")
    broken_files(HERE / "broken")


if __name__ == "__main__":
    main()
