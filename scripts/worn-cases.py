#!/usr/bin/env python3
"""Real scans with truth, made worse: real ink under bad light, on dirty glass, thresholded, photographed.

    scripts/worn-cases.py WORK (hand|omr) [WEAR ...]

Makes a worn copy of the shared cases below WORK for each wear (all of them when none is named), reads
it with the program and prints right / asked / silently wrong. `A+B` wears by A and then by B. HAGAKI names the program (else the release
build), HAGAKI_CASES the cases, HAGAKI_DATA the weights. Needs numpy, Pillow and opencv-python-headless. The
draws depend on the names of the files alone, so two programs see the same pictures.
"""

import csv
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageSequence

ROOT = Path(__file__).resolve().parent.parent
CASES = Path(os.environ.get("HAGAKI_CASES", ROOT / "../shared/cases"))
HAGAKI = os.environ.get("HAGAKI", str(ROOT / "target/release/hagaki"))
# The forms of each kind, below tests/cases.
FORMS = {
    "hand": ["hand"],
    "omr": ["formscanner", "mcq_composite", "omrchecker", "openmcr", "sdaps"],
}
# Without a credible resolution the longer side is taken for A4's, in inches.
LONGER_SIDE = 11.69


def gray(a):
    return a if a.ndim == 2 else cv2.cvtColor(a, cv2.COLOR_RGB2GRAY)


def blurred(a, sigma):
    return cv2.GaussianBlur(a, (0, 0), sigma)


def noisy(a, rng, sigma):
    return np.clip(a + rng.normal(0, sigma, a.shape), 0, 255).astype(np.uint8)


def lit(a, light):
    return (a * (light if a.ndim == 2 else light[..., None])).astype(np.uint8)


def halved(a, dpi, wanted):
    if dpi <= wanted:
        return a
    k = wanted / dpi
    return cv2.resize(a, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)


def jpeg(a, quality):
    swap = (lambda b: b) if a.ndim == 2 else (lambda b: b[..., ::-1])
    _, coded = cv2.imencode(".jpg", swap(a), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return swap(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED))


def otsu(a):
    return cv2.threshold(a, 0, 255, cv2.THRESH_OTSU)


def dark_corner(a, dpi, rng):
    h, w = a.shape[:2]
    x, y = np.linspace(0, 1, w)[None, :], np.linspace(0, 1, h)[:, None]
    return noisy(lit(a, 1 - 0.5 * (0.6 * x + 0.4 * y) ** 1.5), rng, 3)


def streaks(a, dpi, rng):
    out, w = a.copy(), a.shape[1]
    wide = max(1, round(dpi / 150))
    for _ in range(3):
        x = int(rng.integers(w // 20, w - w // 20))
        out[:, x : x + wide] = np.minimum(out[:, x : x + wide], int(rng.integers(60, 160)))
    return out


def photo(a, dpi, rng):
    h, w = a.shape[:2]
    corners = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
    moved = corners + rng.uniform(-0.02, 0.02, (4, 2)) * [w, h]
    moved = (moved - [w / 2, h / 2]) * 0.93 + [w / 2, h / 2]
    to = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    table = 70 if a.ndim == 2 else (70, 70, 70)
    seen = cv2.warpPerspective(a, to, (w, h), flags=cv2.INTER_AREA, borderValue=table)
    light = np.broadcast_to(1 - 0.25 * np.linspace(0, 1, w), (h, w))
    return jpeg(noisy(blurred(lit(seen, light), 0.8 * dpi / 300), rng, 4), 70)


def show_through(a, dpi, rng):
    back = blurred(gray(a)[:, ::-1].astype(np.float32), dpi / 150)
    ink = (255 - back) * 0.22
    return np.clip(a - (ink if a.ndim == 2 else ink[..., None]), 0, 255).astype(np.uint8)


def thin(a, dpi, rng):
    g = gray(a)
    level, dark = otsu(g)[0], float(np.percentile(g, 0.5))
    return np.where(g > dark + (level - dark) * 0.55, 255, 0).astype(np.uint8)


def thick(a, dpi, rng):
    g = blurred(gray(a), 0.8 * dpi / 300)
    level, paper = otsu(g)[0], float(np.median(g))
    return np.where(g > level + (paper - level) * 0.55, 255, 0).astype(np.uint8)


def skewed(a, dpi, rng):
    h, w = a.shape[:2]
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), float(rng.choice([-3.1, 2.7])), 1.0)
    paper = 255 if a.ndim == 2 else (255, 255, 255)
    return cv2.warpAffine(a, turn, (w, h), flags=cv2.INTER_CUBIC, borderValue=paper)


