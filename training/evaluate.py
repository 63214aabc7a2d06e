"""Measures the shipped models on the shared hand cases (test only; never trained on).

    python evaluate.py CASES/hand MODELS
"""

import csv
import json
import pathlib
import sys
import tomllib

import cv2
import numpy as np
import onnxruntime

import classes
import frame
from normalize import ink_of, normalize

SMALL = dict(zip("ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ", "あいうえおつやゆよわアイウエオツヤユヨワ"))


class Model:
    def __init__(self, folder, name):
        card = tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))
        self.labels, self.temperature = card["classes"], card["temperature"]
        self.session = onnxruntime.InferenceSession(folder / f"{name}.onnx")

    def read(self, inputs, allowed):
        """Probabilities over the allowed characters, blank and reject."""
        logits = self.session.run(None, {"input": np.stack(inputs)[:, None]})[0] / self.temperature
        mask = np.array([c in allowed or c in (classes.BLANK, classes.REJECT) for c in self.labels])
        logits[:, ~mask] = -np.inf
        e = np.exp(logits - logits.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)


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


def field_inputs(page, scale, cells):
    cuts, m = [], frame.MARGIN
    for x, y, w, h in cells:
        x0, y0 = round(x * scale), round(y * scale)
        cuts.append(page[y0 - m : y0 + round(h * scale) + m, x0 - m : x0 + round(w * scale) + m])
    thickness = frame.line_thickness(cuts)
    out = []
    for g in cuts:
        h, w = g.shape[0] - 2 * m, g.shape[1] - 2 * m
        out.append(normalize(frame.character(g, thickness)[0], h, h * w))
    return out


def covered(scores, right):
    """Share accepted before the first wrong one, by falling score."""
    order = np.argsort(-np.array(scores))
    wrong = np.nonzero(~np.array(right)[order])[0]
    return (wrong[0] if len(wrong) else len(right)) / len(right)


def cards(root, truth, models):
    template = json.loads((root / "templates/cards.json").read_text())
    sets = {"postal": "0123456789", "tel": "0123456789", "furigana": classes.HIRAGANA + ["ー"], "kana": classes.KATAKANA}
    for f in template["fields"]:
        if f["name"] not in sets:
            continue
        model = models.get("digits" if f["name"] in ("postal", "tel") else "kana")
        if model is None:
            continue
        allowed, boxes, box_scores, fields, field_scores, errors = set(sets[f["name"]]), [], [], [], [], []
        for file in sorted({k[0] for k in truth if k[0].startswith("cards/")}):
            page, scale = level_page(cv2.imread(str(root / file), 0))
            p = model.read(field_inputs(page, scale, f["cells"]), allowed)
            want = "".join(SMALL.get(c, c) for c in truth[file, f["name"]])
            want = list(want) + [classes.BLANK] * (len(f["cells"]) - len(want))
            got = [model.labels[i] for i in p.argmax(1)]
            ok = [a == b for a, b in zip(got, want)]
            errors += [f"{pathlib.Path(file).stem}[{i}] {w}->{g} {p[i].max():.2f}" for i, (w, g) in enumerate(zip(want, got)) if w != g]
            boxes += ok
            box_scores += list(p.max(1))
            fields.append(all(ok))
            field_scores.append(p.max(1).min() if not set(got) & {classes.REJECT} else 0)
        print(f"{f['name']}: boxes {np.mean(boxes):.4f} of {len(boxes)}, covered at 0 wrong {covered(box_scores, boxes):.3f}; "
              f"fields {np.mean(fields):.3f} of {len(fields)}, covered at 0 wrong {covered(field_scores, fields):.3f}")
        print("   ", " ".join(errors))


def characters(root, truth, models):
    for family in ("hiragana_chars", "stroke_chars"):
        model, known = models["kana"], set(models["kana"].labels)
        files = [(f, SMALL.get(v, v)) for (f, _), v in truth.items() if f.startswith(family) and SMALL.get(v, v) in known]
        for script, allowed in (("h", classes.HIRAGANA + ["ー"]), ("k", classes.KATAKANA)):
            inputs, want = [], []
            for file, c in files:
                if classes.script(c) != script:
                    continue
                grey = cv2.imread(str(root / file), 0)
                if np.median(grey) < 128:
                    grey = 255 - grey
                inputs.append(normalize(ink_of(grey), grey.shape[0], grey.size))
                want.append(c)
            if not want:
                continue
            p = model.read(inputs, set(allowed))
            got = [model.labels[i] for i in p.argmax(1)]
            right = [a == b for a, b in zip(got, want)]
            wrong = " ".join(f"{a}->{b}" for a, b in zip(want, got) if a != b)
            print(f"{family} {script}: {np.mean(right):.4f} of {len(want)}, covered at 0 wrong {covered(p.max(1), right):.3f}   {wrong}")


def main():
    root, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with open(root / "truth.csv", encoding="utf-8-sig") as f:
        truth = {(r["file"], r["field"]): r["value"] for r in csv.DictReader(f)}
    models = {n: Model(folder, n) for n in ("digits", "kana") if (folder / f"{n}.onnx").exists()}
    if "kana" in models:
        characters(root, truth, models)
    cards(root, truth, models)


if __name__ == "__main__":
    main()
