"""Whose document it is: names in documents become bodies, once confirmed for good."""

from __future__ import annotations

from django.db.models import Q

from shouzhi.catalogue.names import fold
from shouzhi.web.desk.models import Alias, Document
from shouzhi.web.people.models import Body, User


def file_under(document: Document) -> None:
    """Put a document under the body that it names, where it can be told which of the batch's range."""
    found = body_named(document.department, document.scope, document.batch.body)
    document.body = found or document.batch.body


def body_named(name: str, scope: str, within: Body) -> Body | None:
    """The body at or below another that bears a name, by a confirmed alias or now; None where it is not clear which.

    A department and its own office (本级) share a name: the document's scope (`department`,
    `unit`) tells them apart, and without one it is the department's.
    """
    key = fold(name)
    if not key:
        return None
    below = within.below()
    known = set(Alias.objects.filter(name=key, body__in=below).values_list("body_id", flat=True))
    named = [body for body in below if (body.pk in known if known else fold(body.name) == key)]
    alike = [body for body in named if body.kind == scope] or named
    top = min(alike, key=lambda body: len(body.path), default=None)
    return top if top and all(body.path.startswith(top.path) for body in alike) else None


def learn_name(name: str, scope: str, body: Body, by: User) -> Alias | None:
    """Keep that a name stands for a body; None where the name is empty or would find the body without."""
    key = fold(name)
    siblings = Body.objects.filter(path__startswith=_root(body))
    root = siblings.order_by("path").first()
    if not key or root is None or body_named(name, scope, root) == body:
        return None
    # One name has one meaning among the bodies that it could stand for.
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


def place_in_line(document: Document) -> None:
    """Let a document that was read know its predecessor, and those that came later and were read sooner know it.

    A predecessor is of the same subject and has another content; what is known already stays.
    """
    others = [each for each in same_subject(document) if each.digest != document.digest]
    if document.replaces_id is None:
        document.replaces = next((each for each in others if each.pk < document.pk), None)
    later = [each.pk for each in others if each.pk > document.pk and each.replaces_id is None]
    if later:
        Document.objects.filter(pk__in=later).update(replaces=document)
