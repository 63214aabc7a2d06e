"""The networks for boxes: plain 3x3 convolutions, batch norm folded away on export."""

import torch
from torch import nn

import classes

# Output channels of each convolution; "P" halves the picture, and so does a step of 2 (negative).
PLANS = {
    "digits": [24, "P", 48, 48, "P", 96, 96, "P"],
    "kana": [24, "P", 32, 48, "P", 96, 128, "P"],
    "jis1": [24, "P", 48, "P", 96, 96, "P", 192, 192, "P", 256],
}
HIDDEN = {"jis1": 320}  # width of a layer before the last; none where few classes are told apart


class Net(nn.Module):
    def __init__(self, name):
        super().__init__()
        layers, last = [], 1
        for step in PLANS[name]:
            if step == "P":
                layers.append(nn.MaxPool2d(2))
                continue
            width = abs(step)
            conv = nn.Conv2d(last, width, 3, stride=2 if step < 0 else 1, padding=1, bias=False)
            layers += [conv, nn.BatchNorm2d(width), nn.ReLU()]
            last = width
        self.features = nn.Sequential(*layers)
        halvings = sum(step == "P" or step < 0 for step in PLANS[name])
        flat = last * (classes.SIDE[name] >> halvings) ** 2
        hidden = HIDDEN.get(name)
        self.hidden = nn.Linear(flat, hidden) if hidden else None
        self.drop = nn.Dropout(0.1 if hidden else 0.3)
        self.head = nn.Linear(hidden or flat, len(classes.BY_NAME[name]))

    def forward(self, x):
        x = self.features(x).flatten(1)
        if self.hidden:
            x = torch.relu(self.hidden(x))
        return self.head(self.drop(x))


def script_masks(name):
    """Class index -> 0/-inf row: the classes that compete when the field's script is known; one row
    for all where all compete.

    Hiragana never competes with katakana: the form says which it is.
    """
    labels = classes.BY_NAME[name]
    if name != "kana":
        return torch.zeros(1, len(labels))
    out = torch.zeros(len(labels), len(labels))
    for i, a in enumerate(labels):
        for j, b in enumerate(labels):
            if classes.script(a) and classes.script(b) and classes.script(a) != classes.script(b):
                out[i, j] = -1e4
    return out
