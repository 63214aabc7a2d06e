"""Measures the shipped models on the shared hand cases (test only; never trained on).

    python evaluate.py CASES/hand MODELS
"""

import csv
import json
import pathlib
import sys

import cv2
import numpy as np

import classes
import frame
from calibrate import softmax
from normalize import ink_of, normalize
from panel import Panel

SMALL = {c: c.translate(classes.LARGE) for c in classes.SMALL}


FIELDS = {"postal": ("digits", "0123456789"), "tel": ("digits", "0123456789"), "furigana": ("kana", classes.HIRAGANA + ["ー"]),
          "kana": ("kana", classes.KATAKANA)}


def squares(grey):
    """Centres of the four corner squares: the darkest 40 x 40 spot near each corner."""
    h, w = grey.shape
    mean = cv2.boxFilter(grey.astype(np.float32), -1, (40, 40), borderType=cv2.BORDER_REPLICATE)
    out = []
    for y0, x0 in ((0, 0), (0, w - 260), (h - 260, 0), (h - 260, w - 260)):
        part = mean[y0 : y0 + 260, x0 : x0 + 260]
        # Centroid of the dark pixels around the minimum: a tenth of a pixel, skew or not.
        y, x = np.unravel_index(part.argmin(), part.shape)
        y, x = y + y0, x + x0
        a, b = max(y - 34, 0), max(x - 34, 0)
        dark = (grey[a : y + 34, b : x + 34] < 100).astype(np.float32)
        ys, xs = np.nonzero(dark)
        out.append((xs.mean() + b, ys.mean() + a))
    return np.array(out, np.float32)


def level_page(grey):
    """Page -> the template's pixel grid at PX_PER_MM."""
    scale = frame.PX_PER_MM / (300 / 25.4)
    target = np.array([(60, 60), (1121, 60), (60, 1688), (1121, 1688)], np.float32) - 0.5
    m, _ = cv2.estimateAffine2D(squares(grey), (target + 0.5) * scale - 0.5)
    return cv2.warpAffine(grey, m, (int(1181 * scale), int(1748 * scale)), flags=cv2.INTER_LINEAR, borderValue=255), scale


def field_inks(page, scale, cells):
    """(ink without frame, height and area of its box) of each cell."""
    cuts, m = [], frame.MARGIN
    for x, y, w, h in cells:
        x0, y0 = round(x * scale), round(y * scale)
        cuts.append(page[y0 - m : y0 + round(h * scale) + m, x0 - m : x0 + round(w * scale) + m])
    thickness = frame.line_thickness(cuts)
    sizes = [(g.shape[0] - 2 * m, g.shape[1] - 2 * m) for g in cuts]
    return [(frame.character(g, thickness)[0], h, h * w) for g, (h, w) in zip(cuts, sizes)]


def covered(scores, right):
    """Share accepted before the first wrong one, by falling score."""
    order = np.argsort(-np.array(scores))
    wrong = np.nonzero(~np.array(right)[order])[0]
    return (wrong[0] if len(wrong) else len(right)) / len(right)


def cards(root, truth, network):
    """(family, characters of the field, inks, wanted character of each box) of the cards' fields."""
    template = json.loads((root / "templates/cards.json").read_text())
    for f in template["fields"]:
        of, allowed = FIELDS.get(f["name"], (None, None))
        if of != network:
            continue
        inks, want = [], []
        for file in sorted({k[0] for k in truth if k[0].startswith("cards/")}):
            page, scale = level_page(cv2.imread(str(root / file), 0))
            inks += field_inks(page, scale, f["cells"])
            value = [SMALL.get(c, c) for c in truth[file, f["name"]]]
            want += value + [classes.BLANK] * (len(f["cells"]) - len(value))
        yield f["name"], allowed, inks, want, len(f["cells"])


def characters(root, truth, network):
    """The same of single characters."""
    if network != "kana":
        return
    for family in ("hiragana_chars", "stroke_chars"):
        files = [(f, SMALL.get(v, v)) for (f, _), v in truth.items() if f.startswith(family) and SMALL.get(v, v) in classes.KANA]
        for script, allowed in (("h", classes.HIRAGANA + ["ー"]), ("k", classes.KATAKANA)):
            inks, want = [], []
            for file, c in files:
                if classes.script(c) != script:
                    continue
                grey = cv2.imread(str(root / file), 0)
                if np.median(grey) < 128:
                    grey = 255 - grey
                inks.append((ink_of(grey), grey.shape[0], grey.size))
                want.append(c)
            if want:
                yield f"{family} {script}", allowed, inks, want, 1


def report(family, p, want, labels, length):
    """Boxes and fields that are right, and how many are covered before the first wrong one."""
    got = [labels[i] for i in p.argmax(1)]
    right = np.array(got) == np.array(want)
    line = f"{family}: boxes {right.mean():.4f} of {len(right)}, covered at 0 wrong {covered(p.max(1), right):.3f}"
    if length > 1:
        fields = right.reshape(-1, length).all(1)
        whole = (np.array(got) != classes.REJECT).reshape(-1, length).all(1)
        sure = np.where(whole, p.max(1).reshape(-1, length).min(1), 0)
        line += f"; fields {fields.mean():.3f} of {len(fields)}, covered at 0 wrong {covered(sure, fields):.3f}"
    print(line)
    wrong = [f"{w}->{g} {p[i].max():.2f}" for i, (w, g) in enumerate(zip(want, got)) if w != g]
    print("   ", " ".join(wrong))


def main():
    root, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with open(root / "truth.csv", encoding="utf-8-sig") as f:
        truth = {(r["file"], r["field"]): r["value"] for r in csv.DictReader(f)}
    for name in ("digits", "kana"):
        panel = Panel(folder, name)
        for family, allowed, inks, want, length in (*characters(root, truth, name), *cards(root, truth, name)):
            mask = np.array([0.0 if c in allowed or c in (classes.BLANK, classes.REJECT) else -1e4 for c in panel.labels])
            views = [np.stack([normalize(*ink, side) for ink in inks]) for side in panel.sides]
            opinions = panel.opinions(views, mask)
            for reader, z in zip(panel.names, opinions):
                report(f"{family}, {reader}", np.exp(z), want, panel.labels, length)
            if len(opinions) > 1:
                report(f"{family}, both", softmax(panel.pooled(opinions)), want, panel.labels, length)


if __name__ == "__main__":
    main()
