"""Trains one network on cells that are drawn while it learns.

    python train.py digits|kana|jis1 WORK [--parts N] [--device cuda] [--workers N] [--more]

Parts of 10,000 cells (`generate.py`) come in order and stay in a window for a while; each is seen
about REUSE times, moved, turned and bent a little otherwise every time. The number of parts is the
length of the course; `--more` begins with the weights that are in WORK. Same parts, same device: the
same weights to rounding.
"""

import argparse
import pathlib
import time

import numpy as np
import torch
from torch.nn import functional

import classes
from generate import SHARD, Drawer
from net import Net, script_masks

PARTS = {"digits": 56, "kana": 45, "jis1": 750}
BATCH = {"digits": 256, "kana": 256, "jis1": 512}
PEAK_RATE = {False: 2e-3, True: 1e-3}  # with `--more`
REUSE = {"digits": 3, "kana": 3, "jis1": 6}  # how often a cell is seen
WINDOW = 60  # parts from which a batch is drawn


def jittered(x, generator):
    """Each picture of the batch turned (4 degrees), sheared, scaled (6 %) and moved (1.5 pixels) a little."""
    n, side = len(x), x.shape[-1]
    normal = torch.randn(n, 7, generator=generator, device=x.device).clamp(-2, 2)
    a = torch.zeros(n, 2, 3, device=x.device)
    turn, shear = 0.035 * normal[:, 0], 0.05 * normal[:, 1]
    sx, sy = 1 + 0.03 * normal[:, 2], 1 + 0.03 * normal[:, 3]
    a[:, 0, 0], a[:, 0, 1] = sx * turn.cos(), shear - turn.sin()
    a[:, 1, 0], a[:, 1, 1] = turn.sin(), sy * turn.cos()
    a[:, :, 2] = 1.5 * normal[:, 4:6] / side
    grid = functional.affine_grid(a, x.shape, align_corners=False)
    out = functional.grid_sample(x, grid, align_corners=False)
    return out.clamp(1e-6, 1) ** torch.exp(0.15 * normal[:, 6])[:, None, None, None]


class Window:
    """The last parts that came, on the device; batches are drawn from all of them alike."""

    def __init__(self, side, device, generator):
        self.images = torch.zeros(WINDOW * SHARD, side, side, dtype=torch.uint8, device=device)
        self.labels = torch.zeros(WINDOW * SHARD, dtype=torch.long, device=device)
        self.parts, self.generator = 0, generator

    def take(self, images, labels):
        at = self.parts % WINDOW * SHARD
        self.images[at : at + SHARD] = torch.from_numpy(images)
        self.labels[at : at + SHARD] = torch.from_numpy(labels.astype(np.int64))
        self.parts += 1

    def batch(self, size):
        held = min(self.parts, WINDOW) * SHARD
        pick = torch.randint(held, (size,), generator=self.generator, device=self.images.device)
        return self.images[pick].unsqueeze(1).float() / 255, self.labels[pick]


class Course:
    """A network on its way: one step a batch, the rate rising and falling over all of them."""

    def __init__(self, name, parts, device, weights=None):
        torch.manual_seed(7)
        self.name, self.device = name, device
        self.generator = torch.Generator(device).manual_seed(11)
        net, peak = Net(name), PEAK_RATE[weights is not None]
        if weights:
            net.load_state_dict(torch.load(weights, weights_only=True))
        self.net = net.to(device, memory_format=torch.channels_last)
        self.masks = script_masks(name).to(device)
        # Blank and reject have no script: such samples meet either alphabet by turns.
        self.either = torch.tensor([classes.script(c) == "" for c in classes.BY_NAME[name]], device=device)
        self.alphabets = classes.alphabets(name)
        self.each = REUSE[name] * SHARD // BATCH[name]  # steps a part
        self.steps, self.step_no = parts * self.each, 0
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=peak, weight_decay=0.02, fused=device == "cuda")
        self.rate = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, peak, total_steps=self.steps, pct_start=0.15)

    def step(self, x, y):
        """One batch; its loss, still on the device."""
        x = jittered(x, self.generator)
        turn = torch.full_like(y, self.alphabets[self.step_no % len(self.alphabets)])
        rows = torch.where(self.either[y], turn, y) if len(self.masks) > 1 else torch.zeros_like(y)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda"):
            logits = self.net(x.to(memory_format=torch.channels_last))
        loss = functional.cross_entropy(logits.float() + self.masks[rows], y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.rate.step()
        self.step_no += 1
        return loss.detach()


def train(name, work, parts, device, workers, more):
    torch.set_num_threads(1)
    drawer = Drawer(name, work, False, workers)
    cells = drawer.parts(parts * SHARD)
    first = next(cells)  # the processes are there before the device is
    course = Course(name, parts, device, work / f"{name}.pt" if more else None)
    window = Window(classes.SIDE[name], device, course.generator)
    print(name, sum(p.numel() for p in course.net.parameters()), "parameters", parts * SHARD, "cells", course.steps, "steps", flush=True)
    start = time.monotonic()
    for index in range(parts):
        window.take(*(first if index == 0 else next(cells)))
        losses = [course.step(*window.batch(BATCH[name])) for _ in range(course.each)]
        if index % 10 == 9:
            print(f"part {index + 1}/{parts} loss {torch.stack(losses).mean():.4f} {time.monotonic() - start:.0f} s", flush=True)
        if index % 10 == 9 or index + 1 == parts:  # a course that is cut short leaves what it learned
            torch.save({k: v.cpu() for k, v in course.net.state_dict().items()}, work / f"{name}.pt")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("name", choices=classes.BY_NAME)
    args.add_argument("work", type=pathlib.Path)
    args.add_argument("--parts", type=int)
    args.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args.add_argument("--workers", type=int, default=2)
    args.add_argument("--more", action="store_true")
    a = args.parse_args()
    train(a.name, a.work, a.parts or PARTS[a.name], a.device, a.workers, a.more)


if __name__ == "__main__":
    main()
