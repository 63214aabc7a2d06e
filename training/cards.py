"""Made cards with boxes to write in, for fitting and proving what both readers say together.

    python cards.py WORK OUT [--cards N] [--seed N] [--spoiled]

Writes OUT/forms/made-cards (a form for hagaki), OUT/PROFILE/*.jpg|png and OUT/truth.csv. Every
character comes from the held-out material of `glyphs.py`: no network saw it. A card has one pen and
one scanner; three profiles of both take turns. `--spoiled`: in each row of digits one box holds no single
digit (one written over another, one struck out, two side by side), and only asking is right.
"""

import argparse
import csv
import pathlib

import cv2
import numpy as np
from PIL import Image

import classes
from augment import place, struck
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


def head(name):
    """The first lines of a form with four corner marks."""
    corners = [(4 + MARK / 2, 4 + MARK / 2), (SIZE[0] - 4 - MARK / 2, 4 + MARK / 2),
               (4 + MARK / 2, SIZE[1] - 4 - MARK / 2), (SIZE[0] - 4 - MARK / 2, SIZE[1] - 4 - MARK / 2)]
    lines = [f'form = "{name}"', "edition = 1", 'title = "Made cards"', "", "[[side]]", 'id = "front"',
             f"size = [{SIZE[0]}, {SIZE[1]}]", "margin_notes = false", "marks = ["]
    return lines + [f'  {{ kind = "square", at = [{x}, {y}], size = {MARK} }},' for x, y in corners] + ["]"]


def form():
    lines = head("made-cards")
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


