"""The moves of a release: signed, cleared, published, replaced by its correction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
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
    release: Release,
    key: str,
    who: Actor,
    comment: str = "",
    revision: int | None = None,
    *,
    at: datetime | None = None,
) -> Move:
    """Make a move of a release; publishing a correction replaces what it corrects.

    `at` is when it was made, where it is entered afterwards; now by default.
    """
    then = partial(_after, at=at or timezone.now())
    return move(
        release, key, who, conditions, comment=comment, revision=revision, then=then, at=at
    )


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
    return say("文件与清单不符：{files}；请重新生成", files=say("、").join(changed)) if changed else None


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


def _after(release: Release, made: Move, who: Actor, *, at: datetime) -> None:
    if made.returns:
        release.signed_by = release.cleared_by = None
        release.signed_hash = ""
    elif made.key == "sign":
        release.signed_by, release.signed_hash = who.user, release.hash
    elif made.key == "clear":
        release.cleared_by = who.user
    elif made.key == "publish":
        release.published_at = at
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
    return _last_day(year.approved_on)


def _last_day(approved: date | None) -> date | None:
    limit = None if approved is None else limits()["disclosure-days"].at(approved)
    if approved is None or limit is None:
        return None
    return approved + timedelta(days=int(limit.value))


def due_of(release: Release) -> date | None:
    """The last day for a release: a first one's clock runs from the first approval, a correction's from the last.

    So a second approval does not put in time what was late.
    """
    year = release.budget_year
    if release.replaces_id is not None:
        return due(year)
    return _last_day(min((one.on for one in year.approvals.all()), default=year.approved_on))


def late_by(release: Release) -> int:
    """How many days late a release was published; 0 in time, not yet, or where it is a correction."""
    if release.published_at is None or release.replaces_id is not None:
        return 0
    last = due_of(release)
    published = timezone.localdate(release.published_at)
    return 0 if last is None else max((published - last).days, 0)
