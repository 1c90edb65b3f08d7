"""The lines that number the pages, which are no part of the prose that runs over them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from shouzhi.sources import Line, Page
from shouzhi.tables.captions import is_furniture

_DIGITS: Final = re.compile(r"\d+")


def page_numbers(pages: Iterable[Page]) -> set[int]:
    """The identities (`id`) of the lines that number a page of many.

    Such a line is the first or the last of its page and nothing but a number.  A number
    alone may be the last line of a sentence, so it must count with the pages: at least two
    pages are as far from their printed numbers, or the page prints the number that it has.
    """
    found = [(line, step) for page in pages for line, step in _candidates(page)]
    steps = Counter(step for _, step in found)
    return {id(line) for line, step in found if steps[step] > 1 or step == 0}


def _candidates(page: Page) -> Iterator[tuple[Line, int]]:
    """The outermost lines that are a number, with its distance from the page's own."""
    filled = [block for block in page.blocks if not isinstance(block, Line) or block.text.strip()]
    for block in dict.fromkeys([*filled[:1], *filled[-1:]]):
        if isinstance(block, Line) and is_furniture(block.text):
            digits = _DIGITS.search(block.text)
            if digits is not None:
                yield block, int(digits.group()) - page.number
