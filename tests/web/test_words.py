"""Every word on screen is there in both languages; a new one tells here that its English is missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import shouzhi.web
from shouzhi.catalogue.workflows import rights, workflows
from shouzhi.web.audit.words import words
from shouzhi.web.language import english, english_of
from shouzhi.web.menu import ITEMS

WEB = Path(shouzhi.web.__file__).parent
APPS = sorted(path.name for path in WEB.iterdir() if (path / "__init__.py").exists())
_IN_TEMPLATE = re.compile(r"""\b_\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")""")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SHOWN = {"label", "help_text", "empty_label", "done", "about"}
"""Keywords whose text is shown through `_()` by the page."""


def of_template(path: Path) -> Iterator[str]:
    for single, double in _IN_TEMPLATE.findall(path.read_text(encoding="utf-8")):
        yield (single or double).replace("\\'", "'").replace('\\"', '"')


def of_module(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name == "say" and node.args:
            yield from _texts(node.args[0])
        for keyword in node.keywords:
            if keyword.arg in _SHOWN:
                yield from _texts(keyword.value)


def _texts(node: ast.expr) -> Iterator[str]:
    """A text, or both texts of a choice; one that is put together at run time says nothing here."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def wanted(folder: Path, *, deep: bool) -> dict[str, str]:
    """Each text of a folder that is shown, with the file in which it stands first."""
    found: dict[str, str] = {}
    walk = folder.rglob if deep else folder.glob
    for path in sorted(walk("*.py")):
        for text in of_module(path):
            found.setdefault(text, str(path.relative_to(WEB)))
    for path in sorted(folder.rglob("*.html") if deep else (folder / "jinja2").glob("*.html")):
        for text in of_template(path):
            found.setdefault(text, str(path.relative_to(WEB)))
    return {text: where for text, where in found.items() if _CHINESE.search(text)}


@pytest.mark.parametrize("app", ["", *APPS])
def test_every_word_has_its_english(app: str) -> None:
    shown = wanted(WEB / app, deep=bool(app))
    missing = [f"{where}: {text}" for text, where in shown.items() if text not in english()]
    assert not missing, f"add these to {app or '.'}/english.yaml:\n" + "\n".join(missing)


def test_every_word_of_the_catalogue_has_its_english() -> None:
    shown = {item.name for item in ITEMS} | {role.name for role in rights().roles.values()}
    for flow in workflows().values():
        shown |= {
            flow.name,
            *(state.name for state in flow.states.values()),
            *(move.name for move in flow.moves),
        }
    shown |= {*words().verbs.values(), *words().kinds.values(), *words().fields.values()}
    assert not sorted(shown - english().keys())


def test_english_fills_in_what_the_chinese_does() -> None:
    places = re.compile(r"\{(\w+)\}")
    wrong = [
        c for c, e in english().items() if not set(places.findall(e)) <= set(places.findall(c))
    ]
    assert not wrong


def test_a_word_may_mean_another_thing_in_another_app() -> None:
    """A template speaks its own app's words first."""
    from django.utils import translation
    from jinja2 import DictLoader

    from shouzhi.web.templating import environment

    own = english_of("people")
    word = next(text for text in own if text not in english_of(""))
    pages = {"people/x.html": f"{{{{ _('{word}') }}}}", "x.html": "{{ _('登录') }}"}
    made = environment(loader=DictLoader(pages))
    with translation.override("en"):
        assert made.get_template("people/x.html").render() == own[word]
        assert made.get_template("x.html").render() == english_of("")["登录"]
    assert made.get_template("people/x.html").render() == word


def test_every_verb_of_the_log_has_a_word() -> None:
    """`record(who, "verb", thing)`: what is written to the log is read in words."""
    told = {
        node.args[1].value
        for path in WEB.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "record"
        and len(node.args) > 2
        if isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str)
    }
    known = words().verbs.keys()
    assert not sorted(verb for verb in told if verb not in known and not verb.startswith("move:"))


@pytest.mark.parametrize(
    ("at", "to"),
    [
        ("/budget/submissions/22/move/", "/budget/submissions/22/"),
        ("/budget/begin/", "/budget/"),
        ("/budget/?year=2027", "/budget/?year=2027"),
        ("/no/such/place/", "/"),
        ("https://elsewhere.example/", "/"),
    ],
)
def test_who_switches_the_language_comes_back_to_a_page(db: None, at: str, to: str) -> None:  # noqa: ARG001 - sessions
    from django.test import Client

    answer = Client().post("/language/", {"lang": "en", "next": at})
    assert (answer.status_code, answer["Location"]) == (302, to)


def test_an_address_that_only_takes_forms_leads_to_its_page(db: None) -> None:  # noqa: ARG001 - sessions
    from django.test import Client

    answer = Client().get("/language/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert Client().put("/language/").status_code == 405


def test_no_template_shows_chinese_that_it_does_not_translate() -> None:
    """Signs between words too: “：” is as much Chinese as the words are."""
    jinja = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
    own = re.compile(r"<(\w+)[^>]*\blang=\"zh-CN\"[^>]*>[^<]*</\1>")  # the name of the language itself
    shown = {
        f"{path.relative_to(WEB)}: {found}"
        for path in WEB.rglob("*.html")
        for found in re.findall(
            "[\u3001-\u303f\u4e00-\u9fff\uff01-\uff65]+",
            own.sub("", jinja.sub("", path.read_text(encoding="utf-8"))),
        )
    }
    assert not sorted(shown)