def moved(a, x, y, paper=255):
    """Each pixel from a place that lies `x`, `y` (per row and column) off its own."""
    h, w = a.shape[:2]
    across = (np.arange(w, dtype=np.float32)[None, :] + x).astype(np.float32)
    down = (np.arange(h, dtype=np.float32)[:, None] + y).astype(np.float32)
    across, down = np.broadcast_to(across, (h, w)), np.broadcast_to(down, (h, w))
    table = paper if a.ndim == 2 else (paper,) * 3
    return cv2.remap(a, across.copy(), down.copy(), cv2.INTER_LINEAR, borderValue=table)


def bent(a, dpi, rng):
    """Paper that does not lie flat: up to 0.5 mm off, over waves of a hand's breadth."""
    h, w = a.shape[:2]
    mm = dpi / 25.4
    rows, columns = np.arange(h)[:, None] / (70 * mm), np.arange(w)[None, :] / (60 * mm)
    phase = rng.uniform(0, 2 * np.pi, 2)
    x = 0.5 * mm * np.sin(2 * np.pi * rows + phase[0])
    y = 0.5 * mm * np.sin(2 * np.pi * columns + phase[1])
    return moved(a, x, y)


def stretched(a, dpi, rng):
    """A feeder that runs 2 % too fast from somewhere on."""
    h = a.shape[0]
    rows = np.arange(h)[:, None]
    return moved(a, 0, 0.02 * np.maximum(rows - rng.uniform(0.2, 0.6) * h, 0))


def on_black(a, dpi, rng):
    """A scanner whose lid is black, and a card laid askew below it."""
    edge = round(dpi / 25.4 * 7)
    out = cv2.copyMakeBorder(a, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(12, 12, 12))
    h, w = out.shape[:2]
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), float(rng.uniform(-2, 2)), 1.0)
    turned = cv2.warpAffine(out, turn, (w, h), flags=cv2.INTER_CUBIC, borderValue=(12, 12, 12))
    return noisy(turned, rng, 2)


def cropped(a, dpi, rng):
    """2 mm of one edge are not on the picture."""
    h, w = a.shape[:2]
    cut = round(dpi / 25.4 * 2)
    top, left, bottom, right = [(cut, 0, 0, 0), (0, cut, 0, 0), (0, 0, cut, 0), (0, 0, 0, cut)][
        int(rng.integers(4))
    ]
    return a[top : h - bottom, left : w - right].copy()


def corner_lost(a, dpi, rng):
    """A torn corner, the lid's grey behind it."""
    out, side = a.copy(), int(dpi / 25.4 * rng.uniform(8, 14))
    h, w = out.shape[:2]
    x, y = (0, w - 1)[int(rng.integers(2))], (0, h - 1)[int(rng.integers(2))]
    near = np.array([[x, y], [abs(x - side), y], [x, abs(y - side)]], np.int32)
    cv2.fillPoly(out, [near], 90 if a.ndim == 2 else (90, 90, 90))
    return out


def dithered(a, dpi, rng):
    """One bit a pixel by error diffusion (Floyd and Steinberg), as scanners' photo mode does."""
    return np.array(Image.fromarray(gray(a)).convert("1").convert("L"))


