"""The normalization that stands between a cell's grey pixels and the network.

`src/read/` does the same in Rust; `models/*.md` states the recipe in words and
`models/vectors/` holds cells with the logits that both sides must reach.
"""

import cv2
import numpy as np

SIZE = 32  # side of the small networks' input, pixels
BODY = 0.75  # longer side of the character's box, as a share of the input's
INK = 0.35  # a pixel from here on belongs to a stroke
LEAST_CONTRAST = 48  # grey levels; keeps paper noise from becoming ink
LEAST_SIDE = 0.30  # of the cell's height: smaller marks are not blown up
SPECK = 0.0012  # of the cell's area: smaller components are dirt
FAINTEST_PEAK = 0.30


def level(grey, share):
    """Smallest grey value v with at least ceil(share * n) pixels <= v."""
    counts = np.bincount(grey.ravel(), minlength=256)
    need = int(np.ceil(share * grey.size))
    return int(np.searchsorted(np.cumsum(counts), max(need, 1)))


def ink_of(grey):
    """Grey cell interior (u8, any size) -> ink in 0..1 (f32), 1 = pen."""
    paper = level(grey, 0.5)
    dark = level(grey, 0.005)
    contrast = max(paper - dark, LEAST_CONTRAST)
    ink = ((paper - grey.astype(np.float32)) / np.float32(contrast) - 0.15) / 0.70
    return np.clip(ink, 0.0, 1.0).astype(np.float32)


def without_specks(ink, cell_area):
    """Removes small components; returns the ink and the box of what is left."""
    mask = (ink >= INK).astype(np.uint8)
    n, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    least = SPECK * cell_area
    keep = [k for k in range(1, n) if stats[k, cv2.CC_STAT_AREA] >= least]
    if len(keep) < n - 1:
        gone = np.ones(n, bool)
        gone[0] = False
        gone[keep] = False
        ink = np.where(gone[labels], np.float32(0), ink)
    if not keep:
        return ink, None
    s = stats[keep]
    x0, y0 = s[:, 0].min(), s[:, 1].min()
    x1, y1 = (s[:, 0] + s[:, 2]).max(), (s[:, 1] + s[:, 3]).max()
    return ink, (int(x0), int(y0), int(x1), int(y1))


def overlaps(start, step, n, size):
    """size x n weights: share of output pixel i that source pixel j covers."""
    lo = start + step * np.arange(size)[:, None]
    j = np.arange(n)[None, :]
    return np.maximum(0.0, np.minimum(lo + step, j + 1) - np.maximum(lo, j)) / step


def normalize(ink, cell_height, cell_area, size=SIZE):
    """Ink map -> size x size f32 in 0..1, character centred; zeros when blank."""
    ink, box = without_specks(ink, cell_area)
    if box is None:
        return np.zeros((size, size), np.float32)
    x0, y0, x1, y1 = box
    side = max(x1 - x0, y1 - y0, LEAST_SIDE * cell_height)
    window = side / BODY
    step = window / size
    wx = overlaps((x0 + x1) / 2 - window / 2, step, ink.shape[1], size)
    wy = overlaps((y0 + y1) / 2 - window / 2, step, ink.shape[0], size)
    out = wy @ ink @ wx.T
    peak = max(float(out.max()), FAINTEST_PEAK)
    return np.minimum(out / peak, 1.0).astype(np.float32)


def cell_to_input(grey, size=SIZE):
    """A clean cell interior as the reader cuts it, frame already gone."""
    h, w = grey.shape
    return normalize(ink_of(grey), h, h * w, size)
