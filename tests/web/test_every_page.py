"""Every page in a real browser: nothing that the policy forbids, no script error, nothing that axe finds serious."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from addresses import asked_of, of_api, patterns
from django.test import Client
from django.urls import reverse
from samples import SAMPLES, things
from web_world import PLACES

from shouzhi.catalogue.workflows import rights

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

SHOTS = os.environ.get("SHOUZHI_SHOTS")
"""A folder for a picture of every page, wide and narrow, in both languages."""
FILES = {
    "audit:export",
    "budget:workbook",
    "budget:codes",
    "library:codes",
    "budget:sheet-data",
    "desk:original",
    "desk:export",
    "desk:export_between",
    "desk:picture",
    "disclosure:file",
    "public:compared",
    "public:compared_scope",
    "public:api_root",
    "public:api_unknown",
}
"""Addresses that give a file or data, not a page."""
_WIDE = """() => {
    const page = document.documentElement
    if (page.scrollWidth <= page.clientWidth) return ''
    const inside = (each) => !each.parentElement.closest('.scroll, [role=grid]')
    const wide = [...document.querySelectorAll('main *')].filter(inside)
    return (wide.find((each) => each.getBoundingClientRect().right > page.clientWidth) ?? page).outerHTML
}"""
SERIOUS = {"serious", "critical"}


def pages() -> list[str]:
    """The addresses of pages by name."""
    shown = []
    for name, one in patterns().items():
        asked = asked_of(one)
        if (
            asked
            and "GET" in asked.methods
            and name not in FILES
            and name in SAMPLES
            and not of_api(name)
        ):
            shown.append(name)
    return shown


def reader(name: str, action: str | None) -> str | None:
    """Who looks at a page: somebody with the right to it, with the widest range and the most to press."""
    if action is None:
        return None
    if name.startswith("people:") and action:
        return "administrator"
    if action == "":
        return "clerk"
    able = rights().actions[action]
    order = (
        "budget_division",
        "administrator",
        "performance_division",
        "department_finance",
        "reviewer",
        *PLACES,
    )
    return next(role for role in order if role in able)


@pytest.fixture
def scene(server: str, people: dict[str, Any]) -> dict[str, Any]:
    """The small world with one of each thing."""
    return {**people, **things(people, people["department"], people["unit"]), "server": server}


@pytest.fixture
def contexts(browser: Browser, scene: dict[str, Any]) -> Iterator[dict[str | None, BrowserContext]]:
    """A signed-in browser for each role that is asked for."""
    made: dict[str | None, BrowserContext] = {}

    class Lazily(dict[str | None, "BrowserContext"]):
        def __missing__(self, role: str | None) -> BrowserContext:
            context = self[role] = browser.new_context(
                viewport={"width": 1280, "height": 900}, locale="zh-CN"
            )
            if role is not None:
                client = Client()
                client.force_login(scene[role], backend="django.contrib.auth.backends.ModelBackend")
                context.add_cookies(
                    [
                        {
                            "name": "sessionid",
                            "value": client.cookies["sessionid"].value,
                            "url": scene["server"],
                        }
                    ]
                )
            return context

    made = Lazily()
    yield made
    for context in made.values():
        context.close()


def test_every_page_in_the_browser(
    scene: dict[str, Any], contexts: dict[str | None, BrowserContext]
) -> None:
    """One visit a page; told together, so that one fault does not hide the next."""
    axe_core = pytest.importorskip(
        "axe_core_python.sync_playwright", reason="axe-core-python is not installed"
    )
    axe, wrong = axe_core.Axe(), []
    only = os.environ.get("SHOUZHI_PAGES", "")
    for name in pages():
        if not name.startswith(only):
            continue
        sample, one = SAMPLES[name], patterns()[name]
        parts = dict(sample.more)
        if sample.thing:
            thing = scene[sample.thing]
            parts[sample.key] = thing.number if sample.key == "number" else thing.pk
        page = contexts[reader(name, asked_of(one).action)].new_page()
        wrong += [
            f"{name}: {fault}"
            for fault in _looked_at(
                page, scene["server"] + reverse(name, kwargs=parts), name, axe, empty=sample.empty
            )
        ]
        page.close()
    assert not wrong, "\n".join(wrong)


def _looked_at(page: Page, address: str, name: str, axe: Any, *, empty: bool) -> list[str]:
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not (empty and re.search(r"\b(404|409)\b", message.text)):
            faults.append(f"console: {message.text[:200]}")

    page.on("console", heard)
    page.on("pageerror", lambda error: faults.append(f"script: {str(error)[:200]}"))
    answer = page.goto(address)
    assert answer is not None
    if answer.status != 200 and not (empty and answer.status in {404, 409}):
        faults.append(f"status {answer.status}")
    page.wait_for_load_state("networkidle")
    if (
        answer.headers.get("content-type", "").startswith("text/html")
        and "content-security-policy" not in answer.headers
    ):
        faults.append("no content policy")
    for violation in axe.run(page)["violations"]:
        if violation["impact"] in SERIOUS:
            nodes = "; ".join(f"{node['html'][:120]} {node['failureSummary']}" for node in violation["nodes"][:3])
            faults.append(f"axe {violation['id']}: {nodes}")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if wide := page.evaluate(_WIDE):
            faults.append(f"wider than a window of {width}: {wide[:100]}")
    _shoot(page, name)
    return faults


def _shoot(page: Page, name: str) -> None:
    if not SHOTS:
        return
    folder = Path(SHOTS)
    folder.mkdir(parents=True, exist_ok=True)
    for language in ("zh-hans", "en"):
        page.context.add_cookies(
            [{"name": "lang", "value": language, "url": page.url.split("?")[0]}]
        )
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.reload()
            page.screenshot(
                path=folder / f"{name.replace(':', '-')}-{language[:2]}-{width}.png", full_page=True
            )
    page.context.clear_cookies(name="lang")


def test_the_policy_allows_nothing_inline(server: str) -> None:
    """Strict in words too: no 'unsafe-…', no foreign address."""
    from urllib.request import urlopen

    with urlopen(f"{server}/login/") as answer:  # noqa: S310 - our own server
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "unsafe" not in policy
    assert "http" not in policy
    assert {
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    } <= set(policy.split("; "))