def beside(drawn, other, rng):
    h, w = drawn.shape
    return np.hstack([cv2.resize(drawn, (w // 2, h)), cv2.resize(other(0.75), (w - w // 2, h))])


SMALL_SIZE = 0.62  # a small kana against a large one

SPOILS = {  # what a box with a slip of the pen holds: the first writing, and how to write another
    "over": lambda drawn, other, rng: np.maximum(drawn, other(0.75)),
    "struck": lambda drawn, other, rng: struck(drawn, rng),
    "two": beside,
}


class Page:
    """A card while it is printed and written; one pen and one scanner."""

    def __init__(self, profile, rng):
        dpi, self.strength, self.blur, self.noise, self.kind = PROFILES[profile]
        self.profile, self.rng, self.s = profile, rng, dpi / 25.4
        self.page = np.zeros((self.px(SIZE[1]), self.px(SIZE[0])), np.float32)
        for x in (4, SIZE[0] - 4 - MARK):
            for y in (4, SIZE[1] - 4 - MARK):
                self.box(x, y, MARK, MARK, 1.0)
        self.frame = rng.uniform(0.65 if profile == "fax" else 0.35, 0.9)
        self.line = max(1, round(rng.uniform(0.15, 0.35) * self.s))
        self.dark, self.size = rng.uniform(*self.strength), rng.uniform(0.5, 0.85)
        self.ink = np.zeros_like(self.page)

    def px(self, mm):
        return round(mm * self.s)

    def box(self, x, y, w, h, value, thick=-1):
        cv2.rectangle(self.page, (self.px(x), self.px(y)), (self.px(x + w), self.px(y + h)), value, thick)

    def stamp(self, drawn, x, y, aside=(0, 0)):
        """Ink at a place in mm and some pixels aside; what leaves the card is lost."""
        px, py = max(0, self.px(x) + aside[0]), max(0, self.px(y) + aside[1])
        part = self.ink[py : py + drawn.shape[0], px : px + drawn.shape[1]]
        np.maximum(part, drawn[: part.shape[0], : part.shape[1]], out=part)

    def write_boxes(self, boxes, text, glyph_of, hand, rng, spoiled=None):
        (x, y, pitch, w, h, n), (width, haste) = boxes, hand
        for k in range(n):
            self.box(x + k * pitch, y, w, h, self.frame, self.line)
        for k, c in enumerate(text):
            glyph = with_pen(glyph_of(c), width * rng.uniform(0.9, 1.1))
            size = self.size * (SMALL_SIZE if c in classes.SMALL else 1)
            drawn = place(glyph, self.px(h), self.px(w), rng, size * rng.uniform(0.85, 1.15), haste)
            if spoiled and k == spoiled[0]:
                other = with_pen(glyph_of(spoiled[2]), width * rng.uniform(0.9, 1.3))
                drawn = SPOILS[spoiled[1]](drawn, lambda size: place(other, self.px(h), self.px(w), rng, size, haste), rng)
            over = rng.random() < 0.06  # over the frame
            aside = (int(rng.integers(-2, 3)), int(rng.integers(-6, 7))) if over else (0, 0)
            self.stamp(drawn, x + k * pitch, y, aside)

    def scanned(self):
        """The grey picture (u8) that the scanner makes of it."""
        rng, page, ink = self.rng, self.page, self.ink
        if self.profile == "pencil":
            grain = rng.normal(0.85, 0.2, (page.shape[0] // 2 + 1, page.shape[1] // 2 + 1)).astype(np.float32)
            ink = ink * np.clip(cv2.resize(grain, page.shape[::-1]), 0.3, 1)
        page = np.maximum(page, ink * self.dark)
        turn = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), rng.normal(0, 0.4), 1.0)
        page = cv2.warpAffine(page, turn, page.shape[::-1], flags=cv2.INTER_LINEAR)
        page = cv2.GaussianBlur(page, (0, 0), rng.uniform(*self.blur))
        light, black = rng.uniform(225, 252), rng.uniform(10, 50)
        grey = light - page * (light - black) + rng.standard_normal(page.shape, np.float32) * rng.uniform(*self.noise)
        grey = np.clip(grey, 0, 255).astype(np.uint8)
        if self.profile == "fax":
            grey = np.where(grey < rng.uniform(120, 175), 0, 255).astype(np.uint8)
        return grey


def spoil(text, rng):
    """The box, the kind of slip and the digit that is written there as well."""
    k = int(rng.integers(len(text)))
    return k, list(SPOILS)[rng.integers(len(SPOILS))], str((int(text[k]) + 1 + rng.integers(9)) % 10)


def card(writers, profile, rng, spoiled=False):
    """(grey page u8, field -> text, field -> kind of slip)"""
    page, truth, slips = Page(profile, rng), {}, {}
    width, haste = rng.uniform(3.5, 8.0), rng.uniform(0.3, 1.0)
    for name, (charset, *boxes) in FIELDS.items():
        source, _ = writers.by_charset[charset]
        truth[name] = writers.text(charset, boxes[-1], rng)
        slip = spoil(truth[name], rng) if spoiled and charset == "digits" else None
        if slip:
            slips[name] = slip[1]
        page.write_boxes(boxes, truth[name], lambda c: source.glyph(c, rng), (width, haste), rng, slip)
    return page.scanned(), truth, slips


def save(grey, profile, out, name, rng):
    """Writes the picture as that profile's scanner does; returns its path below `out`."""
    dpi, kind = PROFILES[profile][0], PROFILES[profile][-1]
    file = f"{profile}/{name}.{kind}"
    (out / profile).mkdir(exist_ok=True)
    if kind == "jpg":
        Image.fromarray(grey).save(out / file, quality=int(rng.integers(60, 92)), dpi=(dpi,) * 2)
    else:
        Image.fromarray(grey).convert("1").save(out / file, dpi=(dpi,) * 2)
    return file


def main():
    args = argparse.ArgumentParser()
    args.add_argument("work", type=pathlib.Path)
    args.add_argument("out", type=pathlib.Path)
    args.add_argument("--cards", type=int, default=300)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--spoiled", action="store_true")
    a = args.parse_args()
    cv2.setNumThreads(1)
    folder = a.out / "forms/made-cards"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "form.toml").write_text(form(), "utf-8")
    writers, names = Writers(a.work), list(PROFILES)
    with open(a.out / "truth.csv", "w", newline="", encoding="utf-8") as f:
        rows = csv.writer(f)
        rows.writerow(["file", "page", "field", "value", "accept", "note"])
        for k in range(a.cards):
            rng = np.random.default_rng([2026, a.seed, k])
            profile = names[k % len(names)]
            grey, truth, slips = card(writers, profile, rng, a.spoiled)
            file = save(grey, profile, a.out, f"{a.seed:03}-{k:05}", rng)
            for name, text in truth.items():
                slip = slips.get(name, "")
                rows.writerow([file, 0, name, text, "ONLY_REVIEW" if slip else "", slip])


if __name__ == "__main__":
    main()
