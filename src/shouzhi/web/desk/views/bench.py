"""Going through findings, of one document or of several held together: what is shown, what is decided."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import actor
from shouzhi.web.desk import services
from shouzhi.web.desk.cases import Case, Item
from shouzhi.web.desk.looks import looks
from shouzhi.web.language import say
from shouzhi.web.people.rights import can

Json = dict[str, Any]


def bench(request: HttpRequest, case: Case, item: Item | None) -> Json:
    """The findings of a case, and the one that is looked at, for `desk/bench.html`."""
    decided, total = case.progress()
    told: Json = {"case": case, "item": item, "decided": decided, "total": total, "looks": [], "others_told": []}
    if item is None:
        return told
    before, after = case.beside(item)
    return {
        **told, "card": case.card(item), "before": before, "after": after, "looks": looks(case, item),
        "alike": sum(_may(request, each) for each in case.alike(item)), "may_judge": _may(request, item),
    }  # fmt: skip


def _may(request: HttpRequest, item: Item) -> bool:
    return can(request.user, "desk.review", item.owner.body)


def judge(request: HttpRequest, case: Case) -> HttpResponse:
    """Decide about a finding, and where it is asked for about all that are like it; on to the next one that is open."""
    item = _asked(request, case)
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")
    chosen = [item]
    if decision and request.POST.get("alike") == "1":
        chosen += [each for each in case.alike(item) if _may(request, each)]
    services.judge_all([(each.owner, each.code) for each in chosen], decision, reason, actor(request))
    if text := request.POST.get("comment", "").strip():
        services.remark(item.owner, item.code, text, actor(request))
    codes = {each.code for each in chosen}
    onward = case.next_open(item, codes) if decision else item
    return redirect(address(case, onward or item))


def remark(request: HttpRequest, case: Case) -> HttpResponse:
    """Comment on a finding."""
    item = _asked(request, case)
    services.remark(item.owner, item.code, request.POST.get("text", ""), actor(request))
    return redirect(address(case, item))


def _asked(request: HttpRequest, case: Case) -> Item:
    """The finding that a form speaks of; raises Refused where it is gone or out of reach."""
    item = case.item(request.POST.get("finding") or "-")
    if item is None or not _may(request, item):
        raise Refused(["数字已经变化，这个问题不在了；请刷新页面"])
    return item


def address(case: Case, item: Item) -> str:
    """Where a finding is looked at."""
    name = "desk:comparison" if case.several else "desk:document"
    return f"{reverse(name, args=[case.subject.pk])}?f={item.code}#finding"


def sender(request: HttpRequest, case: Case) -> str:
    """In whose name a letter goes out."""
    who: Any = request.user
    return " ".join(filter(None, (case.document.batch.body.name, who.name)))


def gone() -> str:
    """What is said where an address names a finding that is no more."""
    return say("数字已经变化，原来的问题不在了")


def today() -> Any:  # noqa: ANN401 - a date
    """The day of a letter."""
    return timezone.localdate()
