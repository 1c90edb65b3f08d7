"""What a publisher says of the warnings on a release: written before it is signed, public with it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from shouzhi.cycle.moves import Refused
from shouzhi.web.audit.log import Actor, record
from shouzhi.web.disclosure.models import Release
from shouzhi.web.language import say
from shouzhi.web.public.models import Explanation

LONGEST = 1000
"""Characters of one explanation."""


def explained(release: Release) -> list[tuple[str, str]]:
    """The warnings of a release, each with what is said of it; empty where nothing is."""
    told = dict(release.explanations.values_list("message", "text"))
    return [(note, told.get(str(note), "")) for note in release.notes]


def explain(release: Release, texts: Mapping[str, str], who: Actor) -> None:
    """Write what is said of the warnings of a release; an empty text takes it back.

    Raises Refused once the release was signed: whoever signs has read what is said.
    """
    with transaction.atomic():
        now = Release.objects.select_for_update().get(pk=release.pk)
        if now.state != "prepared":
            raise Refused([say("签批之后不能再改说明；请先退回")])
        before = dict(explained(now))
        for note in map(str, now.notes):
            text = texts.get(note, "").strip()[:LONGEST]
            if not text:
                now.explanations.filter(message=note).delete()
            elif text != before.get(note):
                told = {"text": text, "by": who.user, "at": timezone.now()}
                Explanation.objects.update_or_create(release=now, message=note, defaults=told)
        after = dict(explained(now))
        if after != before:
            record(who, "explain", now, before=_filled(before), after=_filled(after))


def _filled(told: Mapping[str, str]) -> dict[str, str]:
    return {str(note): text for note, text in told.items() if text}