def sharpened(a, dpi, rng):
    f = a.astype(np.float32)
    return np.clip(f + 1.5 * (f - blurred(f, 1.5 * dpi / 300)), 0, 255).astype(np.uint8)


def tinted(a, dpi, rng):
    """Card stock in cream, green or pink."""
    stock = [(250, 238, 200), (208, 236, 206), (250, 214, 220)][int(rng.integers(3))]
    color = a if a.ndim == 3 else cv2.cvtColor(a, cv2.COLOR_GRAY2RGB)
    return (color * (np.array(stock) / 255)).astype(np.uint8)


def blue_pen(a, dpi, rng):
    """Whatever is dark written and printed in blue."""
    g = gray(a).astype(np.float32)[..., None] / 255
    return (np.array((40, 60, 170)) * (1 - g) + 255 * g).astype(np.uint8)


def spotted(a, dpi, rng):
    """Dirt: specks of up to half a millimeter, and a stain."""
    out, (h, w) = a.copy(), a.shape[:2]
    for _ in range(60):
        at = (int(rng.integers(w)), int(rng.integers(h)))
        level = int(rng.integers(30, 150))
        cv2.circle(out, at, max(1, int(dpi / 25.4 * rng.uniform(0.05, 0.25))), (level,) * 3, -1)
    stain = np.zeros((h, w), np.float32)
    at = (int(rng.integers(w)), int(rng.integers(h)))
    cv2.circle(stain, at, int(dpi / 25.4 * rng.uniform(8, 15)), 1.0, -1)
    return lit(out, 1 - 0.25 * blurred(stain, dpi / 40))


def rows_lost(a, dpi, rng):
    """A feeder that slips: now and then up to four rows are missing, others are there twice."""
    h = a.shape[0]
    rows = list(range(h))
    for at in sorted(rng.integers(0, h, 8), reverse=True):
        n = int(rng.integers(1, 5))
        rows[at : at + n] = [] if rng.random() < 0.5 else sorted(rows[at : at + n] * 2)
    return a[rows].copy()


WEARS = {
    "plain": lambda a, dpi, rng: a,
    "dark-corner": dark_corner,
    "streaks": streaks,
    "photo": photo,
    "show-through": show_through,
    "thin": thin,
    "one-bit": lambda a, dpi, rng: otsu(gray(a))[1],
    "thick": thick,
    "skewed": skewed,
    "jpeg": lambda a, dpi, rng: jpeg(gray(a) if rng.random() < 0.5 else a, 18),
    "150-dpi": lambda a, dpi, rng: halved(a, dpi, 150),
    "blurred": lambda a, dpi, rng: noisy(blurred(a, 1.9 * dpi / 300), rng, 3),
    "noisy": lambda a, dpi, rng: noisy(blurred(a, 0.7 * dpi / 300), rng, 18),
    "pale": lambda a, dpi, rng: noisy(255 - (255 - a.astype(np.float32)) * 0.42, rng, 2.5),
    "murky": lambda a, dpi, rng: noisy(25 + a.astype(np.float32) * 0.6, rng, 4),
    "dim": lambda a, dpi, rng: noisy(255 * (a / 255.0) ** 2.2 * 0.8, rng, 3),
    "bent": bent,
    "stretched": stretched,
    "smaller": lambda a, dpi, rng: cv2.resize(a, None, fx=0.96, fy=0.96, interpolation=cv2.INTER_AREA),
    "600-dpi": lambda a, dpi, rng: cv2.resize(a, None, fx=600 / dpi, fy=600 / dpi, interpolation=cv2.INTER_CUBIC),
    "on-black": on_black,
    "cropped": cropped,
    "corner-lost": corner_lost,
    "upside-down": lambda a, dpi, rng: a[::-1, ::-1].copy(),
    "dithered": dithered,
    "sharpened": sharpened,
    "tinted": tinted,
    "blue-pen": blue_pen,
    "spotted": spotted,
    "rows-lost": rows_lost,
}
ONE_BIT = {"thin", "one-bit", "thick", "dithered"}
# The paper is another size than the form's at the same resolution.
SAME_DPI = {"smaller", "on-black", "cropped", "rows-lost"}


