"""The list of documents as a reviewer asks for it: found, filtered, sorted, and gone through in that order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import F, Q, QuerySet

from shouzhi.web.desk.models import KINDS, Document
from shouzhi.web.people.rights import within
from shouzhi.web.typed import whole

KEPT: Final = "desk-list"
"""Where the session keeps what was asked for last: the next document is the next of that list."""
SHOWN: Final = {
    "left": "还有未处理的问题", "done": "问题都处理完了", "open": "有错误或警告", "clean": "没有问题",
    "waiting": "等待读取", "refused": "不能使用", "unnamed": "未认出部门", "replaced": "已有新版",
}  # fmt: skip
SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "at": ("at", "-name", "-pk"), "name": ("title", "name", "pk"), "body": ("body__path", "year", "kind", "pk"),
    "year": ("year", "body__path", "kind", "pk"), "errors": ("counts__error", "counts__warning", "left", "-pk"),
    "left": ("left", "counts__error", "-pk"),
}  # fmt: skip
FIRST: Final = "-at"


def listed(user: Any, asked: Mapping[str, str]) -> QuerySet[Document]:  # noqa: ANN401 - a user
    """The documents in a person's range, as asked for."""
    every = Document.objects.filter(body__in=within(user, "desk.view")).exclude(source="zip")
    return _sorted(_shown(_filtered(every, asked), asked.get("shown", "")), asked.get("sort", ""))


def _filtered(found: QuerySet[Document], asked: Mapping[str, str]) -> QuerySet[Document]:
    if words := asked.get("q", "").strip():
        fields = ("name", "title", "department", "body__name")
        found = found.filter(reduce(or_, (Q(**{f"{field}__icontains": words}) for field in fields)))
    if year := whole(asked.get("year")):
        found = found.filter(year=min(year, 9999))
    if asked.get("kind") in dict(KINDS):
        found = found.filter(kind=asked["kind"])
    if batch := whole(asked.get("batch")):
        found = found.filter(batch_id=batch)
    return found


def _shown(found: QuerySet[Document], shown: str) -> QuerySet[Document]:
    wanted: dict[str, Q] = {
        "left": Q(state="read", left__gt=0), "done": Q(state="read", total__gt=0, left=0),
        "open": Q(counts__error__gt=0) | Q(counts__warning__gt=0), "clean": Q(state="read", total=0),
        "waiting": Q(state="waiting"), "refused": Q(state="refused"),
        "unnamed": Q(state="read") & ~Q(body__kind__in=["department", "unit"]),
        "replaced": Q(pk__in=Document.objects.filter(replaces__isnull=False).values("replaces")),
    }  # fmt: skip
    return found.filter(wanted[shown]) if shown in wanted else found


def _sorted(found: QuerySet[Document], asked: str) -> QuerySet[Document]:
    chosen = asked if asked.removeprefix("-") in SORTS else FIRST
    down = chosen.startswith("-")
    order = []
    for field in SORTS[chosen.removeprefix("-")]:
        falls = down != field.startswith("-")
        name = F(field.removeprefix("-"))
        order.append(name.desc(nulls_last=True) if falls else name.asc(nulls_last=True))
    return found.order_by(*order)


def next_open(user: Any, asked: Mapping[str, str], document: Document) -> Document | None:  # noqa: ANN401 - a user
    """The next document of a list with findings that wait, over its end too; None where there is no other."""
    every = listed(user, {**asked, "shown": ""}).values_list("pk", "state", "left")
    rows = list(every)
    place = next((n for n, (pk, *_) in enumerate(rows) if pk == document.pk), -1)
    around = [*rows[place + 1 :], *rows[: max(0, place)]]
    found = next((pk for pk, state, left in around if state == "read" and left), None)
    return Document.objects.filter(pk=found).first() if found else None
