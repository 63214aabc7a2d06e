"""Trains, calibrates and exports the mark classifier (`models/marks.*`).

    python marks.py OUT TRAIN.csv... --held HELD.csv... [--card]

The CSV files come from `cargo run --example mark_features`. The network is a multilayer perceptron
of two hidden layers in plain numpy (Adam, a little noise and weight decay); every seed is fixed. One
temperature is fitted on half of the held-out cards; figures are of the other half.
"""

import argparse
import hashlib
import sys

import numpy as np

CLASSES = ["empty", "tick", "filled", "circled", "crossed", "struck", "scribbled_out", "ghost",
           "overflow", "foreign"]
HIDDEN = [64, 32]
EPOCHS = 40
BATCH = 256
RATE = 2e-3
DECAY = 1e-5
NOISE = 0.005
SEED = 20261127


def load(paths):
    """Inputs, classes, card numbers (cards of several files are kept apart) and input names."""
    xs, ys, cards, names = [], [], [], None
    for k, path in enumerate(paths):
        with open(path, encoding="utf-8") as f:
            head = f.readline().strip().split(",")
            names = names or head[4:]
            if head[4:] != names:
                sys.exit(f"{path}: other inputs")
            for line in f:
                cell = line.rstrip("\n").split(",")
                if len(cell) != len(head):
                    continue
                cards.append(k * 1_000_000 + int(cell[0]))
                ys.append(CLASSES.index(cell[3]))
                xs.append(np.array(cell[4:], dtype=np.float32))
    return np.array(xs), np.array(ys), np.array(cards), names


def init(rng, sizes):
    return [(rng.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32), np.zeros(b, np.float32))
            for a, b in zip(sizes, sizes[1:])]


def forward(layers, x):
    kept = [x]
    for i, (w, b) in enumerate(layers):
        x = x @ w + b
        if i < len(layers) - 1:
            x = np.maximum(x, 0)
        kept.append(x)
    return kept


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def train(x, y, rng):
    n = len(CLASSES)
    layers = init(rng, [x.shape[1], *HIDDEN, n])
    moments = [(np.zeros_like(w), np.zeros_like(w), np.zeros_like(b), np.zeros_like(b))
               for w, b in layers]
    steps, step = EPOCHS * (len(x) // BATCH), 0
    for epoch in range(EPOCHS):
        order = rng.permutation(len(x))
        loss = 0.0
        for i in range(0, len(order) - BATCH + 1, BATCH):
            at = order[i:i + BATCH]
            noisy = x[at] + rng.normal(0, NOISE, x[at].shape).astype(np.float32)
            kept = forward(layers, noisy)
            p = softmax(kept[-1])
            goal = np.zeros_like(p)
            goal[np.arange(len(at)), y[at]] = 1
            loss -= np.log(p[np.arange(len(at)), y[at]] + 1e-9).mean()
            d = (p - goal) / len(at)
            step += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            for k in range(len(layers) - 1, -1, -1):
                w, b = layers[k]
                gw, gb = kept[k].T @ d + DECAY * w, d.sum(0)
                if k:
                    d = (d @ w.T) * (kept[k] > 0)
                layers[k] = adam((w, b), (gw, gb), moments[k], (step, rate))
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1}: loss {loss / (len(order) // BATCH):.4f}", file=sys.stderr)
    return layers


def adam(values, grads, m, when):
    step, rate = when
    out = []
    for k, (v, g) in enumerate(zip(values, grads)):
        m[2 * k][...] = 0.9 * m[2 * k] + 0.1 * g
        m[2 * k + 1][...] = 0.999 * m[2 * k + 1] + 0.001 * g * g
        a = m[2 * k] / (1 - 0.9 ** step)
        s = m[2 * k + 1] / (1 - 0.999 ** step)
        out.append((v - rate * a / (np.sqrt(s) + 1e-8)).astype(np.float32))
    return tuple(out)


def temperature(z, y):
    """The divisor of the logits with the best likelihood, by golden section."""
    cost = lambda t: -np.log(softmax(z / t)[np.arange(len(y)), y] + 1e-12).mean()
    lo, hi = 0.5, 4.0
    for _ in range(60):
        a, b = lo + 0.382 * (hi - lo), lo + 0.618 * (hi - lo)
        lo, hi = (lo, b) if cost(a) < cost(b) else (a, hi)
    return (lo + hi) / 2


BINS = [0, 0.5, 0.7, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 1.0000001]


def reliability(p, y):
    top, right = p.max(1), p.argmax(1) == y
    rows, error = [], 0.0
    for lo, hi in zip(BINS, BINS[1:]):
        at = (top >= lo) & (top < hi)
        if at.any():
            rows.append((lo, min(hi, 1.0), at.sum(), top[at].mean(), right[at].mean()))
            error += at.mean() * abs(top[at].mean() - right[at].mean())
    return rows, error


def export(out, layers, scale, t, names, figures):
    mean, std = scale
    data = b""
    for k, (w, b) in enumerate(layers):
        if k == 0:
            w, b = w / std[:, None], b - (mean / std) @ w
        data += np.concatenate([w.T, b[:, None]], axis=1).astype("<f4").tobytes()
    with open(f"{out}/marks.bin", "wb") as f:
        f.write(data)
    quote = lambda items: "[" + ", ".join(f'"{i}"' for i in items) + "]"
    error, right, count = figures
    with open(f"{out}/marks.toml", "w", encoding="utf-8") as f:
        f.write(f'name = "marks-2"\nfile = "marks.bin"\n'
                f'sha256 = "{hashlib.sha256(data).hexdigest()}"\n'
                f"hidden = {HIDDEN}\ntemperature = {t:.4f}\n"
                f'license = "MIT OR Apache-2.0"\n'
                f'trained_on = ["cards drawn by examples/mark_features.rs"]\n'
                f"held_out_options = {count}\n"
                f"held_out_right = {right:.4f}\ncalibration_error = {error:.4f}\n"
                f"inputs = {quote(names)}\nclasses = {quote(CLASSES)}\n")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("out")
    args.add_argument("train", nargs="+")
    args.add_argument("--held", nargs="+", required=True)
    args = args.parse_args()
    rng = np.random.default_rng(SEED)
    x, y, _, names = load(args.train)
    hx, hy, cards, _ = load(args.held)
    mean, std = x.mean(0), np.maximum(x.std(0), 0.02)
    layers = train((x - mean) / std, y, rng)
    z = forward(layers, (hx - mean) / std)[-1].astype(np.float64)
    fit = cards % 2 == 0
    t = temperature(z[fit], hy[fit])
    p, truth = softmax(z[~fit] / t), hy[~fit]
    rows, error = reliability(p, truth)
    right = (p.argmax(1) == truth).mean()
    export(args.out, layers, (mean, std), t, names, (error, right, len(truth)))
    print(f"trained on {len(y)} options, held out {len(truth)} for figures; temperature {t:.3f}; "
          f"right {right:.4f}; expected calibration error {error:.4f}\n")
    print("| confidence | options | mean confidence | share right |\n|---|---|---|---|")
    for lo, hi, n, conf, ok in rows:
        print(f"| {lo:g} to {hi:g} | {n} | {conf:.4f} | {ok:.4f} |")
    table = np.zeros((len(CLASSES), len(CLASSES)), int)
    np.add.at(table, (truth, p.argmax(1)), 1)
    print("\n| true \\ read | " + " | ".join(CLASSES) + " |\n|" + "---|" * (len(CLASSES) + 1))
    for name, row in zip(CLASSES, table):
        print(f"| {name} | " + " | ".join(str(v) for v in row) + " |")


if __name__ == "__main__":
    main()
