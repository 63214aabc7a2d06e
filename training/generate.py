"""Draws the cells of one network, part by part; as a program, its calibration set.

    python generate.py digits|kana|jis1 WORK [--count N]

A part is drawn from its own seed, so that it is the same in whichever process and on whichever machine.
"""

import argparse
import multiprocessing
import os
import pathlib
import threading

import cv2
import numpy as np

import classes
from augment import sample
from glyphs import Sources

SHARD = 10_000
HELD_COUNT = 20_000
SHARE = {"digits": {classes.BLANK: 0.07, classes.REJECT: 0.14}, "kana": {classes.BLANK: 0.03, classes.REJECT: 0.09},
         "jis1": {classes.BLANK: 0.005, classes.REJECT: 0.03}}
OFTEN = 3.0  # times as often in `jis1` as a kanji: kana and digits, which names and addresses are full of


def label_chances(name):
    labels, share = classes.BY_NAME[name], SHARE[name]
    frequent = set(classes.HIRAGANA + classes.KATAKANA + classes.DIGITS) if name == "jis1" else ()
    weight = np.array([0.0 if c in share else OFTEN if c in frequent else 1.0 for c in labels])
    weight *= (1 - sum(share.values())) / weight.sum()
    return weight + [share.get(c, 0.0) for c in labels]


class Drawer:
    """Draws parts in several processes, in order, never many parts ahead of who takes them."""

    def __init__(self, name, work, held, workers):
        global sources
        cv2.setNumThreads(1)
        sources = Sources(work, name, held)  # read once: the processes are forked from this one
        self.name, self.held, self.workers = name, held, workers

    def parts(self, count):
        """Yields (images n x side x side u8, labels n i16) until `count` cells are drawn."""
        ahead = threading.Semaphore(2 * self.workers + 2)
        sizes = [min(SHARD, count - k) for k in range(0, count, SHARD)]

        def tasks():
            for index, size in enumerate(sizes):
                ahead.acquire()
                yield self.name, self.held, index, size

        with multiprocessing.get_context("fork").Pool(self.workers) as pool:
            for part in pool.imap(shard, tasks()):
                yield part
                ahead.release()


def shard(task):
    name, held, index, size = task
    rng = np.random.default_rng([20260, {"digits": 1, "kana": 2, "jis1": 3}[name], int(held), index])
    labels = rng.choice(len(classes.BY_NAME[name]), size, p=label_chances(name)).astype(np.int16)
    images = np.stack([sample(sources, classes.BY_NAME[name][y], rng) for y in labels])
    return images, labels


def main():
    args = argparse.ArgumentParser()
    args.add_argument("name", choices=classes.BY_NAME)
    args.add_argument("work", type=pathlib.Path)
    args.add_argument("--count", type=int, default=HELD_COUNT)
    a = args.parse_args()
    parts = list(Drawer(a.name, a.work, True, os.cpu_count()).parts(a.count))
    images, labels = (np.concatenate(k) for k in zip(*parts))
    np.save(a.work / f"{a.name}-held-images.npy", images)
    np.save(a.work / f"{a.name}-held-labels.npy", labels)
    print(a.name, images.shape)


if __name__ == "__main__":
    main()
