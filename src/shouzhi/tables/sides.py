"""The halves of two- and three-sided tables: which columns belong together, and their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.tables.matrix import Matrix
from shouzhi.tables.roles import STUB_ROLES, Role


@dataclass(frozen=True, slots=True)
class Slot:
    """One column of the grid: its heading path, what it is for, and the block it belongs to."""

    path: tuple[str, ...]
    role: Role
    block: int
    column: int
    number: str | None = None

    @property
    def leaf(self) -> str:
        """The lowest heading of the column."""
        return self.path[-1] if self.path else ""


def blocks(roles: Sequence[Role]) -> list[int]:
    """Number the blocks: a new one begins where stub columns follow amounts."""
    found: list[int] = []
    block = 0
    seen_measure = False
    for role in roles:
        if role in STUB_ROLES and seen_measure:
            block += 1
            seen_measure = False
        seen_measure = seen_measure or role == "measure"
        found.append(block)
    counts = Counter(
        block for block, role in zip(found, roles, strict=True) if role in {"name", "code"}
    )
    return found if len(counts) == block + 1 else [0] * len(found)


def sides(slots: Sequence[Slot], table: Matrix) -> tuple[str, ...]:
    """The headings that tell the blocks of a sided table apart, else the labels of their totals.

    Blocks that repeat the same headings under one are one side, whose rows go on there.
    """
    last = slots[-1].block if slots else 0
    if last == 0:
        return ()
    headed = [s for s in slots if s.path]
    parts = [[s for s in headed if s.block == block] for block in range(last + 1)]
    groups = [_first_alike(parts, block) for block in range(last + 1)]
    named = {block: _names(parts[block]) for block in set(groups)}
    chosen: dict[int, str] = {}
    for block, names in named.items():
        for level, name in enumerate(names):
            if name and sum(other[level] == name for other in named.values()) == 1:
                chosen[block] = name
                break
    if len(chosen) == len(named):
        return tuple(chosen[group] for group in groups)
    totals = [closing(table, slots, block) for block in range(last + 1)]
    return tuple(totals) if len(set(totals)) == len(totals) else tuple(map(str, range(1, last + 2)))


def _first_alike(parts: Sequence[Sequence[Slot]], block: int) -> int:
    """The first block with the same headings as this one, all under one heading."""
    if not _shared([s.path for s in parts[block]]):
        return block
    ours = [(s.path, s.role) for s in parts[block]]
    return next(b for b in range(block + 1) if [(s.path, s.role) for s in parts[b]] == ours)


def _names(part: Sequence[Slot]) -> tuple[str, str, str]:
    """What a block can be called: its upper heading, its deepest shared one, that of its labels."""
    shared = _shared([s.path for s in part])
    label = next((s.leaf for s in part if s.role == "name"), "")
    return (shared[0], shared[-1], label) if shared else ("", "", label)


def closing(table: Matrix, slots: Sequence[Slot], block: int) -> str:
    """What the last row of a block totals: 人员经费合计 names the side 人员经费."""
    places = [s.column for s in slots if s.block == block and s.role != "measure"]
    for row in range(table.height - 1, max(table.height - 4, -1), -1):
        texts = [table.text(row, column) for column in places]
        for text in texts:
            if text.endswith("合计") and not lexicon().is_total(text):
                return text.removesuffix("合计")
    return ""


def _shared(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The headings that all `paths` begin with."""
    common: list[str] = []
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    return tuple(common)
