"""Draws the training and the calibration set of one network.

    python generate.py digits|kana WORK [--count N] [--held]
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
COUNTS = {"digits": 280_000, "kana": 360_000}
HELD_COUNT = 20_000
SHARE = {"digits": {classes.BLANK: 0.07, classes.REJECT: 0.14}, "kana": {classes.BLANK: 0.03, classes.REJECT: 0.09}}


def label_chances(name):
    labels, share = classes.BY_NAME[name], SHARE[name]
    rest = (1 - sum(share.values())) / (len(labels) - len(share))
    return np.array([share.get(c, rest) for c in labels])


def shard(task):
    name, work, held, index, size = task
    cv2.setNumThreads(1)
    rng = np.random.default_rng([20260, {"digits": 1, "kana": 2}[name], int(held), index])
    sources = Sources(work, name, held)
    labels = rng.choice(len(classes.BY_NAME[name]), size, p=label_chances(name)).astype(np.int16)
    images = np.stack([sample(sources, classes.BY_NAME[name][y], rng) for y in labels])
    return images, labels


def main():
    args = argparse.ArgumentParser()
    args.add_argument("name", choices=classes.BY_NAME)
    args.add_argument("work", type=pathlib.Path)
    args.add_argument("--count", type=int)
    args.add_argument("--held", action="store_true")
    a = args.parse_args()
    count = a.count or (HELD_COUNT if a.held else COUNTS[a.name])
    tasks = [(a.name, a.work, a.held, k, min(SHARD, count - k * SHARD)) for k in range(-(-count // SHARD))]
    with multiprocessing.Pool(2) as pool:
        parts = pool.map(shard, tasks, chunksize=1)
    images, labels = (np.concatenate(x) for x in zip(*parts))
    np.savez(a.work / f"{a.name}{'-held' if a.held else ''}.npz", images=images, labels=labels)
    print(a.name, images.shape, "ink", images.mean() / 255)


if __name__ == "__main__":
    main()
