"""Every link and every form that a role is shown: none of them leads to a page that refuses that role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve
from samples import things
from web_world import PLACES

from shouzhi.web.budget.models import BudgetYear, Submission
from shouzhi.web.pages import ASKED
from shouzhi.web.people.models import Body

pytestmark = pytest.mark.usefixtures("db")
_OUTSIDE = ("/static/", "/api/", "/logout/", "/language/")
"""What is no page of one's work: files, data for everybody, the session and the switch of language."""
ASKING = "ASK"
"""How a form is told that fetches a page with what is typed into it: without that there may be none."""
_MOST = 400  # addresses a role: the small world has fewer


class Ways(HTMLParser):
    """The addresses to which a page leads: by links, and by forms with their method."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.at, self.found = at, dict[tuple[str, str], None]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the address of a link or a form."""
        told = dict(attrs)
        if tag == "a" and "href" in told:
            self._add("GET", told["href"] or "")
        if tag == "form":
            method = (told.get("method") or "get").upper()
            self._add(ASKING if method == "GET" else method, told.get("action") or "")

    def _add(self, method: str, address: str) -> None:
        whole = urljoin(self.at, address)
        apart = urlsplit(whole).netloc or whole.startswith(_OUTSIDE) or _of_everybody(urlsplit(whole).path)
        if not apart:
            self.found[method, whole.partition("#")[0]] = None


def _of_everybody(path: str) -> bool:
    """Whether a page asks for no right: the public site, which holds whatever has been disclosed, refuses nobody."""
    try:
        asked = getattr(resolve(path).func, ASKED, None)
    except Resolver404:
        return False  # a dead link, to be told
    return asked is not None and asked.action is None


def ways(client: Client, begin: str) -> Iterator[tuple[str, str, str, int]]:
    """Walk from a page through all that can be reached: whence, how, where to, and what it answers."""
    seen, ahead = {_sort("GET", begin)}, [("", "GET", begin)]
    while ahead:
        whence, method, address = ahead.pop(0)
        with transaction.atomic():
            answer: Any = client.generic("GET" if method == ASKING else method, address)
            if answer.streaming:
                list(answer.streaming_content)
            transaction.set_rollback(True)
        yield whence, method, address, answer.status_code
        if answer.status_code != 200 or answer.streaming or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        page = Ways(address)
        page.feed(answer.content.decode())
        for way in page.found:
            if (sort := _sort(*way)) not in seen:
                seen.add(sort)
                ahead.append((address, *way))
        assert len(seen) < _MOST, "the walk does not end"


def _sort(method: str, address: str) -> tuple[str, str, frozenset[str]]:
    """What is one way, however a table is sorted or filtered, and whichever sheet of a book it is."""
    told = urlsplit(address)
    path = re.sub(r"/sheet/\w+/", "/sheet/", told.path)
    return method, path, frozenset(parse_qs(told.query, keep_blank_values=True))


@pytest.mark.parametrize("role", [*PLACES, "nobody"])
def test_no_way_leads_to_a_refusal(people: dict[str, Any], role: str) -> None:
    """From the first page on, over everything of the small world and of the department next door."""
    things(people, people["department"], people["unit"])
    next_door = Body.objects.create(parent=people["other_department"], kind="unit", name="某市气象台")
    later = things(people, people["other_department"], next_door)["year"]
    for year, unit in ((later, next_door), (BudgetYear.objects.exclude(pk=later.pk).get(), people["unit"])):
        Submission.objects.create(budget_year=year, unit=unit, round="second_up")
    BudgetYear.objects.filter(pk=later.pk).update(state="approved", approved_on=date(2027, 1, 20))
    client = Client(raise_request_exception=False)
    client.force_login(people[role], backend="django.contrib.auth.backends.ModelBackend")
    walked = list(ways(client, "/work/"))
    dead = [
        f"{whence} → {method} {address}: {status}"
        for whence, method, address, status in walked
        if status in {401, 403} or (status == 404 and method == "GET") or status >= 500
    ]
    assert not dead, "\n".join(dead)
    assert len(walked) > 1, "nothing was walked"
