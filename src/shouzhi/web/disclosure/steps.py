"""The moves of a release: signed, cleared, published, replaced by its correction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from shouzhi.catalogue.limits import limits
from shouzhi.catalogue.workflows import Move
from shouzhi.cycle.moves import Condition
from shouzhi.web.audit.log import Actor, record
from shouzhi.web.budget.models import BudgetYear
from shouzhi.web.budget.moving import move
from shouzhi.web.disclosure.carrying_out import carry_out
from shouzhi.web.disclosure.models import Release
from shouzhi.web.disclosure.preparing import changed_files
from shouzhi.web.language import say


def move_release(
    release: Release, key: str, who: Actor, comment: str = "", revision: int | None = None
) -> Move:
    """Make a move of a release; publishing a correction replaces what it corrects."""
    return move(release, key, who, conditions, comment=comment, revision=revision, then=_after)


def conditions(release: Release, who: Actor) -> Mapping[str, Condition]:
    """The conditions of a release's moves."""
    return {
        "no_errors": lambda: _changed(release),
        "unchanged_since_signed": lambda: _since_signed(release),
        "not_own_entry": lambda: _not_own(release, who),
        "correction_published": lambda: _corrected(release),
    }


def _changed(release: Release) -> str | None:
    changed = changed_files(release)
    return say("文件与清单不符：{files}；请重新生成", files="、".join(changed)) if changed else None


def _since_signed(release: Release) -> str | None:
    if release.signed_hash != release.hash:
        return say("签批之后内容有变；请退回重新签批")
    return _changed(release)


def _not_own(release: Release, who: Actor) -> str | None:
    if who.user is None:
        return None
    if who.user.pk == release.prepared_by_id:
        return say("这一版是您生成的，不能由您签批；请由另一人签批")
    if who.user.pk == release.signed_by_id:
        return say("您已签批过；保密审查请由另一人进行")
    return None


def _corrected(release: Release) -> str | None:
    if release.corrections.filter(state="published").exists():
        return None
    return say("还没有公开的更正版")


def _after(release: Release, made: Move, who: Actor) -> None:
    if made.returns:
        release.signed_by = release.cleared_by = None
        release.signed_hash = ""
    elif made.key == "sign":
        release.signed_by, release.signed_hash = who.user, release.hash
    elif made.key == "clear":
        release.cleared_by = who.user
    elif made.key == "publish":
        release.published_at = timezone.now()
        if release.replaces is not None and release.replaces.state == "published":
            _replace(release.replaces, release, who)
    release.save()
    if made.key == "publish":
        transaction.on_commit(partial(carry_out, release))


def _replace(old: Release, new: Release, who: Actor) -> None:
    old.state, old.revision = "replaced", old.revision + 1
    old.save(update_fields=["state", "revision"])
    record(
        who,
        "move:replace",
        old,
        before={"state": "published"},
        after={"state": "replaced"},
        comment=new.reason,
    )


def due(year: BudgetYear) -> date | None:
    """The last day for disclosure: so many days after the approval (预算法, article 14); None before it."""
    if year.approved_on is None:
        return None
    limit = limits()["disclosure-days"].at(year.approved_on)
    return None if limit is None else year.approved_on + timedelta(days=int(limit.value))
