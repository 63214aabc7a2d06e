"""Made cards with boxes to write in, for fitting and proving what both readers say together.

    python cards.py WORK OUT [--cards N] [--seed N]

Writes OUT/forms/made-cards (a form for hagaki), OUT/PROFILE/*.jpg|png and OUT/truth.csv. Every
character comes from the held-out material of `glyphs.py`: no network saw it. A card has one pen and
one scanner; three profiles of both take turns.
"""

import argparse
import csv
import pathlib

import cv2
import numpy as np
from PIL import Image

import classes
from augment import place
from glyphs import Sources

SIZE = (100.0, 148.0)  # mm
MARK = 4.0
FIELDS = {  # name: (charset, left, top, pitch, cell width, cell height, boxes), mm
    "postal": ("digits", 34.0, 14.0, 7.0, 5.7, 8.0, 7),
    "phone": ("digits", 12.0, 32.0, 7.2, 6.2, 8.0, 11),
    "hiragana": ("hiragana", 12.0, 52.0, 8.5, 8.5, 8.5, 9),
    "katakana": ("katakana", 12.0, 72.0, 9.0, 7.6, 8.6, 8),
    "kanji": ("jis1", 12.0, 94.0, 11.5, 10.4, 10.4, 6),
    "kanji2": ("jis1", 12.0, 114.0, 11.5, 10.4, 10.4, 6),
}
PROFILES = {  # dpi, ink (darkest, lightest), blur in px, noise, kind of file
    "ballpoint": (300, (0.75, 1.0), (0.4, 0.9), (1, 5), "jpg"),
    "pencil": (200, (0.40, 0.75), (0.5, 0.9), (2, 6), "jpg"),
    "fax": (300, (0.8, 1.0), (0.6, 1.0), (1, 4), "png"),
}


def form():
    corners = [(4 + MARK / 2, 4 + MARK / 2), (SIZE[0] - 4 - MARK / 2, 4 + MARK / 2),
               (4 + MARK / 2, SIZE[1] - 4 - MARK / 2), (SIZE[0] - 4 - MARK / 2, SIZE[1] - 4 - MARK / 2)]
    lines = ['form = "made-cards"', "edition = 1", 'title = "Made cards"', "", "[[side]]", 'id = "front"',
             f"size = [{SIZE[0]}, {SIZE[1]}]", "margin_notes = false", "marks = ["]
    lines += [f'  {{ kind = "square", at = [{x}, {y}], size = {MARK} }},' for x, y in corners] + ["]"]
    for name, (charset, x, y, pitch, w, h, n) in FIELDS.items():
        cells = ", ".join(f"[{x + k * pitch:.2f}, {y}, {w}, {h}]" for k in range(n))
        value = {"digits": f"{{ code = {{ length = {n} }} }}", "jis1": "{ name = {} }"}.get(charset, "{ kana = {} }")
        lines += ["", "[[side.field]]", f'id = "{name}"', f'comb = {{ charset = "{charset}", cells_at = [{cells}] }}', f"value = {value}"]
    return "\n".join(lines) + "\n"


class Writers:
    """The held-out glyphs of each network, by charset."""

    def __init__(self, work):
        digits, kana, jis1 = (Sources(work, n, held=True) for n in ("digits", "kana", "jis1"))
        self.by_charset = {"digits": (digits, list("0123456789")), "hiragana": (kana, classes.HIRAGANA),
                           "katakana": (kana, classes.KATAKANA), "jis1": (jis1, classes.KANJI)}

    def text(self, charset, boxes, rng):
        chars = self.by_charset[charset][1]
        n = boxes if charset == "digits" else int(rng.integers(2, boxes))
        return "".join(chars[rng.integers(len(chars))] for _ in range(n))


def with_pen(patch, width):
    """The glyph drawn with a pen of about that width, in pixels of the patch."""
    mask = (patch > 127).astype(np.uint8)
    edge = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).sum() / 2
    more = width - 2 * mask.sum() / max(edge, 1)
    k = int(round(abs(more))) + 1
    if k < 2:
        return patch
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (k, k))
    if more > 0:
        # A dense kanji closes up under a thick pen: people then write thinner.
        return cv2.dilate(patch, kernel) if mask.mean() < 0.16 else patch
    thin = cv2.erode(patch, kernel)
    return thin if thin.sum() > 0.35 * patch.sum() else patch


