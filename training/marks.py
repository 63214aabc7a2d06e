"""Trains, calibrates and exports the mark network (`models/marks.*`).

    python marks.py OUT TRAIN.bin... --held HELD.bin...

The files come from `cargo run --release --example mark_features`, one record an option. A small
convolutional network (see `Net`); every seed is fixed. One temperature is fitted on the even cards
of the held-out files; figures are of the odd ones.
"""

import argparse
import hashlib
import os
import sys
import time

import numpy as np
import onnx
import torch
from torch import nn

from graph import Graph

CLASSES = ["empty", "tick", "filled", "circled", "crossed", "struck", "scribbled_out", "ghost",
           "overflow", "foreign"]
FLAGS = ["written"]
COLUMNS, ROWS, TONES, PLANES = 128, 64, 4, 7
RECORD = np.dtype([("card", "<u4"), ("question", "<u2"), ("option", "u1"), ("label", "u1"),
                   ("kind", "u1"), ("wear", "u1"), ("written", "u1"), ("touched", "u1"),
                   ("tones", "u1", (TONES, ROWS, COLUMNS)), ("places", "u1", (ROWS, COLUMNS))])
# Passes over the data, highest rate, dropout and the strongest noise of each cycle: rough, then fine.
CYCLES = [(6, 2e-3, 0.2, 0.02), (3, 1e-3, 0.05, 0.01)]
BATCH = 128
DECAY = 1e-4
SEED = 20261127


