"""What the domain says of faults: Chinese as it stands, and the same in English."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import shouzhi
from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.classifications import CODED, classification
from shouzhi.catalogue.forms import edition, keys
from shouzhi.catalogue.loading import CatalogueError
from shouzhi.catalogue.told import (
    Told,
    account_names,
    in_english,
    kept,
    names,
    read_english,
    recalled,
    term,
)
from shouzhi.catalogue.workflows import workflows
from shouzhi.cycle.lookup import find
from shouzhi.cycle.resolving import resolve
from shouzhi.cycle.sheets import schema
from shouzhi.cycle.values import Listed

PACKAGE = Path(shouzhi.__file__).parent
CHINESE = re.compile("[\u4e00-\u9fff]")
MODULES = sorted(PACKAGE.rglob("*.py"))


def calls(path: Path, *named: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in named:
            yield node


def sentences(node: ast.expr) -> Iterator[str]:
    """The texts that an argument may be, what varies in them as a number."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "7" for part in node.values)  # type: ignore[misc]
    elif isinstance(node, ast.IfExp):
        yield from (*sentences(node.body), *sentences(node.orelse))


def test_every_template_has_its_english() -> None:
    """Collected from the source: a new fault tells here that `phrases.yaml` lacks its English."""
    known = read_english(PACKAGE / "catalogue" / "phrases.yaml")
    found = {
        (template, f"{path.relative_to(PACKAGE)}:{call.lineno}")
        for path in MODULES
        if path.parent.name != "catalogue"
        for call in calls(path, "Told")
        for template in sentences(call.args[0])
    }
    assert len(found) > 90
    missing = sorted(f"{where}: {text}" for text, where in found if text not in {*known, "{all}"})
    assert not missing, "add these to catalogue/phrases.yaml:\n" + "\n".join(missing)


def test_templates_stand_in_the_source_as_they_are() -> None:
    """What varies is a value: else nobody could say it in another language."""
    wrong = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}"
        for path in MODULES
        if path.parent.name != "catalogue"
        for call in calls(path, "Told")
        if not isinstance(call.args[0], ast.Constant)
    ]
    assert not wrong


def test_what_the_readers_say_has_its_english() -> None:
    """Cause and remedy of files that cannot be used, whoever refuses them."""
    found = {
        (text, f"{path.relative_to(PACKAGE)}:{call.lineno}")
        for path in MODULES
        for call in calls(path, "Unreadable")
        for argument in call.args
        for text in sentences(argument)
        if len(CHINESE.findall(text)) > 1
    }
    assert len(found) > 60
    missing = sorted(
        f"{where}: {text}" for text, where in found if CHINESE.search(in_english(text))
    )
    assert not missing, "add these to catalogue/phrases.yaml:\n" + "\n".join(missing)


def test_every_name_of_the_catalogue_has_its_english() -> None:
    book = schema()
    shown = {word for words in book.choices.values() for word in words}
    for sheet in book.sheets:
        shown |= {sheet.name, sheet.about}
    for column in (*book.settings, *(c for sheet in book.sheets for c in sheet.columns)):
        shown |= {column.heading, column.about}
    for flow in workflows().values():
        shown |= {flow.name, *(s.name for s in flow.states.values()), *(m.name for m in flow.moves)}
    shown |= {edition(key).place for key in keys()}
    assert not sorted(shown - names().keys() - {""})


@pytest.mark.parametrize("dimension", CODED)
def test_every_account_has_its_english(dimension: str) -> None:
    listed = {entry.name for entry in classification(dimension).entries}
    assert not sorted(listed - account_names().keys())


def test_a_sentence_is_its_chinese_and_says_itself_in_english() -> None:
    told = Told("“{move}”需要写明意见", move=term("送审"))
    assert told == "“送审”需要写明意见"
    assert in_english(told) == "write a comment: “Submit” needs one"
    assert in_english(Told("“{text}”不是金额", text="送审")) == "“送审” is no amount"  # data stays


@pytest.mark.parametrize(
    "told",
    [
        Told("“{text}”不是金额", text="{x}"),
        Told("可用的是：{known}", known=("甲", term("项目"))),
        Told("没有填") + "，" + Told("请补上"),
        "甲：" + Told("没有填"),
    ],
)
def test_a_sentence_survives_copy_process_and_json(told: Told) -> None:
    through_json = recalled(json.loads(json.dumps(kept({"faults": [told, "plain"]}))))["faults"][0]
    for again in (copy.deepcopy(told), pickle.loads(pickle.dumps(told)), through_json):  # noqa: S301 - our own
        assert again == told
        assert in_english(again) == in_english(told)
        assert isinstance(again, Told)


def test_what_was_kept_as_text_is_known_by_its_template() -> None:
    assert in_english("“1.234”的小数超过两位") == "“1.234” has more than two decimals"
    assert in_english("第三产业增加值") == "第三产业增加值"


@pytest.mark.parametrize("text", ["“{a}”错了: “{b}” is wrong", "甲: '{a'"])
def test_a_fault_of_the_english_names_file_and_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "phrases.yaml"
    path.write_text(f"# one\n{text}\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"phrases\.yaml:2: "):
        read_english(path)


def test_the_faults_of_a_row_are_told_in_english() -> None:
    cells = {"amount": "1.234", "source": "甲", "economic": "39999999"}
    found = resolve(schema().sheet("expenditure"), cells, Listed({}, {}, 2024)).faults
    assert found["amount"] == "“1.234”的小数超过两位；金额以元为单位，最多到分，请核对"
    english = {key: in_english(fault) for key, fault in found.items()}
    assert english["amount"].startswith("“1.234” has more than two decimals; amounts are in yuan")
    assert english["economic"].startswith("the list of accounts has no “39999999”; ")
    assert english["source"].startswith("“甲” is not known; these can be used: 财政拨款")


def test_accounts_are_found_by_their_english_names() -> None:
    assert [a.code for a in find("economic", "Receptions", 2024)] == ["30217"]
    assert in_english(find("function", "2080505", 2024)[0].path) == (
        "Social security and employment › Pensions of public bodies"
    )


@pytest.mark.parametrize("check", check_book().rows)
def test_a_finding_told_in_chinese_says_itself_in_english(check: str, tmp_path: Path) -> None:
    """As well as if it had been made in English: so a reviewer's desk keeps findings once."""
    row = check_book().rows[check]
    documents = []
    for number, text in enumerate(row.failing.documents):
        path = tmp_path / f"{number}.txt"
        path.write_text(text, encoding="utf-8")
        documents.append(shouzhi.read(path))
    chinese = shouzhi.check(documents, between=row.failing.between)
    english = shouzhi.check(documents, between=row.failing.between, language="en")
    assert [in_english(f.message) for f in chinese] == [f.message for f in english]
    for one, other in zip(chinese, english, strict=True):
        assert [in_english(b.words) for b in one.broken] == [b.words for b in other.broken]
