"""The way through the tables room: a source in, tables and outline out."""

from __future__ import annotations

from shouzhi.sources import Source
from shouzhi.tables import Reading
from shouzhi.tables.assemble import HeadingTracker, assemble
from shouzhi.tables.contents import read_contents
from shouzhi.tables.outline import read_outline
from shouzhi.tables.page_numbers import page_numbers
from shouzhi.tables.stream import weave


def read_tables(source: Source) -> Reading:
    """Read the pages of a source into tables and sections, in reading order."""
    blocks = [block for _, block in source.blocks()]
    if source.kind == "text":
        blocks = weave(blocks)
    tables, prose = assemble(blocks, HeadingTracker())
    numbers = page_numbers(source.pages)
    prose = [line for line in prose if id(line) not in numbers]
    sections, front = read_outline(prose)
    return Reading(tables, sections, front, read_contents(prose))
