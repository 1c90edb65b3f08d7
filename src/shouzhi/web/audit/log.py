"""Adding to the audit log, and proving that nothing in it was changed, left out or put in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from shouzhi.web.audit.models import FIRST, Entry

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shouzhi.web.people.models import Body, User


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, from an address; or the program itself, where there is no person."""

    user: User | None
    address: str = ""

    @property
    def name(self) -> str:
        """The person's name and sign-in name."""
        return f"{self.user.name}（{self.user.username}）" if self.user else "系统"


SYSTEM = Actor(None)
_quiet: ContextVar[bool] = ContextVar("audit_quiet", default=False)


def actor(request: HttpRequest) -> Actor:
    """Who makes a request, and from where."""
    user = request.user if request.user.is_authenticated else None
    return Actor(user, request.META.get("REMOTE_ADDR", ""))


def person(request: HttpRequest) -> User:
    """Who makes a request, on a page that asks who it is."""
    assert request.user.is_authenticated  # noqa: S101 - the page has asked
    return request.user


@contextmanager
def unrecorded() -> Iterator[None]:
    """While examples are being laid out, nothing is recorded; never used for a person's act."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def record(  # noqa: PLR0913 - an entry says this much
    who: Actor,
    verb: str,
    thing: Any,  # noqa: ANN401 - any saved object
    *,
    body: Body | None = None,
    before: Any = None,  # noqa: ANN401 - JSON
    after: Any = None,  # noqa: ANN401 - JSON
    comment: str = "",
) -> None:
    """Add an entry, in the transaction of what it tells: both happen, or neither.

    Raises RuntimeError outside a transaction.
    """
    if _quiet.get():
        return
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an audit entry is written in the transaction of its change")
    last = _last()
    entry = Entry(
        number=last.number + 1 if last else 1,
        at=timezone.now().isoformat(timespec="milliseconds"),
        actor=who.user,
        actor_name=who.name,
        address=who.address,
        verb=verb,
        kind=thing._meta.model_name,  # noqa: SLF001 - Django's public name
        object_id=str(thing.pk),
        label=str(thing)[:200],
        body=body if body is not None else getattr(thing, "body", None),
        before=before,
        after=after,
        comment=comment,
        previous=last.hash if last else FIRST,
    )
    entry.hash = entry.sealed()
    entry.save()


def _last() -> Entry | None:
    """The last entry, held so that two writers never follow the same one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # One writer of the chain at a time, until the end of the transaction.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x53485A])
    return Entry.objects.order_by("-number").first()


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain does not hold: the number of an entry, and why."""

    number: int
    why: str


def verify() -> Iterator[Broken]:
    """Walk the chain from its first entry; yields each place where it does not hold."""
    previous, number = FIRST, 0
    for entry in Entry.objects.order_by("number").iterator(chunk_size=2000):
        if entry.number != number + 1:
            yield Broken(entry.number, f"第 {number + 1} 号至第 {entry.number - 1} 号记录不在了")
        if entry.previous != previous:
            yield Broken(entry.number, "与前一条记录不相连")
        if entry.sealed() != entry.hash:
            yield Broken(entry.number, "内容被改过")
        previous, number = entry.hash, entry.number
