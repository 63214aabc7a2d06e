"""Made cards with names in kanji or kana, in boxes and on lines, and the list of names that an office installs.

    python name_cards.py WORK OUT --names WHEEL [--kind kanji|kana|both] [--cards N] [--seed N] [--unlisted SHARE] [--spoiled]

Writes OUT/forms/made-names (a form for hagaki), OUT/PROFILE/*.jpg|png, OUT/truth.csv and OUT.whl, which is
the package (PyPI `japanese-personal-name-dataset`) without that share of its surnames and given names (kana: of their
readings): a name that no list holds must be read as it is written or asked, never taken for another that is listed.
`--kind both`: each name is followed by the same in kana. The note of a row
says `listed` or `unlisted`. Surnames are drawn as often as they occur. Glyphs, pens and scanners are those of
`cards.py`: no network of this project saw the glyphs. `--spoiled`: in each row of boxes one holds no single
character (one written over another, one struck out, two side by side), and only asking is right.
"""

import argparse
import csv
import io
import pathlib
import zipfile
import zlib

import cv2
import numpy as np

import classes
from cards import PROFILES, SPOILS, Page, head, save
from glyphs import Sources
from line_cards import Hand, Names, write_line

FOLDER = "japanese_personal_name_dataset/dataset"
FAMILY, GIVEN = ["last_name_org"], ["first_name_man_org", "first_name_woman_org"]
KANJI_BOXES, KANA_BOXES = (12.0, 11.5, 10.4, 10.4, 7), (8.0, 8.3, 7.5, 9.0, 10)  # left, pitch, width, height, boxes; mm
CHARSETS = {"kanji": (["jis1"] * 4, ["jis2"] * 4), "kana": (["hiragana", "katakana"] * 2,) * 2,
            "both": (["jis1", "hiragana", "jis1", "katakana"], ["jis2", "hiragana", "jis2", "katakana"])}


def fields(kind):
    """field -> (charset, area or row of boxes in mm)"""
    of_boxes, of_lines = CHARSETS[kind]
    row = lambda charset: KANJI_BOXES if charset == "jis1" else KANA_BOXES
    place = lambda k, left, *rest: (left, 12.0 + 14.0 * k, *rest)
    boxes = {f"box{k}": (c, place(k, *row(c))) for k, c in enumerate(of_boxes)}
    return boxes | {f"line{k}": (c, (7.0, 70.0 + 15.0 * k, 70.0, 12.0)) for k, c in enumerate(of_lines)}


def form(kind):
    lines = head("made-names")
    for name, (charset, zone) in fields(kind).items():
        lines += ["", "[[side.field]]", f'id = "{name}"']
        if name.startswith("box"):
            x, y, pitch, w, h, n = zone
            cells = ", ".join(f"[{x + k * pitch:.2f}, {y}, {w}, {h}]" for k in range(n))
            lines += [f'comb = {{ charset = "{charset}", cells_at = [{cells}] }}']
        else:
            lines += [f'line = {{ area = {list(zone)}, charset = "{charset}" }}']
        lines += ["value = { name = {} }" if charset.startswith("jis") else "value = { kana = {} }"]
    return "\n".join(lines) + "\n"


def spelled(person, charset):
    """(surname, given name) as a field of this charset holds them."""
    written, read = person
    if charset.startswith("jis"):
        return written
    return tuple(map(classes.katakana, read)) if charset == "katakana" else read


def room(zone):
    return zone[-1] - 1 if len(zone) > 4 else 99


def is_listed(word, share):
    return zlib.crc32(word.encode()) / 2**32 >= share


