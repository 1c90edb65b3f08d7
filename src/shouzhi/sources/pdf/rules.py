"""The rules of a page: every straight horizontal or vertical stroke that can bound a cell.

Word draws a rule as filled rectangles of a point, one for each side of each cell,
with dots in the corners; Excel and WPS stroke lines; others stroke whole frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress, pairwise, repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shouzhi.sources.pdf import pdfium
from shouzhi.sources.pdf.frame import Frame
from shouzhi.sources.pdf.pdfium import Floats, Handle

THIN: Final = 2.6
"""Up to this many points a drawn thing is a rule, not an area."""

SNAP: Final = 2.5
"""Rules this close in points are one rule, and ends this close touch."""

GAP: Final = 3.5
"""Pieces of a rule with gaps up to this many points are one (dashes, corners left out)."""

SHORTEST: Final = 4.0
"""A rule shorter than this after joining is decoration."""

MOST: Final = 3000
"""Rules of one direction kept of a page; a drawing may have any number."""

LIMIT: Final = 200_000
"""Objects looked at on one page."""

_DRAWN: Final = frozenset({pdfium.PATH, pdfium.IMAGE})  # some programs paint rules as images
_DEPTH: Final = 4
_SEGMENTS: Final = 4000


@dataclass(frozen=True, slots=True)
class Strokes:
    """Upright boxes (left, bottom, right, top) of all that is drawn thin.

    `pictures` is how many images the page has; `cut` tells that it has more
    objects than are looked at.
    """

    boxes: Floats
    pictures: int = 0
    cut: bool = False


NO_STROKES: Final = Strokes(np.zeros((0, 4)))


@dataclass(frozen=True, slots=True)
class Rules:
    """Joined rules, upright: rows of (position, from, to) in points.

    `across` run from left to right at a height, `down` from bottom to top at
    an abscissa, both by position and then start; `cut` tells that the page has
    more than could be kept.
    """

    across: Floats
    down: Floats
    cut: bool = False


def read_strokes(page: Handle, frame: Frame) -> Strokes:
    """All straight strokes of an open page in the frame in which its text is upright."""
    count = max(pdfium.count_objects(page), 0)
    one = pdfium.reference(page)
    objects = list(map(pdfium.get_object, repeat(one), range(min(count, LIMIT))))
    boxes, pictures = _boxes(objects, _DEPTH)
    return Strokes(frame.upright(boxes), pictures, count > LIMIT)


def rules_of(strokes: Strokes) -> Rules:
    """The strokes of a page joined to rules."""
    boxes = strokes.boxes
    flat, steep = boxes[:, 3] - boxes[:, 1] <= THIN, boxes[:, 2] - boxes[:, 0] <= THIN
    across, down = join(boxes[flat][:, (1, 3, 0, 2)]), join(boxes[steep][:, (0, 2, 1, 3)])
    cut = strokes.cut or max(len(across), len(down)) > MOST
    return Rules(_longest(across), _longest(down), cut)


def _boxes(objects: list[Handle], depth: int) -> tuple[Floats, int]:
    """Boxes of all thin parts of these objects and of the forms in them, and the images met."""
    types = list(map(pdfium.object_type, objects))
    paths = list(compress(objects, map(_DRAWN.__contains__, types)))
    parts = [_path_boxes(paths)] if paths else []
    pictures = types.count(pdfium.IMAGE)
    if depth and pdfium.FORM in types:
        for thing, kind in zip(objects, types, strict=True):
            if kind == pdfium.FORM:
                inner, more = _form_boxes(thing, depth - 1)
                parts.append(inner)
                pictures += more
    return (np.concatenate(parts) if parts else np.zeros((0, 4))), pictures


def _form_boxes(form: Handle, depth: int) -> tuple[Floats, int]:
    """Thin boxes inside a form, carried to where the form is placed."""
    count = min(max(pdfium.count_form_objects(form), 0), LIMIT)
    boxes, pictures = _boxes([pdfium.get_form_object(form, k) for k in range(count)], depth)
    a, b, c, d, e, f = pdfium.matrix_of(form)
    xs, ys = boxes[:, (0, 2, 0, 2)], boxes[:, (1, 1, 3, 3)]
    x, y = a * xs + c * ys + e, b * xs + d * ys + f
    placed = np.stack((x.min(axis=1), y.min(axis=1), x.max(axis=1), y.max(axis=1)), axis=1)
    return (placed if len(boxes) else boxes), pictures


def _path_boxes(paths: list[Handle]) -> Floats:
    """Boxes of the thin paths, and of the thin parts of the others."""
    boxes = pdfium.fill(pdfium.object_bounds, paths, 4, split=True)
    segments = np.fromiter(map(pdfium.count_segments, paths), np.int64, len(paths))
    thin = (boxes[:, 2] - boxes[:, 0] <= THIN) | (boxes[:, 3] - boxes[:, 1] <= THIN)
    thin &= segments <= 6
    parts = [boxes[thin]]
    others = np.flatnonzero(~thin & (segments > 1)).tolist()
    modes = pdfium.fill(pdfium.draw_mode, [paths[k] for k in others], 2, split=True, whole=True)
    for place, (filled, stroked) in zip(others, modes.tolist(), strict=True):
        if segments[place] <= 6 and filled and not stroked:
            continue  # a shaded area
        found = _parts(paths[place], int(segments[place]), stroked=bool(stroked))
        if found:
            parts.append(np.array(found))
    return np.concatenate(parts)


def _parts(
    path: Handle, segments: int, *, stroked: bool
) -> list[tuple[float, float, float, float]]:
    """The axis-parallel strokes of a path, or its thin fills where it is not stroked."""
    found = []
    for points in _outlines(path, min(segments, _SEGMENTS)):
        if stroked:
            found += [_span(pair) for pair in pairwise(points)]
        else:
            found.append(_span(points))
    return [box for box in found if _is_rule(box)]


def _is_rule(box: tuple[float, float, float, float]) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return min(width, height) <= THIN and max(width, height) > 3 * min(width, height)


def _span(
    points: tuple[tuple[float, float], ...] | list[tuple[float, float]],
) -> tuple[float, float, float, float]:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return (min(xs), min(ys), max(xs), max(ys))


def _outlines(path: Handle, segments: int) -> list[list[tuple[float, float]]]:
    """The points of a path, a list for each part drawn without lifting the pen."""
    a, b, c, d, e, f = pdfium.matrix_of(path)
    handles = [pdfium.get_segment(path, k) for k in range(segments)]
    points = pdfium.fill(pdfium.segment_point, handles, 2, split=True)
    xs, ys = points[:, 0], points[:, 1]
    placed = list(zip((a * xs + c * ys + e).tolist(), (b * xs + d * ys + f).tolist(), strict=True))
    outlines: list[list[tuple[float, float]]] = []
    for handle, point in zip(handles, placed, strict=True):
        if pdfium.segment_type(handle) == pdfium.MOVE or not outlines:
            outlines.append([])
        outlines[-1].append(point)
        if pdfium.segment_closes(handle):
            outlines[-1].append(outlines[-1][0])
    return outlines


def join(rules: Floats) -> Floats:
    """Rules with near positions brought to their mean, and touching pieces made one.

    Takes rows of (low side, high side, from, to), gives (position, from, to)
    by position, then start.
    """
    if not len(rules):
        return rules[:, :3]
    position = (rules[:, 0] + rules[:, 1]) / 2
    order = position.argsort()
    position = position[order]
    group = np.zeros(len(rules), np.int64)
    (position[1:] - position[:-1] > SNAP).cumsum(out=group[1:])
    means = np.bincount(group, position) / np.bincount(group)
    start, stop = rules[order, 2], rules[order, 3]
    order = np.lexsort((start, group))
    group, start, stop = group[order], start[order], stop[order]
    shift = group * 1e6  # so that no piece reaches into the next group
    reach = np.maximum.accumulate(stop + shift)
    first = np.ones(len(rules), np.bool_)
    np.greater(start[1:] + shift[1:], reach[:-1] + GAP, out=first[1:])
    firsts = np.flatnonzero(first)
    joined = np.empty((len(firsts), 3))
    joined[:, 0] = means[group[firsts]]
    joined[:, 1] = start[firsts]
    joined[:, 2] = np.maximum.reduceat(stop, firsts)
    return joined[joined[:, 2] - joined[:, 1] > SHORTEST]


def _longest(rules: Floats) -> Floats:
    if len(rules) <= MOST:
        return rules
    order: NDArray[np.intp] = np.argsort(rules[:, 1] - rules[:, 2], kind="stable")[:MOST]
    return rules[np.sort(order)]
