"""A published release goes into the warehouse that the public site and the API read."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from shouzhi.catalogue.forms import edition
from shouzhi.catalogue.told import Told
from shouzhi.cycle.building import load
from shouzhi.publish.document import Publication, publication
from shouzhi.publish.manifest import NAME
from shouzhi.publish.proof import findings
from shouzhi.warehouse.publishing import publish
from shouzhi.warehouse.records import finding_dict
from shouzhi.warehouse.store import Store
from shouzhi.web.disclosure.models import Release

_LOG = logging.getLogger("shouzhi.web")


def carry_out(release: Release) -> bool:
    """Put a release into the warehouse; False, and a line in the log, where it could not be.

    The release is published all the same: what is missing is carried out at the next start.
    """
    try:
        made = publication(load(release.path / "book"), edition(release.edition))
        outputs = {
            o["path"]: (release.path / o["path"]).read_bytes()
            for o in release.outputs()
            if "/" not in o["path"]
        }
        outputs[NAME] = (release.path / NAME).read_bytes()
        at = release.published_at
        day = timezone.localdate(at).isoformat() if at else None
        publish(
            Store(Path(settings.WAREHOUSE)),
            made,
            outputs,
            findings=_answered(release, made, day),
            published=day,
        )
    except Exception:  # noqa: BLE001 - whatever it is, the release is published and this is tried again
        _LOG.exception("release %s is not in the warehouse yet", release.pk)
        return False
    Release.objects.filter(pk=release.pk).update(carried=True)
    return True


def _answered(release: Release, made: Publication, day: str | None) -> list[dict[str, Any]]:
    """The warnings of a release with what is said of them; a correction tells its reason with them."""
    said = dict(release.explanations.values_list("message", "text"))
    found = {str(one.message): finding_dict(one) for one in findings(made)} if said else {}
    told = [
        {
            **found.get(str(note), {"check": "", "severity": "warning"}),
            "message": _without_line(note),
            "answer": said.get(str(note), ""),
            "answered": day if str(note) in said else None,
        }
        for note in release.notes
    ]
    if release.replaces is not None:
        told.append(
            {
                "check": "",
                "severity": "note",
                "message": f"本版更正第 {release.replaces.number} 版",
                "answer": release.reason,
            }
        )
    return told


def _without_line(note: str) -> str:
    """A warning without the line of our own text in which it stands: readers are led to the cell."""
    line = note.values.get("place") if isinstance(note, Told) else None
    return str(note).removeprefix(str(line)).strip() if line else str(note)


def sweep() -> int:
    """Remove the folders of releases that were cut short before they were kept; gives their number.

    For a moment when nobody prepares a release: the start of the server.
    """
    root = Path(settings.MEDIA_ROOT) / "releases"
    kept = set(Release.objects.values_list("folder", flat=True))
    left = [path for path in root.iterdir() if path.name not in kept] if root.is_dir() else []
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def carry_missing() -> int:
    """Carry out the published releases that are not in the warehouse; gives their number."""
    waiting = Release.objects.filter(state="published", carried=False).order_by("published_at")
    return sum(
        carry_out(release)
        for release in waiting.select_related("budget_year__department", "replaces")
    )
