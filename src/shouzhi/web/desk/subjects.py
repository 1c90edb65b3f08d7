"""Whose document it is: names in documents become bodies, once confirmed for good."""

from __future__ import annotations

from django.db.models import Q

from shouzhi.catalogue.names import fold
from shouzhi.web.desk.models import Alias, Document
from shouzhi.web.people.models import Body, User


def file_under(document: Document) -> None:
    """Put a document under the body that it names, where exactly one in the batch's range bears the name."""
    found = body_named(document.department, document.batch.body)
    document.body = found or document.batch.body


def body_named(name: str, within: Body) -> Body | None:
    """The one body at or below another that bears a name now or by a confirmed alias; None otherwise."""
    key = fold(name)
    if not key:
        return None
    below = within.below()
    named = set(Alias.objects.filter(name=key, body__in=below).values_list("body_id", flat=True))
    named = named or {pk for pk, own in below.values_list("pk", "name") if fold(own) == key}
    return Body.objects.get(pk=named.pop()) if len(named) == 1 else None


def learn_name(name: str, body: Body, by: User) -> Alias | None:
    """Keep that a name stands for a body; None where the name is empty or the body's own."""
    key = fold(name)
    if not key or key == fold(body.name):
        return None
    # One name has one meaning among the bodies that it could stand for.
    siblings = Body.objects.filter(path__startswith=_root(body))
    Alias.objects.filter(name=key, body__in=siblings).exclude(body=body).delete()
    alias, _ = Alias.objects.get_or_create(name=key, body=body, defaults={"by": by})
    return alias


def _root(body: Body) -> str:
    return "/" + body.path.strip("/").split("/")[0] + "/"


def subject_of(document: Document) -> Q:
    """The documents of the same body, year and kind.

    What no body was found for is told apart by the name that it bears; what has no year
    or kind is the same as itself only.
    """
    if not document.year or not document.kind:
        return Q(digest=document.digest, batch__body_id=document.batch.body_id)
    same = Q(body_id=document.body_id, year=document.year, kind=document.kind, scope=document.scope)
    return same & Q(department=document.department) if document.body.kind == "region" else same


def same_subject(document: Document) -> list[Document]:
    """The other documents of the same subject that were read, the latest first."""
    found = Document.objects.filter(subject_of(document), state="read").exclude(pk=document.pk)
    return list(found.select_related("body").order_by("-at", "-pk"))


def suggest_predecessor(document: Document) -> Document | None:
    """The document that this one seems to be a new version of: the same subject, another content."""
    earlier = (d for d in same_subject(document) if d.pk < document.pk and d.digest != document.digest)
    return next(earlier, None)
