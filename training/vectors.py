"""Writes the parity vectors: clean cells as PNG and the logits that both sides must reach.

    python vectors.py digits|kana|jis1 MODELS     # MODELS/vectors/<name>-NN.png and <name>.txt
"""

import pathlib
import sys

import cv2
import numpy as np
import onnxruntime

import classes
import styles
from glyphs import STROKES, draw, load_strokes, load_tomoe
from normalize import cell_to_input

COUNT = 10


def drawn(name, rng):
    """Cells drawn from strokes alone, so that the vectors need no download."""
    chars = [c for c in classes.BY_NAME[name] if c not in (classes.BLANK, classes.REJECT)]
    source = {
        "digits": lambda: {c: s[0] for c, s in styles.DIGITS.items()},
        "kana": lambda: {**load_tomoe(), **{c: ways[0] for c, ways in styles.kana().items()}},
        "jis1": lambda: load_strokes(STROKES / "kanji.tdic"),
    }[name]()
    chars = [c for c in chars if c in source]
    for k in range(COUNT - 1):
        c = chars[k * len(chars) // (COUNT - 1)]
        h, w = int(rng.integers(48, 100)), int(rng.integers(44, 90))
        ink = cv2.resize(draw(source[c], rng, 1.5), (w, h), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        grey = 235 - ink * rng.uniform(60, 200) + rng.normal(0, 4, (h, w))
        yield c, np.clip(grey, 0, 255).astype(np.uint8)
    yield classes.BLANK, np.clip(rng.normal(230, 3, (70, 60)), 0, 255).astype(np.uint8)


def main():
    name, models = sys.argv[1], pathlib.Path(sys.argv[2])
    folder = models / "vectors"
    folder.mkdir(exist_ok=True)
    session = onnxruntime.InferenceSession(models / f"{name}.onnx")
    lines = ["# file, class drawn, sum of the normalized input, logits in the order of the classes"]
    for k, (c, grey) in enumerate(drawn(name, np.random.default_rng(5))):
        file = f"{name}-{k:02}.png"
        cv2.imwrite(str(folder / file), grey)
        x = cell_to_input(grey, classes.SIDE[name])
        logits = session.run(None, {"input": x[None, None]})[0][0]
        lines.append(" ".join([file, c, f"{x.sum():.4f}", *(f"{v:.4f}" for v in logits)]))
    (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
