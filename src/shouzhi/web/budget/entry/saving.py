"""Saving what the grid sends: safe to repeat, names become codes, and rows keep their order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django.db import transaction

from shouzhi.cycle.lookup import ACCOUNTS, settle
from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor
from shouzhi.web.budget.entry.places import Place
from shouzhi.web.budget.entry.protocol import conflict_told, names, row_told, rows_of, sums
from shouzhi.web.budget.models import Row, Submission
from shouzhi.web.budget.rows import PROSE, Change, fill, listed_of, save
from shouzhi.web.budget.storing import rewrite
from shouzhi.web.language import say

MOST: Final = 1000
"""Rows in one request; the grid sends at most 500."""

_LONGEST: Final = 20_000  # signs in a cell
_NEAREST: Final = 1e-7  # between two positions, before all are numbered anew


@dataclass(slots=True)
class _Sorted:
    """Changes that are to be made, and rows that are already as the page wants them."""

    fresh: list[Change]
    done: list[tuple[str, Row]]
    gone: list[str]


def save_sheet(where: Place, asked: object, who: Actor, group: str = "") -> dict[str, Any]:
    """Save the changes of a sheet, and tell how its rows stand now.

    A request whose answer was lost may come again: what is already so is not done twice.
    Raises Refused for a request that the grid would not send, or a submission that is closed.
    """
    changes = [_change(where, item) for item in _items(asked)]
    with transaction.atomic():
        Submission.objects.select_for_update(of=("self",)).get(pk=where.submission.pk)
        sort = _sorted(where, changes)
        saved = save(where.submission, sort.fresh, who)
        # Never together with a new row, which a repeated request finds by its position.
        moved = {} if any(change.id is None for change in changes) else _renumber(where)
        if where.sheet.key == "projects":
            _check_namers(where.submission)
    where.submission.refresh_from_db()
    rows = [*sort.done, *saved.rows]
    clients = {change.id: change.client for change in changes}
    return {
        "rows": [
            {**row_told(row, group, client), "position": moved.get(row.pk, row.position)}
            for client, row in rows
        ],
        "deleted": saved.deleted,
        "conflicts": [
            conflict_told(conflict, clients.get(conflict.id, "")) for conflict in saved.conflicts
        ],
        "positions": {str(pk): position for pk, position in moved.items()},
        "names": names(where, [row for _, row in rows]),
        "revision": where.submission.revision,
        **sums(where, group),
    }


def _items(asked: object) -> list[dict[str, Any]]:
    items = asked.get("changes") if isinstance(asked, dict) else None
    if (
        not isinstance(items, list)
        or len(items) > MOST
        or not all(isinstance(item, dict) for item in items)
    ):
        raise Refused([say("这一次保存的内容不完整；请刷新页面，没有保存的内容会恢复")])
    return items


def _change(where: Place, item: dict[str, Any]) -> Change:
    key, revision, position, cells = (
        item.get(name) for name in ("id", "revision", "position", "cells")
    )
    cells = cells if isinstance(cells, dict) else {}
    fits = (
        (key is None or type(key) is int)
        and (revision is None or type(revision) is int)
        and (position is None or (isinstance(position, int | float) and abs(position) < 1e12))
        and all(isinstance(text, str) and len(text) <= _LONGEST for text in cells.values())
    )
    if not fits:
        raise Refused([say("这一次保存的内容不完整；请刷新页面，没有保存的内容会恢复")])
    return Change(
        sheet=where.sheet.key,
        id=key,
        revision=revision or 0,
        cells=_settled(where, cells),
        position=position,
        client=str(item.get("client", ""))[:64],
        delete=item.get("delete") is True,
    )


def _settled(where: Place, cells: dict[str, str]) -> dict[str, str]:
    """The cells with names of accounts as codes; a row of a unit's own submission is the unit's."""
    known = {column.key: column for column in where.sheet.columns}
    year = where.submission.budget_year.year
    found = {key: text.strip() for key, text in cells.items() if key in known and text.strip()}
    for key, text in found.items():
        if (kind := known[key].kind) in ACCOUNTS:
            found[key] = settle(text, kind, year)
    own = known.get("unit")
    if found and own is not None and own.required and where.submission.unit.kind == "unit":
        found.setdefault("unit", where.submission.unit.name)
    return found


def _sorted(where: Place, changes: list[Change]) -> _Sorted:
    """Tell apart what is to be done from what an earlier, identical request has done.

    A new row's position is drawn by the page within its gap, so that no two rows share one:
    a row that is already there is the one that the first request made.
    """
    ids = [change.id for change in changes if change.id is not None]
    new = [
        change.position for change in changes if change.id is None and change.position is not None
    ]
    rows = {row.pk: row for row in rows_of(where).filter(pk__in=ids)}
    made = {row.position: row for row in rows_of(where).filter(position__in=new)}
    sort = _Sorted([], [], [])
    for change in changes:
        row = made.get(change.position or 0.0) if change.id is None else rows.get(change.id)
        if change.delete and row is None:
            sort.gone.append(change.client)
        elif row is not None and not change.delete and row.cells == change.cells:
            sort.done.append((change.client, row))
        elif change.id is None and row is not None:
            sort.fresh.append(_again(change, row))
        else:
            sort.fresh.append(change)
    return sort


def _again(change: Change, row: Row) -> Change:
    """A new row that was made before and has been typed in since, or taken out."""
    return Change(
        change.sheet,
        row.pk,
        row.revision,
        change.cells,
        change.position,
        change.client,
        change.delete,
    )


def _check_namers(submission: Submission) -> None:
    """Look again at the rows of other sheets that name a project, now that projects have changed."""
    listed, changed = listed_of(submission), []
    for row in submission.rows.exclude(sheet__in=("projects", PROSE)):
        before = (row.faults, row.project)
        if row.cells.get("project"):
            fill(row, listed)
        if (row.faults, row.project) != before:
            changed.append(row)
    rewrite(changed, ["faults", "project", "amount"])


def _renumber(where: Place) -> dict[int, float]:
    """Number the rows 1, 2, 3 where two positions have come too close to put a row between."""
    places = list(rows_of(where).values_list("position", flat=True))
    if all(b - a > _NEAREST for a, b in pairwise(places)):
        return {}
    rows = list(rows_of(where))
    numbered = {row.pk: float(number) for number, row in enumerate(rows, start=1)}
    moved = [row for row in rows if row.position != numbered[row.pk]]
    for row in moved:
        row.position = numbered[row.pk]
    rewrite(moved, ["position"])
    return numbered
