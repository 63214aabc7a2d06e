"""Fits how much each of the two readers of a box counts, on made cards that neither has seen.

    python fuse.py CARDS CAMPAIGN [CARDS CAMPAIGN]

CARDS is what `cards.py` wrote, CAMPAIGN the folder of a hagaki campaign that read it. Prints the
constants of `src/validate/fuse.rs` for each charset; with a second pair, the figures of that one
under the constants of the first.
"""

import csv
import json
import pathlib
import sqlite3
import sys

import numpy as np

import classes

SMALL = {c: c.translate(classes.LARGE) for c in classes.SMALL}
GROUPS = {"postal": "digits", "phone": "digits", "hiragana": "kana", "katakana": "kana", "kanji": "jis1", "kanji2": "jis1"}
BLANK, REJECT = "blank", "reject"
# What the line recognizer leaves to no single character counts so much in these groups where the network
# gives less than EARNEST to a rejection. Not fitted: these cards hold nothing to reject; see `cards.py --spoiled`.
REST = {"digits": 1.0}
EARNEST = 0.2
GRID = {
    "network": np.linspace(0.3, 1.6, 14),
    "line": np.linspace(0.2, 1.6, 15),
    "network_floor": 10.0 ** np.arange(-6, -1.9, 0.5),
    "line_floor": 10.0 ** np.arange(-5, -1.4, 0.5),
}


def boxes_of(cards, campaign):
    """[(group, file, field, truth, network: {char: p}, line: {char: p})] of the written boxes.

    Boxes with a doubt about their ink are left out: whatever is read in them, a person is asked.
    """
    with open(cards / "truth.csv", encoding="utf-8") as f:
        truth = {(r["file"], r["field"]): r["value"] for r in csv.DictReader(f)}
    rows = sqlite3.connect(campaign / "hagaki.db").execute(
        "select f.name, r.field, r.raw from readings r join outcomes o on o.id = r.outcome_id"
        " join pages p on p.id = o.page_id join files f on f.id = p.file_id where o.current and o.outcome = 'read'")
    known = {tuple(pathlib.Path(file).parts[-2:]): file for file, _ in truth}
    out = []
    for file, field, raw in rows:
        file = known[tuple(pathlib.Path(file).parts[-2:])]
        want = truth[file, field]
        for k, cell in enumerate(json.loads(raw)["content"]["cells"]):
            line = {}
            for c, p in cell.get("witness", []):
                line[SMALL.get(c, c)] = line.get(SMALL.get(c, c), 0) + p
            network = dict(map(tuple, cell["alternatives"]))
            network[BLANK], network[REJECT] = cell["blank"], cell["reject"]
            label = SMALL.get(want[k], want[k]) if k < len(want) else BLANK
            if (line or label != BLANK) and not cell["doubts"]:
                out.append((GROUPS[field], file, field, label, network, line))
    return out


class Table:
    """The boxes of a group as arrays: candidates of each box, the truth among them, two opinions."""

    def __init__(self, boxes):
        self.rest = REST.get(boxes[0][0])
        self.keys = [(b[1], b[2]) for b in boxes]
        width = 2 + max(len(set(b[4]) | set(b[5])) for b in boxes)
        self.network, self.line = np.zeros((len(boxes), width)), np.zeros((len(boxes), width))
        self.open = np.zeros((len(boxes), width), bool)
        self.of_rest = np.zeros((len(boxes), width), bool)  # where `rest` counts
        self.truth = np.full(len(boxes), -1)
        for i, (_, _, _, label, network, line) in enumerate(boxes):
            rest = max(1 - sum(line.values()), 0)
            for j, c in enumerate(sorted(set(network) | set(line))):
                self.network[i, j] = network.get(c, 0)
                self.line[i, j] = rest if c in (BLANK, REJECT) else line.get(c, 0)
                self.open[i, j] = True
                self.of_rest[i, j] = c in (BLANK, REJECT) and network.get(REJECT, 0) < EARNEST
                if c == label:
                    self.truth[i] = j

    def pooled(self, network, line, network_floor, line_floor):
        counts = np.where(self.of_rest, self.rest or line, line)
        z = network * np.log(np.maximum(self.network, network_floor)) + counts * np.log(np.maximum(self.line, line_floor))
        z[~self.open] = -np.inf
        e = np.exp(z - z.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    def loss(self, weights):
        p = self.pooled(**weights)
        of_truth = np.where(self.truth >= 0, p[np.arange(len(p)), self.truth], 1e-4)
        return -np.log(np.maximum(of_truth, 1e-4)).mean()


def fit(table):
    """Coordinate descent over the grid: four numbers, a smooth loss."""
    best = {"network": 1.0, "line": 1.0, "network_floor": 1e-4, "line_floor": 1e-3}
    for _ in range(4):
        for name, values in GRID.items():
            best[name] = min(values, key=lambda v: table.loss({**best, name: v}))
    return best


def figures(table, weights):
    """Prints reliability by box, and what whole fields are covered at given errors."""
    p = table.pooled(**weights)
    top, right = p.max(1), p.argmax(1) == table.truth
    single = [("network", table.network), ("line", table.line)]
    alone = ", ".join(f"{n} alone {np.mean((np.where(table.open, q, -1)).argmax(1) == table.truth):.4f}" for n, q in single)
    print(f"  boxes {len(p)}: pooled {right.mean():.4f}, {alone}, loss {table.loss(weights):.4f}")
    edges = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 0.99999, 1 + 1e-9]
    for a, b in zip(edges, edges[1:]):
        s = (top >= a) & (top < b)
        if s.any():
            print(f"  | {a:g} to {min(b, 1):g} | {s.sum()} | {top[s].mean():.5f} | {right[s].mean():.5f} | {(~right[s]).sum()} |")
    fields = {}
    for key, t, r in zip(table.keys, top, right):
        sure, ok = fields.get(key, (1.0, True))
        fields[key] = (sure * t, ok and r)
    sure, ok = (np.array(x) for x in zip(*fields.values()))
    order = np.argsort(-sure)
    wrong = np.cumsum(~ok[order])
    n = np.arange(1, len(ok) + 1)
    print(f"  fields {len(ok)}: right {ok.mean():.4f}; " + "; ".join(
        f"{e:g} error: {(np.nonzero(wrong <= e * n)[0].max(initial=-1) + 1) / len(ok):.3f}" for e in (0, 0.001, 0.01))
        + "; accepted / wrong from " + ", ".join(f"{t:g}: {(sure >= t).mean():.3f} / {(~ok[sure >= t]).sum()}" for t in (0.95, 0.99, 0.995, 0.999)))


def main():
    paths = [pathlib.Path(a) for a in sys.argv[1:]]
    sets = [boxes_of(*pair) for pair in zip(paths[::2], paths[1::2])]
    for group in ("digits", "kana", "jis1"):
        tables = [Table([b for b in boxes if b[0] == group]) for boxes in sets]
        weights = fit(tables[0])
        print(group, {k: float(f"{v:.3g}") for k, v in weights.items()})
        for table in tables:
            figures(table, weights)


if __name__ == "__main__":
    main()