def worn(source, wear, name):
    """The pages of one file, and their resolution (None: the file has no credible one)."""
    pages = []
    with Image.open(source) as file:
        kind = file.format
        for frame in ImageSequence.Iterator(file):
            told = float(frame.info.get("dpi", file.info.get("dpi", (0, 0)))[0])
            pixels = np.array(frame.convert("L" if frame.mode in ("1", "L", "LA") else "RGB"))
            dpi = told if told > 60 else max(pixels.shape[:2]) / LONGER_SIDE
            rng = np.random.default_rng(zlib.crc32((wear + name).encode()))
            for one in wear.split("+"):
                out = WEARS[one](pixels, dpi, rng)
                if one not in SAME_DPI:
                    dpi *= max(out.shape[:2]) / max(pixels.shape[:2])
                pixels = out
            page = Image.fromarray(pixels)
            if one in ONE_BIT and kind != "JPEG":
                page = page.convert("1")
            pages.append((page, (dpi, dpi) if told > 60 else None))
    return kind, pages


def save(target, kind, pages):
    target.parent.mkdir(parents=True, exist_ok=True)
    (first, dpi), rest = pages[0], [page for page, _ in pages[1:]]
    told = {"dpi": dpi} if dpi else {}
    if kind == "JPEG":
        first.save(target, kind, quality=92, **told)
    elif kind == "TIFF":
        first.save(target, kind, save_all=True, append_images=rest, compression="tiff_lzw", **told)
    else:
        first.save(target, kind, **({"lossless": True} if kind == "WEBP" else told))


def hagaki(*arguments, codes=(0,)):
    done = subprocess.run([HAGAKI, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in codes:
        sys.exit(f"hagaki {' '.join(map(str, arguments))}\n{done.stderr}")
    return done.stdout


def measure(work, kind, wear):
    cases, pictures = CASES / kind, work / f"{kind}-{wear}"
    truth = list(csv.DictReader((cases / "truth.csv").open(encoding="utf8", newline="")))
    if kind == "hand":
        truth = [t for t in truth if t["file"].startswith("cards/")]
    shutil.rmtree(pictures, ignore_errors=True)
    for name in sorted({t["file"] for t in truth}):
        save(pictures / name, *worn(cases / name, wear, name))
    campaign = work / f"{kind}-{wear}-campaign"
    shutil.rmtree(campaign, ignore_errors=True)
    hagaki("init", campaign, "--no-forms", "--quiet")
    for family in FORMS[kind]:
        for form in sorted((ROOT / "tests/cases" / family).iterdir()):
            shutil.copytree(form, campaign / "forms" / form.name)
    hagaki("--campaign", campaign, "run", pictures, "--quiet", codes=(0, 1))
    rows = work / f"{kind}-{wear}.csv"
    hagaki("--campaign", campaign, "export", "--profile", "long", "-o", rows, "--quiet")
    # The truth names files below the cases, the rows below the parent of what was read.
    text = rows.read_text(encoding="utf8").replace(f"{pictures.name}/", "")
    rows.write_text(text, encoding="utf8")
    kept = work / f"{kind}-truth.csv"
    with kept.open("w", encoding="utf8", newline="") as out:
        table = csv.DictWriter(out, truth[0].keys())
        table.writeheader()
        table.writerows(truth)
    print(f"== {kind}, {wear}")
    print(hagaki("score", kept, rows), flush=True)


def main():
    if len(sys.argv) < 3 or sys.argv[2] not in FORMS or set("+".join(sys.argv[3:]).split("+")) - {"", *WEARS}:
        sys.exit(f"{__doc__}\nWears: {' '.join(WEARS)}")
    work = Path(sys.argv[1]).resolve()
    for wear in sys.argv[3:] or WEARS:
        measure(work, sys.argv[2], wear)


if __name__ == "__main__":
    main()
