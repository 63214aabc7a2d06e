"""The two networks: plain 3x3 convolutions, batch norm folded away on export."""

import torch
from torch import nn

import classes

# Output channels of each convolution; "P" halves the picture.
PLANS = {
    "digits": [16, "P", 32, 32, "P", 64, 64, "P"],
    "kana": [24, "P", 32, 48, "P", 96, 128, "P"],
}


class Net(nn.Module):
    def __init__(self, name):
        super().__init__()
        layers, last = [], 1
        for step in PLANS[name]:
            if step == "P":
                layers.append(nn.MaxPool2d(2))
                continue
            layers += [nn.Conv2d(last, step, 3, padding=1, bias=False), nn.BatchNorm2d(step), nn.ReLU()]
            last = step
        self.features = nn.Sequential(*layers)
        self.drop = nn.Dropout(0.3)
        self.head = nn.Linear(last * 16, len(classes.BY_NAME[name]))

    def forward(self, x):
        return self.head(self.drop(self.features(x).flatten(1)))


def script_masks(name):
    """Class index -> 0/-inf row: the classes that compete when the field's script is known.

    Digits compete all with all. Hiragana never competes with katakana: the form says which it is.
    """
    labels = classes.BY_NAME[name]
    out = torch.zeros(len(labels), len(labels))
    for i, a in enumerate(labels):
        for j, b in enumerate(labels):
            if classes.script(a) and classes.script(b) and classes.script(a) != classes.script(b):
                out[i, j] = -1e4
    return out if name == "kana" else torch.zeros_like(out)
