"""Fits how two networks are pooled that both know the characters of a field.

    python panel.py digits|kana WORK MODELS

The second network is `jis1`: larger, trained on other fonts and hands. Both opinions are multiplied,
each with an exponent (a logarithmic opinion pool); the exponents have the best likelihood on cells of
material that neither network saw, the printed figures are of other cells of that material. Writes the
table `[panel]` into MODELS/<name>.toml, which `calibrate.py` wrote before.
"""

import pathlib
import sys
import tomllib

import cv2
import numpy as np
import onnxruntime

import classes
from augment import cell
from calibrate import coverage, loss, reliability
from generate import label_chances
from glyphs import Sources
from net import script_masks
from normalize import cell_to_input

SECOND = "jis1"
CELLS = 16_000
GRID = np.linspace(0.0, 1.4, 29)  # exponents that are tried
HEADER = "[panel]"


class Reader:
    """One network, asked for the classes of `labels` alone."""

    def __init__(self, models, network, labels):
        card = tomllib.loads((models / f"{network}.toml").read_text("utf-8"))
        self.temperature = card["temperature"]
        self.columns = [card["classes"].index(c) for c in labels]
        self.session = onnxruntime.InferenceSession(models / f"{network}.onnx")

    def log_probabilities(self, inputs, mask):
        parts = np.array_split(inputs[:, None].astype(np.float32), max(1, len(inputs) // 256))
        z = np.concatenate([self.session.run(None, {"input": part})[0] for part in parts])
        z = z[:, self.columns] / self.temperature + mask
        z -= z.max(1, keepdims=True)
        return z - np.log(np.exp(z).sum(1, keepdims=True))


class Panel:
    """The network of a name and the second one, as MODELS/<name>.toml says or with given exponents."""

    def __init__(self, models, name, weights=None):
        self.labels = classes.BY_NAME[name]
        card = tomllib.loads((models / f"{name}.toml").read_text("utf-8"))
        self.weights = weights or card.get("panel", {}).get("weights", [1.0])
        self.names = [name, SECOND][: len(self.weights)]
        self.sides = [classes.SIDE[n] for n in self.names]
        self.readers = [Reader(models, n, self.labels) for n in self.names]

    def opinions(self, views, mask):
        return [reader.log_probabilities(view, mask) for reader, view in zip(self.readers, views)]

    def pooled(self, opinions):
        return sum(w * said for w, said in zip(self.weights, opinions))


def drawn(name, work, seed, sides):
    """Held-out cells as the networks' inputs, and their classes."""
    cv2.setNumThreads(1)
    sources, rng = Sources(work, name, True), np.random.default_rng([20261, seed])
    labels = classes.BY_NAME[name]
    y = rng.choice(len(labels), CELLS, p=label_chances(name))
    views = [[] for _ in sides]
    for k in y:
        for _ in range(5):  # what degraded to nothing is drawn again
            grey = cell(sources, labels[k], rng)
            inputs = [cell_to_input(grey, side) for side in sides]
            if labels[k] == classes.BLANK or inputs[0].sum() > 8:
                break
        for view, x in zip(views, inputs):
            view.append(x)
    return [np.stack(view) for view in views], y


def masks_of(name, y):
    """-inf where the other script stands; what has none meets either by turns, as in training."""
    masks = script_masks(name).numpy()
    if len(masks) == 1:
        return masks
    either = np.array([classes.script(c) == "" for c in classes.BY_NAME[name]])
    alphabets = np.array(classes.alphabets(name))
    return masks[np.where(either[y], alphabets[np.arange(len(y)) % len(alphabets)], y)]


def report(tag, z, y, labels):
    signs = np.array([c not in (classes.BLANK, classes.REJECT) for c in labels])[y]
    right = z.argmax(1) == y
    shares = " / ".join(f"{coverage(z, y, 1.0, e):.3f}" for e in (0.01, 0.001, 0.0005))
    print(f"| {tag} | {right[signs].mean():.4f} | {right[~signs].mean():.4f} | {loss(z, y, 1.0):.4f} | "
          f"{reliability(z, y, 1.0)[0]:.4f} | {shares} |", flush=True)


def main():
    name, work, models = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    panel = Panel(models, name, [0.5, 0.5])
    views, y = drawn(name, work, 1, panel.sides)
    said = panel.opinions(views, masks_of(name, y))

    def unfit(weights):
        panel.weights = weights
        return loss(panel.pooled(said), y, 1.0)

    panel.weights = min(((a, b) for a in GRID for b in GRID if a + b > 0), key=unfit)
    views, y = drawn(name, work, 2, panel.sides)
    said = panel.opinions(views, masks_of(name, y))
    print("| | characters | blank, reject | log loss | calibration error | covered at 1 / 0.1 / 0.05 % error |")
    for tag, z in zip(panel.names, said):
        report(tag, z, y, panel.labels)
    a, b = panel.weights
    report(f"both, {a:.2f} and {b:.2f}", panel.pooled(said), y, panel.labels)
    second = tomllib.loads((models / f"{SECOND}.toml").read_text("utf-8"))["name"]
    path = models / f"{name}.toml"
    card = path.read_text("utf-8").split(HEADER)[0].rstrip()
    path.write_text(f'{card}\n\n{HEADER}\nsecond = "{second}"\nweights = [{a:.2f}, {b:.2f}]\n', "utf-8")


if __name__ == "__main__":
    main()
