"""From a clean character to a cell as a scanner delivers it, after frame removal.

Harder than real cells on purpose; every random number comes from the caller's generator.
"""

import cv2
import numpy as np

import classes
from glyphs import draw
from normalize import cell_to_input


def pen(patch, rng, dense=False):
    """Thinner or thicker pen; a stroke that would vanish stays, a dense kanji does not close up."""
    roll = rng.random()
    if roll < 0.25:
        full = dense and (patch > 127).mean() > 0.16
        k = int(rng.integers(2, 4 if full else 8 if dense else 6))
        return cv2.dilate(patch, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (k, k)))
    if roll < 0.60:
        k = int(rng.integers(2, 5))
        thin = cv2.erode(patch, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (k, k)))
        if thin.sum() > 0.35 * patch.sum():
            return thin
    return patch


def place(patch, h, w, rng, size=None, haste=1.0):
    """Slants, bends, scales the patch and puts it into an h x w cell."""
    ys, xs = np.nonzero(patch > 90)
    if len(ys) == 0:
        return np.zeros((h, w), np.float32)
    gh, gw = ys.max() - ys.min() + 1, xs.max() - xs.min() + 1
    size = size or rng.uniform(0.42, 0.92)
    scale = min(size * h / gh, 0.95 * w / gw)
    sx, sy = scale * rng.uniform(0.82, 1.18), scale * rng.uniform(0.9, 1.1)
    turn, shear = rng.normal(0, 0.11) * haste, rng.normal(0, 0.14) * haste
    m = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    m = m @ np.array([[1, shear], [0, 1]]) @ np.diag([sx, sy])
    # The whole character stays in the cell: what leaves a box is cut whole by the reader, and a
    # voicing mark that fell off would make another character of it.
    reach = np.abs(m) @ np.array([gw, gh])
    m = m * min(1.0, w / reach[0], h / reach[1])
    room = np.maximum(np.array([w, h]) - np.abs(m) @ np.array([gw, gh]), 0) / 2
    target = np.array([w, h]) / 2 + rng.uniform(-0.95, 0.95, 2) * room
    inverse = np.linalg.inv(m)
    source = np.array([xs.min() + gw / 2, ys.min() + gh / 2]) - inverse @ target
    grid_x, grid_y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    map_x = inverse[0, 0] * grid_x + inverse[0, 1] * grid_y + source[0]
    map_y = inverse[1, 0] * grid_x + inverse[1, 1] * grid_y + source[1]
    if rng.random() < 0.75:
        bend = haste * rng.normal(0, rng.uniform(0.5, 3.2), (2, 5, 5)).astype(np.float32)
        map_x = map_x + cv2.resize(bend[0], (w, h), interpolation=cv2.INTER_CUBIC)
        map_y = map_y + cv2.resize(bend[1], (w, h), interpolation=cv2.INTER_CUBIC)
    if scale < 0.6:
        patch = cv2.GaussianBlur(patch, (0, 0), 0.35 / scale)
    out = cv2.remap(patch, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR)
    return out.astype(np.float32) / 255


def remnants(ink, rng, blank):
    """What frame removal leaves: pieces of lines along the edges, now and then a neighbour's stroke.

    In a blank cell they stay short: a whole vertical line would be a 1, a horizontal one a `ー`.
    """
    h, w = ink.shape
    longest, whole = (0.2, 0.0) if blank else (0.5, 0.15)
    if rng.random() < 0.30:
        for _ in range(int(rng.integers(1, 4))):
            horizontal = rng.random() < 0.5
            n = w if horizontal else h
            length = n if rng.random() < whole else int(n * rng.uniform(0.05, longest))
            a, d = int(rng.integers(0, n - length + 1)), int(rng.integers(0, 3))
            thick, dark = int(rng.integers(1, 3)), rng.uniform(0.3, 0.9)
            far = rng.random() < 0.5
            line = slice(d, d + thick) if not far else slice(-d - thick, -d or None)
            where = (line, slice(a, a + length)) if horizontal else (slice(a, a + length), line)
            ink[where] = np.maximum(ink[where], dark)
    if rng.random() < 0.06 and not blank:
        x = 0 if rng.random() < 0.5 else w - 1
        y = int(rng.integers(0, h))
        cv2.line(ink, (x, y), (int(np.clip(x + rng.integers(-5, 6), 0, w - 1)), int(y + rng.integers(-9, 9))), 0.8, 2)
    if rng.random() < 0.08:
        for _ in range(int(rng.integers(1, 4))):
            cv2.circle(ink, (int(rng.integers(w)), int(rng.integers(h))), int(rng.integers(0, 2)), rng.uniform(0.4, 1), -1)
    return ink


