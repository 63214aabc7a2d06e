"""Writes the trained network as ONNX, batch norm folded, every attribute explicit; `jis1` with 8-bit weights.

    python export.py digits|kana|jis1 WORK MODELS
"""

import pathlib
import sys

import onnx
import torch

import classes
from graph import Graph
from net import Net


def build(net, name):
    graph = Graph(eight_bit=name == "jis1")  # the largest by far
    graph.convolutions(net.features)
    graph.add("Flatten", axis=1)
    if net.hidden:
        graph.dense(net.hidden, ("wd", "bd"))
        graph.add("Relu")
    graph.dense(net.head, ("wh", "bh"), out="logits")
    side = classes.SIDE[name]
    return graph.model(name, [1, side, side], len(classes.BY_NAME[name]))


def main():
    name, work, models = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    net = Net(name)
    net.load_state_dict(torch.load(work / f"{name}.pt", weights_only=True))
    net.eval()
    models.mkdir(exist_ok=True)
    onnx.save(build(net, name), models / f"{name}.onnx")


if __name__ == "__main__":
    main()
