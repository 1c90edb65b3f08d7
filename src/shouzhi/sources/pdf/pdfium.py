"""PDFium's C functions, bound so that one call a glyph costs as little as Python allows.

pypdfium2 opens documents; what is asked hundreds of times a page is called here.
Three things make such a call three to four times as fast as the typed one: no
declared argument types (a plain integer and a ready reference pass without an
object being made for each), references into one scratch array that are made
once, and `map` as the loop.  Neither PDFium nor the scratch array is safe with
threads: use processes.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import PdfDocument, raw

Floats = NDArray[np.float64]
Codes = NDArray[np.uint32]


class Handle(ctypes.c_void_p):
    """The address of something of PDFium's; a subclass, so that ctypes leaves it boxed."""


def _bind(name: str, result: type[Any] | None = ctypes.c_int) -> Callable[..., Any]:
    """The function `name` without declared arguments; pass only int, Handle and references."""
    address = ctypes.cast(getattr(raw, name), ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(result)(address or 0)


load_page = _bind("FPDF_LoadPage", Handle)
close_page = _bind("FPDF_ClosePage", None)
page_box = _bind("FPDF_GetPageBoundingBox")
page_rotation = _bind("FPDFPage_GetRotation")

load_text = _bind("FPDFText_LoadPage", Handle)
close_text = _bind("FPDFText_ClosePage", None)
count_characters = _bind("FPDFText_CountChars")
text_index = _bind("FPDFText_GetTextIndexFromCharIndex")
get_text = _bind("FPDFText_GetText")
unicode_of = _bind("FPDFText_GetUnicode", ctypes.c_uint)
map_error = _bind("FPDFText_HasUnicodeMapError")
loose_box = _bind("FPDFText_GetLooseCharBox", None)
text_matrix = _bind("FPDFText_GetMatrix", None)

count_objects = _bind("FPDFPage_CountObjects")
get_object = _bind("FPDFPage_GetObject", Handle)
count_form_objects = _bind("FPDFFormObj_CountObjects")
get_form_object = _bind("FPDFFormObj_GetObject", Handle)
object_type = _bind("FPDFPageObj_GetType")
object_bounds = _bind("FPDFPageObj_GetBounds", None)
object_matrix = _bind("FPDFPageObj_GetMatrix")
count_segments = _bind("FPDFPath_CountSegments")
get_segment = _bind("FPDFPath_GetPathSegment", Handle)
segment_point = _bind("FPDFPathSegment_GetPoint", None)
segment_type = _bind("FPDFPathSegment_GetType")
segment_closes = _bind("FPDFPathSegment_GetClose")
draw_mode = _bind("FPDFPath_GetDrawMode")

PATH, IMAGE, FORM = raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM
MOVE: Final = raw.FPDF_SEGMENT_MOVETO

_SLOTS: Final = 12_288
_LETTERS: Final = 32_768
_numbers = np.zeros(_SLOTS, np.float32)
_counts = _numbers.view(np.int32)
_scratch = (ctypes.c_float * _SLOTS).from_buffer(_numbers.data)
_letters = np.zeros(_LETTERS, np.uint16)
_references = [ctypes.byref(_scratch, 4 * k) for k in range(_SLOTS)]


def handle(thing: PdfDocument) -> Handle:
    """The handle of an open pypdfium2 document."""
    return Handle(ctypes.cast(thing.raw, ctypes.c_void_p).value)


def reference(thing: Handle) -> object:
    """A handle as ctypes passes it on, made once for many calls."""
    return ctypes.byref(ctypes.c_char.from_address(thing.value or 0))


def fill(
    function: Callable[..., Any],
    heads: Sequence[Any],
    width: int,
    *,
    split: bool = False,
    before: Handle | None = None,
    whole: bool = False,
) -> Floats:
    """Call `function` for each of `heads` and collect the numbers which it writes.

    Each call writes `width` floats (integers with `whole`): into one structure,
    or with `split` each through its own pointer.  `before` is passed ahead of
    each head (a text page before its glyph indices).  Gives heads × width;
    zero where nothing was written.
    """
    chunk = _SLOTS // width
    if len(heads) > chunk:
        parts = [heads[k : k + chunk] for k in range(0, len(heads), chunk)]
        return np.concatenate(
            [fill(function, part, width, split=split, before=before, whole=whole) for part in parts]
        )
    size = len(heads) * width
    written = (_counts if whole else _numbers)[:size]
    written.fill(0)
    pointers = [_references[k:size:width] for k in range(width if split else 1)]
    first = [] if before is None else [repeat(reference(before))]
    deque(map(function, *first, heads, *pointers), maxlen=0)
    collected: Floats = written.astype(np.float64).reshape(-1, width)
    return collected


def text_of(page: Handle, count: int) -> NDArray[np.uint16] | None:
    """The characters of the `count` glyphs of a text page; None unless one stands for each."""
    if text_index(page, count - 1) != count - 1:
        return None
    room = 2 * count + 16
    letters = _letters if room <= _LETTERS else np.zeros(room, np.uint16)
    buffer = ctypes.c_uint16.from_buffer(letters.data)
    if get_text(page, 0, count, ctypes.byref(buffer)) != count + 1:
        return None
    return letters[:count].copy()


def rectangle_of(page: Handle) -> tuple[float, float, float, float]:
    """The visible rectangle of a page in its own coordinates: left, bottom, right, top."""
    _numbers[:4] = 0
    page_box(page, _references[0])
    left, top, right, bottom = _numbers[:4].tolist()
    return left, bottom, right, top


def matrix_of(thing: Handle) -> tuple[float, ...]:
    """The six numbers of an object's matrix; the identity where it has none."""
    if not object_matrix(thing, _references[0]):
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return tuple(_numbers[:6].tolist())