def write_list(wheel, share, out, kind):
    """The package's tables without the unlisted names, or without the unlisted readings."""
    with zipfile.ZipFile(wheel) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for table in FAMILY + GIVEN:
            path, text = f"{FOLDER}/{table}.csv", io.StringIO()
            rows = csv.writer(text)
            for row in csv.reader(io.StringIO(package.read(path).decode())):
                if table in FAMILY and kind == "kana":
                    rows.writerow(row[:2] + [row[2] if is_listed(row[2], share) else ""] + row[3:])
                elif table in FAMILY or kind == "kana":
                    rows.writerows([row] if is_listed(row[0], share) else [])
                else:
                    rows.writerow(row[:2] + [name for name in row[2:] if is_listed(name, share)])
            made.writestr(path, text.getvalue())


def card(sources, names, profile, rng, kind, spoiled):
    """(grey page u8, field -> (surname, given name), field -> kind of slip)"""
    page, truth, slips = Page(profile, rng), {}, {}
    hand, width, haste = Hand(sources, rng), rng.uniform(3.5, 8.0), rng.uniform(0.3, 1.0)
    all_fields = list(fields(kind).items())
    for k, (name, (charset, zone)) in enumerate(all_fields):
        if kind != "both" or charset.startswith("jis"):
            here = all_fields[k : k + 2] if kind == "both" else all_fields[k : k + 1]
            person = names.draw(rng)
            while any(sum(map(len, spelled(person, c))) > room(z) for _, (c, z) in here):
                person = names.draw(rng)
        truth[name] = spelled(person, charset)
        if name.startswith("line"):
            write_line(page, hand, " ".join(truth[name]), zone, rng, width, haste, False)
            continue
        gap = rng.random() < 0.4
        (x, y, pitch, w, h, n), start = zone, 0
        slipped = int(rng.integers(2)) if spoiled else None
        for part, text in enumerate(truth[name]):
            slip = None
            if part == slipped:
                other = spelled(names.draw(rng), charset)[part]
                slip = int(rng.integers(len(text))), list(SPOILS)[rng.integers(len(SPOILS))], other[rng.integers(len(other))]
                slips[name] = slip[1]
            page.write_boxes((x + start * pitch, y, pitch, w, h, n - start), text, hand.glyph, (width, haste), rng, slip)
            start = len(text) + gap
    return page.scanned(), truth, slips


def main():
    args = argparse.ArgumentParser()
    args.add_argument("work", type=pathlib.Path)
    args.add_argument("out", type=pathlib.Path)
    args.add_argument("--names", type=pathlib.Path, required=True)
    args.add_argument("--cards", type=int, default=150)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--unlisted", type=float, default=0.2)
    args.add_argument("--spoiled", action="store_true")
    args.add_argument("--kind", choices=CHARSETS, default="kanji")
    a = args.parse_args()
    cv2.setNumThreads(1)
    folder = a.out / "forms/made-names"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "form.toml").write_text(form(a.kind), "utf-8")
    write_list(a.names, a.unlisted, a.out.with_suffix(".whl"), a.kind)
    sources = [Sources(a.work, n, held=True) for n in ("digits", "jis1")]
    known = set(classes.KANJI) | set("々") | set(classes.HIRAGANA) | set(classes.KATAKANA)
    known &= set(sources[1].kanji) | set.union(*(set(f) for g in sources[1].groups for f in g))
    names, profiles = Names(a.names, known), list(PROFILES)
    with open(a.out / "truth.csv", "w", newline="", encoding="utf-8") as f:
        rows = csv.writer(f)
        rows.writerow(["file", "page", "field", "value", "accept", "note"])
        for k in range(a.cards):
            rng = np.random.default_rng([2028, a.seed, k])
            profile = profiles[k % len(profiles)]
            grey, truth, slips = card(sources, names, profile, rng, a.kind, a.spoiled)
            file = save(grey, profile, a.out, f"{a.seed:03}-{k:05}", rng)
            for name, parts in truth.items():
                listed = all(is_listed(classes.hiragana(part) if a.kind == "kana" else part, a.unlisted) for part in parts)
                note, accept = slips.get(name, "listed" if listed else "unlisted"), "ONLY_REVIEW" if name in slips else ""
                rows.writerow([file, 0, name, "".join(parts), accept, note])


if __name__ == "__main__":
    main()