def card(writers, profile, rng):
    """(grey page u8, field -> text)"""
    dpi, strength, blur, noise, kind = PROFILES[profile]
    s = dpi / 25.4
    page = np.zeros((round(SIZE[1] * s), round(SIZE[0] * s)), np.float32)

    def box(x, y, w, h, value, thick=-1):
        cv2.rectangle(page, (round(x * s), round(y * s)), (round((x + w) * s), round((y + h) * s)), value, thick)

    for x in (4, SIZE[0] - 4 - MARK):
        for y in (4, SIZE[1] - 4 - MARK):
            box(x, y, MARK, MARK, 1.0)
    frame, line = rng.uniform(0.65 if profile == "fax" else 0.35, 0.9), max(1, round(rng.uniform(0.15, 0.35) * s))
    dark, size = rng.uniform(*strength), rng.uniform(0.5, 0.85)
    width, haste = rng.uniform(3.5, 8.0), rng.uniform(0.3, 1.0)
    truth, ink = {}, np.zeros_like(page)
    for name, (charset, x, y, pitch, w, h, n) in FIELDS.items():
        source, _ = writers.by_charset[charset]
        truth[name] = writers.text(charset, n, rng)
        for k in range(n):
            box(x + k * pitch, y, w, h, frame, line)
        for k, c in enumerate(truth[name]):
            cell_w, cell_h = round(w * s), round(h * s)
            glyph = with_pen(source.glyph(c, rng), width * rng.uniform(0.9, 1.1))
            drawn = place(glyph, cell_h, cell_w, rng, size * rng.uniform(0.85, 1.15), haste)
            px, py = round((x + k * pitch) * s), round(y * s)
            if rng.random() < 0.06:  # over the frame
                px += int(rng.integers(-2, 3))
                py += int(rng.integers(-6, 7))
            part = ink[py : py + cell_h, px : px + cell_w]
            np.maximum(part, drawn, out=part)
    if profile == "pencil":
        grain = rng.normal(0.85, 0.2, (page.shape[0] // 2 + 1, page.shape[1] // 2 + 1)).astype(np.float32)
        ink *= np.clip(cv2.resize(grain, page.shape[::-1]), 0.3, 1)
    page = np.maximum(page, ink * dark)
    turn = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), rng.normal(0, 0.4), 1.0)
    page = cv2.warpAffine(page, turn, page.shape[::-1], flags=cv2.INTER_LINEAR)
    page = cv2.GaussianBlur(page, (0, 0), rng.uniform(*blur))
    light, black = rng.uniform(225, 252), rng.uniform(10, 50)
    grey = light - page * (light - black) + rng.standard_normal(page.shape, np.float32) * rng.uniform(*noise)
    grey = np.clip(grey, 0, 255).astype(np.uint8)
    if profile == "fax":
        grey = np.where(grey < rng.uniform(120, 175), 0, 255).astype(np.uint8)
    return grey, truth, kind


def main():
    args = argparse.ArgumentParser()
    args.add_argument("work", type=pathlib.Path)
    args.add_argument("out", type=pathlib.Path)
    args.add_argument("--cards", type=int, default=300)
    args.add_argument("--seed", type=int, default=1)
    a = args.parse_args()
    cv2.setNumThreads(1)
    folder = a.out / "forms/made-cards"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "form.toml").write_text(form(), "utf-8")
    writers, names = Writers(a.work), list(PROFILES)
    with open(a.out / "truth.csv", "w", newline="", encoding="utf-8") as f:
        rows = csv.writer(f)
        rows.writerow(["file", "page", "field", "value"])
        for k in range(a.cards):
            rng = np.random.default_rng([2026, a.seed, k])
            profile = names[k % len(names)]
            grey, truth, kind = card(writers, profile, rng)
            file = f"{profile}/{a.seed:03}-{k:05}.{kind}"
            (a.out / profile).mkdir(exist_ok=True)
            if kind == "jpg":
                Image.fromarray(grey).save(a.out / file, quality=int(rng.integers(60, 92)), dpi=(PROFILES[profile][0],) * 2)
            else:
                Image.fromarray(grey).convert("1").save(a.out / file, dpi=(PROFILES[profile][0],) * 2)
            for name, text in truth.items():
                rows.writerow([file, 0, name, text])


if __name__ == "__main__":
    main()
