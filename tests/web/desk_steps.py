"""What the tests of the desk do through its pages: sign in, upload, read, ask for a page, send a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpResponse

    from shouzhi.web.desk.models import Batch, Document
    from shouzhi.web.people.models import Body, User


def at_the_desk(people: dict[str, Any]) -> dict[str, Any]:
    """The small world with a finance bureau's reviewer of the whole region `at` the desk."""
    from shouzhi.web.desk import queue
    from shouzhi.web.people.models import Grant

    Grant.objects.create(user=people["performance_division"], role="reviewer", body=people["region"])
    queue.queue().huey.flush()
    return {**people, "at": signed_in(people["performance_division"])}


def signed_in(user: User) -> Client:
    """The browser of a person."""
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, body: Body, files: Iterable[tuple[str, bytes]]) -> Batch:
    """Upload files and have them read."""
    from shouzhi.web.desk.models import Batch
    from shouzhi.web.desk.worker import drain

    sent = [SimpleUploadedFile(name, data) for name, data in files]
    response = client.post(reverse("desk:upload"), {"body": body.pk, "files": sent})
    assert response.status_code == 302, response.content.decode()
    batch = Batch.objects.latest("pk")
    assert response["Location"] == reverse("desk:batch", args=[batch.pk])
    drain()
    return batch


def only(batch: Batch) -> Document:
    """The one document of an upload."""
    from shouzhi.web.desk.models import Document

    return Document.objects.select_related("reading", "batch__body", "body").get(batch=batch)


def shown(client: Client, name: str, *arguments: object, query: str = "") -> str:
    """A page of the desk."""
    response = client.get(reverse(f"desk:{name}", args=arguments) + query)
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def post(client: Client, name: str, *arguments: object, **data: object) -> HttpResponse:
    """What comes of a form of the desk."""
    return cast("HttpResponse", client.post(reverse(f"desk:{name}", args=arguments), data))
