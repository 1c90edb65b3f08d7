"""What each column of a grid is for: code, label, amounts, words."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final, Literal

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.tables.captions import amount_unit
from shouzhi.tables.matrix import Matrix, is_amount, is_number

Role = Literal[
    "code", "class", "section", "item", "name", "line", "unit_code", "ordinal", "text", "measure"
]
CODE_ROLES: Final = frozenset({"code", "class", "section", "item", "unit_code"})
STUB_ROLES: Final = CODE_ROLES | {"name", "line"}
PARTS: Final = frozenset({"类", "款", "项"})

Paths = Sequence[tuple[str, ...]]


def column_roles(table: Matrix, paths: Paths, height: int) -> list[Role]:
    """The role of every column, by its heading and where that is unknown by what it holds."""
    roles = [_role(table, column, paths, height) for column in range(table.width)]
    over = {c for c in range(table.width) if _reaches_down(table, c, height)}
    roles = ["text" if c in over else role for c, role in enumerate(roles)]
    _unmeasured(roles, paths)
    _one_name(roles, paths, over)
    return roles


def _reaches_down(table: Matrix, column: int, height: int) -> bool:
    """Whether the heading of a column goes on beside all the rows below it: it names them."""
    if height >= table.height:
        return False
    head = table.owner[height - 1][column]
    body = [table.owner[row][column] for row in range(height, table.height)]
    return head is not None and bool(head.text.strip()) and all(cell is head for cell in body)


def late_roles(table: Matrix, height: int, numbering: int | None) -> dict[int, str]:
    """类, 款, 项 that stand beside the column numbers, or beside 合计 and its amounts."""
    for row in (numbering, height):
        if row is None or row >= table.height:
            continue
        cells = table.starts(row)
        found = {c.column: c.text.strip() for c in cells if c.text.strip() in PARTS}
        if len(found) > 1:
            return found
    return {}


def _role(table: Matrix, column: int, paths: Paths, height: int) -> Role:
    words = lexicon()
    path = paths[column]
    leaf = path[-1] if path else ""
    body = [row[column] for row in table.owner[height:]]
    filled = [cell.text for cell in body if cell is not None and cell.text.strip()]
    numbers = sum(map(is_number, filled))
    for role in words.roles(leaf):
        if role == "name" and filled and numbers * 2 > len(filled):
            continue
        if role == "item" and not any(p[-1] == "款" for p in paths if p):
            continue
        if role not in {"group", "unit_name"}:
            return role  # type: ignore[return-value]
    if words.is_text(leaf):
        return "text"
    if leaf and words.is_measure(leaf) and (numbers * 2 >= len(filled)):
        return "measure"
    if filled and numbers * 5 >= len(filled) * 3 and any(map(is_amount, filled)):
        return "measure"
    if leaf and (words.is_measure(leaf) or amount_unit(leaf)):
        return "measure"
    after_amounts = leaf and not filled and _amounts_before(table, column, height)
    return "measure" if after_amounts else "text"


def _amounts_before(table: Matrix, column: int, height: int) -> bool:
    """Whether the column to the left holds amounts (an empty column beside it does too)."""
    return column > 0 and any(
        is_amount(table.text(row, column - 1)) for row in range(height, table.height)
    )


def _unmeasured(roles: list[Role], paths: Paths) -> None:
    """Numbers before the first label or code under a heading that no amount has are no amounts."""
    first = next((c for c, role in enumerate(roles) if role in STUB_ROLES), 0)
    for column in range(first):
        leaf = paths[column][-1] if paths[column] else ""
        if roles[column] == "measure" and not lexicon().is_measure(leaf):
            roles[column] = "text"


def _one_name(roles: list[Role], paths: Paths, over: Container[int]) -> None:
    """In each run of stub columns make the first fitting column the name, later ones words.

    Columns under one heading that spans them stay names, and so does the column of units
    before the names of what the units have: a grouped stub.
    """
    for column, role in enumerate(roles):
        if role != "name":
            continue
        before = [c for c in range(column) if roles[c] == "name"]
        between = [roles[c] for c in range((before or [column])[-1] + 1, column)]
        if not before or "measure" in between or paths[before[-1]] == paths[column]:
            continue
        if not _lists_units(roles, paths, before):
            roles[column] = "text"
    run_start = 0
    for column in range(len(roles) + 1):
        if column == len(roles) or roles[column] == "measure":
            run = range(run_start, column)
            if not any(roles[c] in {"name", "code"} for c in run):
                _first_text_names(roles, paths, [c for c in run if c not in over])
            run_start = column + 1
    _trailing_words(roles)


def _lists_units(roles: Sequence[Role], paths: Paths, names: Sequence[int]) -> bool:
    """Whether the last of `names` is a column of units, and the only name in its run."""
    last = names[-1]
    if "unit_name" not in lexicon().roles(paths[last][-1] if paths[last] else ""):
        return False
    return len(names) == 1 or "measure" in roles[names[-2] : last]


def _first_text_names(roles: list[Role], paths: Paths, run: Sequence[int]) -> None:
    """Where a run of stub columns has no name, its first unknown column of words is it.

    Behind amounts only a classification is (支出功能分类): other words there are remarks.
    """
    for column in run:
        leaf = paths[column][-1] if paths[column] else ""
        can_name = "measure" not in roles[:column] or "group" in lexicon().roles(leaf)
        if roles[column] == "text" and can_name and not lexicon().is_text(leaf):
            roles[column] = "name"
            return


def _trailing_words(roles: list[Role]) -> None:
    """Labels and codes behind the last column of amounts tell more of the row: words."""
    amounts = [column for column, role in enumerate(roles) if role == "measure"]
    if not amounts:
        return
    for column in range(amounts[-1] + 1, len(roles)):
        if roles[column] in STUB_ROLES:
            roles[column] = "text"
