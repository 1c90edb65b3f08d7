"""A release that has been published goes into the warehouse, and so to the public site."""

from __future__ import annotations

from shouzhi.catalogue.forms import edition
from shouzhi.cycle.building import load
from shouzhi.publish.document import publication
from shouzhi.warehouse import Added, publish
from shouzhi.web.disclosure.models import Release
from shouzhi.web.public.opening import store


def enter(release: Release) -> Added:
    """Put a published release into the warehouse, from its frozen book and files.

    To be called after the transaction of the move (`transaction.on_commit`): the warehouse is
    not part of it.  Doing it twice changes nothing.  A correction takes the place of what it
    corrects.  Raises OSError where the files are gone.
    """
    files = {output["path"]: (release.path / output["path"]).read_bytes() for output in release.outputs()}
    made = publication(load(release.path / "book"), edition(release.edition))
    day = release.published_at.date().isoformat() if release.published_at else None
    return publish(store(), made, files, published=day)
