"""Cuts one character out of a cell with its printed frame; the twin of `src/read/comb/frame.rs`.

All sizes in pixels of a cut at `PX_PER_MM`. A cell is given by the inner edges of its frame.
"""

import cv2
import numpy as np

from normalize import INK, ink_of, level

PX_PER_MM = 10.0
MARGIN = 8  # px cut around the cell
INWARD = 7  # px inside the nominal edge in which its line may still lie
LINE = 0.55  # share of the side that must be inked to be a line
SIDES = ("left", "right", "top", "bottom")


def turned(ink, side):
    """View with that side's line as rows, from the outside inwards."""
    return {"left": ink.T, "right": ink.T[::-1], "top": ink, "bottom": ink[::-1]}[side]


def cell_ink(grey):
    """Ink of the whole cut, levels measured inside the cell only."""
    inner = grey[MARGIN + INWARD : -MARGIN - INWARD, MARGIN + INWARD : -MARGIN - INWARD]
    paper, dark = level(inner, 0.5), level(inner, 0.005)
    contrast = max(paper - dark, 48)
    ink = ((paper - grey.astype(np.float32)) / np.float32(contrast) - 0.15) / 0.70
    return np.clip(ink, 0, 1).astype(np.float32)


def line_run(ink, side):
    """(first, last + 1) row of the frame line counted from outside, nearest the nominal edge; or None."""
    view = turned(ink, side)
    n = view.shape[1]
    a = MARGIN + (n - 2 * MARGIN) // 10
    share = (view[: MARGIN + INWARD, a : n - a] >= INK).mean(1)
    best, row = None, 0
    while row < len(share):
        if share[row] < LINE:
            row += 1
            continue
        end = row
        while end < len(share) and share[end] >= LINE:
            end += 1
        away = min(abs(row - MARGIN), abs(end - MARGIN))
        if best is None or away < best[0]:
            best = (away, row, end)
        row = end
    return best and best[1:]


def erase(ink, side, run, thickness):
    """Blanks the line except where a stroke crosses it; returns the first row of the inside."""
    view = turned(ink, side)
    first, last = run
    last = min(last, first + thickness)
    soft = max(first - 1, 0), min(last + 1, view.shape[0] - 3)
    inside = (view[soft[1] : soft[1] + 2] >= INK).any(0)
    outside = (view[max(soft[0] - 2, 0) : soft[0]] >= INK).any(0) if soft[0] > 0 else np.zeros_like(inside)
    gone = ~(inside & outside)
    view[first:last, gone] = 0
    view[soft[0], gone & ~outside] = 0
    view[soft[1] - 1, gone & ~inside] = 0
    return last


def character(grey, thickness=None):
    """Grey cut (cell with MARGIN) -> (ink of the character, doubts); frame and neighbours gone."""
    ink = cell_ink(grey).copy()
    h, w = ink.shape
    edges = {}
    for side in SIDES:
        run = line_run(ink, side)
        if run is None:
            edges[side] = MARGIN
            continue
        edges[side] = erase(ink, side, run, thickness or 6)
    x0, x1, y0, y1 = edges["left"], w - edges["right"], edges["top"], h - edges["bottom"]
    mask = (ink >= INK).astype(np.uint8)
    n, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    within = np.bincount(labels[y0:y1, x0:x1].ravel(), minlength=n)
    keep = within >= 0.5 * stats[:, cv2.CC_STAT_AREA]
    keep[0] = False
    crosses = [k for k in range(1, n) if keep[k] and stats[k, cv2.CC_STAT_AREA] - within[k] >= 6]
    soft = cv2.dilate(keep[labels].astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    return np.where(soft, ink, np.float32(0)), {"touch": bool(crosses)}


def line_thickness(cuts):
    """Median thickness of the lines of a field's cells; None without lines."""
    runs = [line_run(cell_ink(g), s) for g in cuts for s in SIDES]
    found = sorted(b - a for a, b in filter(None, runs))
    return found[len(found) // 2] + 1 if found else None


__all__ = ["MARGIN", "PX_PER_MM", "character", "ink_of", "line_thickness"]
