"""Draws the training and the calibration set of one network.

    python generate.py digits|kana|jis1 WORK [--count N] [--held] [--part N]
"""

import argparse
import multiprocessing
import pathlib

import cv2
import numpy as np

import classes
from augment import sample
from glyphs import Sources

SHARD = 10_000
COUNTS = {"digits": 400_000, "kana": 480_000, "jis1": 520_000}
HELD_COUNT = 20_000
SHARE = {"digits": {classes.BLANK: 0.07, classes.REJECT: 0.14}, "kana": {classes.BLANK: 0.03, classes.REJECT: 0.09},
         "jis1": {classes.BLANK: 0.005, classes.REJECT: 0.03}}


def label_chances(name):
    labels, share = classes.BY_NAME[name], SHARE[name]
    rest = (1 - sum(share.values())) / (len(labels) - len(share))
    return np.array([share.get(c, rest) for c in labels])


def begin(name, work, held):
    """In each process: the material is read once."""
    global sources
    cv2.setNumThreads(1)
    sources = Sources(work, name, held)


def shard(task):
    name, held, (part, index), size = task
    rng = np.random.default_rng([20260, {"digits": 1, "kana": 2, "jis1": 3}[name], int(held), part * 10_000 + index])
    labels = rng.choice(len(classes.BY_NAME[name]), size, p=label_chances(name)).astype(np.int16)
    images = np.stack([sample(sources, classes.BY_NAME[name][y], rng) for y in labels])
    return images, labels


def main():
    args = argparse.ArgumentParser()
    args.add_argument("name", choices=classes.BY_NAME)
    args.add_argument("work", type=pathlib.Path)
    args.add_argument("--count", type=int)
    args.add_argument("--held", action="store_true")
    args.add_argument("--part", type=int, default=0, help="another set of the same kind, in place of the first")
    a = args.parse_args()
    count = a.count or (HELD_COUNT if a.held else COUNTS[a.name])
    tasks = [(a.name, a.held, (a.part, k), min(SHARD, count - k * SHARD)) for k in range(-(-count // SHARD))]
    side, file = classes.SIDE[a.name], f"{a.name}{'-held' if a.held else ''}"
    # Written part by part: the largest set is some gigabytes.
    images = np.lib.format.open_memmap(a.work / f"{file}-images.npy", "w+", np.uint8, (count, side, side))
    labels, at = np.empty(count, np.int16), 0
    with multiprocessing.Pool(2, begin, (a.name, a.work, a.held)) as pool:
        for part, named in pool.imap(shard, tasks):
            images[at : at + len(part)], labels[at : at + len(part)] = part, named
            at += len(part)
    np.save(a.work / f"{file}-labels.npy", labels)
    print(a.name, images.shape)


if __name__ == "__main__":
    main()