def paper(ink, rng, blank):
    """Ink 0..1 -> grey u8 as a scanner gives it: paper, texture, blur, levels, JPEG, bilevel."""
    h, w = ink.shape
    light = rng.uniform(185, 255)
    dark = light - (rng.uniform(28, 90) if rng.random() < 0.22 else rng.uniform(90, light - 5))
    if rng.random() < 0.25:
        grain = rng.normal(0.8, 0.25, (h // 2 + 1, w // 2 + 1)).astype(np.float32)
        ink = ink * np.clip(cv2.resize(grain, (w, h)), 0.25, 1)
    ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 1.25))
    grey = light - ink * (light - dark)
    if rng.random() < 0.20:
        wave = rng.normal(0, rng.uniform(2, 9), (4, 4)).astype(np.float32)
        grey = grey + cv2.resize(wave, (w, h), interpolation=cv2.INTER_CUBIC)
    noise = rng.uniform(0, 9 if light - dark > 60 or blank else 5)
    grey = grey + rng.standard_normal((h, w), np.float32) * noise
    grey = np.clip(grey, 0, 255).astype(np.uint8)
    if rng.random() < 0.12 and not blank:
        cut = light - (light - dark) * rng.uniform(0.3, 0.65)
        return np.where(grey < cut, 0, 255).astype(np.uint8)
    if rng.random() < 0.30:
        _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))])
        grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    return grey


def struck(ink, rng):
    """Lines that go beyond the character, or a zigzag over it."""
    h, w = ink.shape
    ys, xs = np.nonzero(ink > 0.4)
    x0, x1, y0, y1 = xs.min(), xs.max(), ys.min(), ys.max()
    t = int(rng.integers(2, 4))
    if rng.random() < 0.35:
        n = int(rng.integers(4, 8))
        px = np.linspace(x0 - 4, x1 + 4, n) + rng.normal(0, 2, n)
        py = np.where(np.arange(n) % 2, y0 + rng.uniform(0, 10), y1 - rng.uniform(0, 10)) + rng.normal(0, 3, n)
        cv2.polylines(ink, [np.stack([px, py], 1).astype(np.int32)], False, 1.0, t, cv2.LINE_AA)
        return ink
    slope = rng.normal(0, 0.25) * (x1 - x0 + 12)
    middle = (y0 + y1) / 2 + rng.normal(0, 0.08) * (y1 - y0)
    for k in range(int(rng.integers(2, 4))):
        y = middle + (k - 0.7) * rng.uniform(4, 8)
        reach = rng.uniform(5, 10)
        cv2.line(ink, (int(x0 - reach), int(y - slope / 2)), (int(x1 + reach), int(y + slope / 2)), 1.0, t, cv2.LINE_AA)
    return ink


def reject(sources, h, w, rng):
    """What is in a box and is no single character of the field."""
    def one(size=None):
        return place(pen(sources.glyph(sources.chars[rng.integers(len(sources.chars))], rng), rng), h, w, rng, size)

    kind = rng.random()
    if kind < 0.26:
        return struck(one(), rng)
    if kind < 0.48:  # two characters side by side
        left, right = (cv2.resize(one(rng.uniform(0.6, 0.9)), (w // 2, h)) for _ in range(2))
        out = np.zeros((h, w), np.float32)
        out[:, : w // 2] = left
        out[:, w - w // 2:] = np.maximum(out[:, w - w // 2:], right)
        return out
    if kind < 0.66:  # one over another
        for _ in range(6):
            a, b = one(0.75), one(0.75)
            inside = np.minimum(a, b).sum() / max(min(a.sum(), b.sum()), 1)
            if inside < 0.45:
                return np.maximum(a, b)
        return struck(a, rng)
    if kind < 0.80:  # scribble
        n = int(rng.integers(7, 22))
        return place(pen(draw([rng.uniform(5, 95, (n, 2))], rng, 0.5), rng), h, w, rng)
    if kind < 0.88:  # dash, dots
        y = rng.uniform(35, 65)
        if sources.name == "digits":
            return place(draw([[(15, y), (85, y + rng.normal(0, 6))]], rng, 1.0), h, w, rng, None)
        return place(draw([[(45, y), (55, y + 3)]], rng, 1.0), h, w, rng, 0.12)
    return place(pen(sources.other(rng), rng), h, w, rng)


def cell(sources, label, rng):
    """One grey cell interior (u8) of the wanted class."""
    dense = sources.name == "jis1"
    h = int(rng.integers(*((60, 125) if dense else (42, 92))))
    w = int(h * rng.uniform(0.62, 1.05)) if sources.name == "digits" else int(h * rng.uniform(0.8, 1.1))
    if label == classes.BLANK:
        ink = np.zeros((h, w), np.float32)
        if rng.random() < 0.4:
            for _ in range(int(rng.integers(1, 4))):
                y, x = int(rng.integers(h)), int(rng.integers(w))
                cv2.circle(ink, (x, y), int(rng.integers(0, 3)), rng.uniform(0.2, 0.8), -1)
    elif label == classes.REJECT:
        ink = reject(sources, h, w, rng)
    else:
        ink = place(pen(sources.glyph(label, rng), rng, dense), h, w, rng, haste=1.25 if dense else 1.0)
    blank = label == classes.BLANK
    return paper(remnants(ink, rng, blank), rng, blank)


def sample(sources, label, rng):
    """One network input (u8) of the wanted class; a character that degraded to nothing is drawn again."""
    for _ in range(5):
        out = cell_to_input(cell(sources, label, rng), classes.SIDE[sources.name])
        if label == classes.BLANK or out.sum() > 8:
            break
    return (out * 255).round().astype(np.uint8)
