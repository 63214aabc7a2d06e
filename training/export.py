"""Writes the trained network as ONNX, batch norm folded, every attribute explicit.

    python export.py digits|kana WORK MODELS
"""

import pathlib
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

import classes
from net import Net


def folded(conv, norm):
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    weight = conv.weight * scale[:, None, None, None]
    return weight.detach().numpy(), (norm.bias - norm.running_mean * scale).detach().numpy()


def build(net, name):
    nodes, weights, last = [], [], "input"

    def constant(label, array):
        weights.append(numpy_helper.from_array(np.ascontiguousarray(array), label))
        return label

    def add(kind, inputs, **attributes):
        out = f"t{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        return out

    layers = list(net.features)
    for k, layer in enumerate(layers):
        if isinstance(layer, nn.Conv2d):
            w, b = folded(layer, layers[k + 1])
            last = add("Conv", [last, constant(f"w{k}", w), constant(f"b{k}", b)], kernel_shape=[3, 3],
                       strides=[1, 1], dilations=[1, 1], pads=[1, 1, 1, 1], group=1)
        elif isinstance(layer, nn.ReLU):
            last = add("Relu", [last])
        elif isinstance(layer, nn.MaxPool2d):
            last = add("MaxPool", [last], kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0])
    last = add("Flatten", [last], axis=1)
    head = constant("wh", net.head.weight.detach().numpy()), constant("bh", net.head.bias.detach().numpy())
    nodes.append(helper.make_node("Gemm", [last, *head], ["logits"], alpha=1.0, beta=1.0, transA=0, transB=1))
    graph = helper.make_graph(
        nodes, name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 1, 32, 32])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", len(classes.BY_NAME[name])])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="hagaki-training")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def main():
    name, work, models = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    net = Net(name)
    net.load_state_dict(torch.load(work / f"{name}.pt", weights_only=True))
    net.eval()
    models.mkdir(exist_ok=True)
    onnx.save(build(net, name), models / f"{name}.onnx")


if __name__ == "__main__":
    main()
