"""An ONNX graph written node by node: batch norm folded, every attribute explicit, as rten needs it."""

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn


def folded(conv, norm):
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    weight = conv.weight * scale[:, None, None, None]
    return weight.detach().numpy(), (norm.bias - norm.running_mean * scale).detach().numpy()


class Graph:
    """Nodes one after the other; each takes what the one before it gave.

    `eight_bit`: weights are stored as 8-bit integers with a scale for each output channel, and made
    floats again when the network is loaded: a quarter of the size, the same time to run.
    """

    def __init__(self, eight_bit=False):
        self.nodes, self.weights, self.last, self.eight_bit = [], [], "input", eight_bit

    def constant(self, label, array):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), label))
        return label

    def weight(self, label, array):
        if not self.eight_bit:
            return self.constant(label, array)
        scale = np.maximum(np.abs(array).reshape(len(array), -1).max(1) / 127, 1e-12)
        steps = np.round(array / scale.reshape(-1, *[1] * (array.ndim - 1))).astype(np.int8)
        inputs = [self.constant(f"{label}_steps", steps), self.constant(f"{label}_scale", scale.astype(np.float32))]
        self.nodes.append(helper.make_node("DequantizeLinear", inputs, [label], axis=0))
        return label

    def add(self, kind, *inputs, out=None, **attributes):
        out = out or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, [self.last, *inputs], [out], **attributes))
        self.last = out

    def convolutions(self, layers):
        """3 x 3 convolutions, each with its norm behind it, rectifiers and halvings."""
        layers = list(layers)
        for k, layer in enumerate(layers):
            if isinstance(layer, nn.Conv2d):
                w, b = folded(layer, layers[k + 1])
                self.add("Conv", self.weight(f"w{k}", w), self.constant(f"b{k}", b), kernel_shape=[3, 3],
                         strides=list(layer.stride), dilations=[1, 1], pads=[1, 1, 1, 1], group=1)
            elif isinstance(layer, nn.ReLU):
                self.add("Relu")
            elif isinstance(layer, nn.MaxPool2d):
                self.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0])

    def dense(self, layer, names, out=None):
        w = self.weight(names[0], layer.weight.detach().numpy())
        b = self.constant(names[1], layer.bias.detach().numpy())
        self.add("Gemm", w, b, out=out, alpha=1.0, beta=1.0, transA=0, transB=1)

    def model(self, name, shape, outputs):
        """The whole; `shape` is one input's, `outputs` the width of what comes out."""
        graph = helper.make_graph(
            self.nodes, name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", *shape])],
            [helper.make_tensor_value_info(self.last, TensorProto.FLOAT, ["n", outputs])],
            self.weights,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="hagaki-training")
        model.ir_version = 8
        onnx.checker.check_model(model)
        return model