class Net(nn.Module):
    """Four convolutions, the first two with stride 2; 248,000 parameters, 17 million products."""

    def __init__(self):
        super().__init__()
        layers, last = [], PLANES
        for width, stride in [(24, 2), (32, 2), (48, 1), ("P", 2), (64, 1), ("P", 2)]:
            if width == "P":
                layers.append(nn.MaxPool2d(2))
                continue
            layers += [nn.Conv2d(last, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            last = width
        self.features = nn.Sequential(*layers)
        self.drop = nn.Dropout(CYCLES[0][2])
        self.hidden = nn.Linear(last * 4 * 8, 96)
        self.head = nn.Linear(96, len(CLASSES) + len(FLAGS))

    def forward(self, x):
        x = torch.relu(self.hidden(self.drop(self.features(x).flatten(1))))
        return self.head(x)


def load(paths):
    """The files with the numbers of the records at which something can be seen."""
    files = [np.memmap(p, RECORD, "r", shape=os.path.getsize(p) // RECORD.itemsize) for p in paths]
    return [(f, np.flatnonzero(f["touched"])) for f in files]


def planes(records):
    """Seven planes from 0 to 1, as the reader makes them."""
    tones = torch.from_numpy(records["tones"].astype(np.float32) / 255)
    places = torch.from_numpy(records["places"])
    bits = torch.stack([(places & b) != 0 for b in (1, 2, 4)], 1).float()
    return torch.cat([tones, bits], 1)


def jitter(x, strongest, rng):
    """The whole window a pixel or two aside, a little paler or darker, noisier; never mirrored."""
    dx, dy = rng.integers(-2, 3), rng.integers(-2, 3)
    x = torch.roll(x, (int(dy), int(dx)), (2, 3))
    n = len(x)
    gain = torch.from_numpy(rng.uniform(0.85, 1.1, (n, 1, 1, 1)).astype(np.float32))
    page = x[:, [0, 2]] * gain
    noise = torch.from_numpy(rng.uniform(0, strongest, (n, 1, 1, 1)).astype(np.float32))
    x[:, [0, 2]] = (page + noise * torch.randn(page.shape)).clamp(0, 1)
    return x


def logits(net, files):
    out = []
    with torch.no_grad():
        for f, seen in files:
            for i in range(0, len(seen), 512):
                out.append(net(planes(f[seen[i:i + 512]])).double().numpy())
    return np.concatenate(out)


def column(files, name):
    return np.concatenate([f[name][seen] for f, seen in files])


def train(files, held):
    """All cycles, one after the other; each starts from what the one before it reached."""
    rng = np.random.default_rng(SEED)
    torch.manual_seed(SEED)
    net = Net().to(memory_format=torch.channels_last)
    index = np.concatenate([np.stack([np.full(len(seen), k), seen], 1)
                            for k, (_, seen) in enumerate(files)])
    for cycle in CYCLES:
        run(net, (files, index), held, cycle, rng)
    return net


def run(net, data, held, cycle, rng):
    (files, index), (epochs, rate, net.drop.p, strongest) = data, cycle
    steps = epochs * (len(index) // BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, pct_start=0.15)
    flag_loss, loss_of = nn.BCEWithLogitsLoss(), nn.CrossEntropyLoss()
    for epoch in range(epochs):
        net.train()
        order, total, began = rng.permutation(len(index)), 0.0, time.time()
        for i in range(0, len(order) - BATCH + 1, BATCH):
            at = index[order[i:i + BATCH]]
            batch = np.concatenate([files[k][0][np.sort(at[at[:, 0] == k, 1])]
                                    for k in range(len(files)) if (at[:, 0] == k).any()])
            goal = torch.from_numpy(batch["label"].astype(np.int64))
            written = torch.from_numpy(batch["written"].astype(np.float32))
            x = jitter(planes(batch), strongest, rng).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                out = net(x).float()
            loss = loss_of(out[:, :-1], goal) + 0.5 * flag_loss(out[:, -1], written)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        net.eval()
        some = [(f, seen[:3000]) for f, seen in held]
        right = (logits(net, some)[:, :-1].argmax(1) == column(some, "label")).mean()
        print(f"epoch {epoch + 1}: loss {total / (len(order) // BATCH):.4f}, held {right:.4f}, "
              f"{time.time() - began:.0f} s", file=sys.stderr, flush=True)


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


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


def build(net):
    graph = Graph()
    graph.convolutions(net.features)
    graph.add("Flatten", axis=1)
    graph.dense(net.hidden, ("hidden_w", "hidden_b"))
    graph.add("Relu")
    graph.dense(net.head, ("head_w", "head_b"))
    return graph.model("marks", [PLANES, ROWS, COLUMNS], len(CLASSES) + len(FLAGS))


def export(out, net, t, figures):
    onnx.save(build(net), f"{out}/marks.onnx")
    digest = hashlib.sha256(open(f"{out}/marks.onnx", "rb").read()).hexdigest()
    quote = lambda items: "[" + ", ".join(f'"{i}"' for i in items) + "]"
    error, right, count = figures
    with open(f"{out}/marks.toml", "w", encoding="utf-8") as f:
        f.write(f'name = "marks-4"\nfile = "marks.onnx"\nsha256 = "{digest}"\n'
                f"input = [{PLANES}, {ROWS}, {COLUMNS}]\ntemperature = {t:.4f}\n"
                f'license = "MIT OR Apache-2.0"\n'
                f'trained_on = ["cards drawn by examples/mark_features"]\n'
                f"held_out_options = {count}\n"
                f"held_out_right = {right:.4f}\ncalibration_error = {error:.4f}\n"
                f"classes = {quote(CLASSES)}\nflags = {quote(FLAGS)}\n")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("out")
    args.add_argument("train", nargs="+")
    args.add_argument("--held", nargs="+", required=True)
    args = args.parse_args()
    files, held = load(args.train), load(args.held)
    net = train(files, held)
    torch.save(net.state_dict(), f"{args.out}/marks.pt")
    both = logits(net, held)
    z, flag, y, written = both[:, :-1], both[:, -1], column(held, "label"), column(held, "written")
    fit = column(held, "card") % 2 == 0
    t = temperature(z[fit], y[fit])
    p, truth = softmax(z[~fit] / t), y[~fit]
    rows, error = reliability(p, truth)
    right = (p.argmax(1) == truth).mean()
    export(args.out, net, t, (error, right, len(truth)))
    print(f"trained on {sum(len(seen) for _, seen in files)} options, held out {len(truth)} for figures; "
          f"temperature {t:.3f}; right {right:.4f}; expected calibration error {error:.4f}\n")
    print("| confidence | options | mean confidence | share right |\n|---|---|---|---|")
    for lo, hi, n, conf, ok in rows:
        print(f"| {lo:g} to {hi:g} | {n} | {conf:.4f} | {ok:.4f} |")
    said, is_so = flag[~fit] > 0, written[~fit] > 0
    print(f"\nwriting beside the option: {(said & is_so).sum()} of {is_so.sum()} found, "
          f"{(said & ~is_so).sum()} of {(~is_so).sum()} seen where none is")
    table = np.zeros((len(CLASSES), len(CLASSES)), int)
    np.add.at(table, (truth, p.argmax(1)), 1)
    print("\n| true \\ read | " + " | ".join(CLASSES) + " |\n|" + "---|" * (len(CLASSES) + 1))
    for name, row in zip(CLASSES, table):
        print(f"| {name} | " + " | ".join(str(v) for v in row) + " |")


if __name__ == "__main__":
    main()
