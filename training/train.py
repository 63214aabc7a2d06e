"""Trains one network on its generated set.

    python train.py digits|kana|jis1 WORK [--epochs N] [--more]
"""

import argparse
import pathlib
import time

import numpy as np
import torch
from torch.nn.functional import cross_entropy

import classes
from net import Net, script_masks

BATCH = 128
EPOCHS = {"digits": 3, "kana": 2, "jis1": 3}
PEAK_RATE = 2e-3
MORE_RATE = 1e-3  # of training that goes on from weights that are there
THREADS = 1


def shifted(x, generator):
    """Moves each half of a batch by up to 2 pixels: cheap extra variety between epochs."""
    parts = x.chunk(4)
    moves = torch.randint(-2, 3, (len(parts), 2), generator=generator)
    return torch.cat([torch.roll(p, (int(a), int(b)), (2, 3)) for p, (a, b) in zip(parts, moves)])


def train(name, work, epochs, more):
    torch.manual_seed(7)
    torch.set_num_threads(THREADS)
    generator = torch.Generator().manual_seed(11)
    images = np.load(work / f"{name}-images.npy", mmap_mode="r")
    labels = torch.from_numpy(np.load(work / f"{name}-labels.npy")).long()
    net, masks = Net(name).to(memory_format=torch.channels_last), script_masks(name)
    if more:
        net.load_state_dict(torch.load(work / f"{name}.pt"))
    peak = MORE_RATE if more else PEAK_RATE
    print(name, sum(p.numel() for p in net.parameters()), "parameters", len(labels), "samples")
    steps = epochs * (len(labels) // BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), lr=peak, weight_decay=0.02)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, total_steps=steps, pct_start=0.15)
    start, step = time.process_time(), 0
    # Blank and reject have no script: such samples meet either alphabet by turns.
    either = torch.tensor([classes.script(c) == "" for c in classes.BY_NAME[name]])
    alphabets = classes.alphabets(name)
    for epoch in range(epochs):
        order = torch.randperm(len(labels), generator=generator)
        total = 0.0
        for k in range(len(labels) // BATCH):
            pick = order[k * BATCH : (k + 1) * BATCH]
            x = shifted(torch.from_numpy(images[pick.numpy()]).unsqueeze(1).float() / 255, generator)
            y = labels[pick]
            turn = torch.full_like(y, alphabets[k % len(alphabets)])
            rows = torch.where(either[y], turn, y) if len(masks) > 1 else torch.zeros_like(y)
            logits = net(x) + masks[rows]
            loss = cross_entropy(logits, y, label_smoothing=0.0)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rate.step()
            total, step = total + loss.item(), step + 1
            if step % 250 == 0:
                print(f"epoch {epoch} step {step}/{steps} loss {total / (k + 1):.4f} cpu {time.process_time() - start:.0f} s", flush=True)
    torch.save(net.state_dict(), work / f"{name}.pt")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("name", choices=classes.BY_NAME)
    args.add_argument("work", type=pathlib.Path)
    args.add_argument("--epochs", type=int)
    args.add_argument("--more", action="store_true", help="go on from the weights in WORK")
    a = args.parse_args()
    train(a.name, a.work, a.epochs or EPOCHS[a.name], a.more)


if __name__ == "__main__":
    main()
