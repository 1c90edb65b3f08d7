"""What is said in English: the findings, and why a file cannot be used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import shouzhi
from shouzhi.catalogue.checks import check_book, speaking
from shouzhi.catalogue.templates import fields_of
from shouzhi.cli.messages import Messages

OWN = check_book()
with speaking("en"):
    ENGLISH = check_book()
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
ACCOUNTING = re.compile("[类款项元万《》]")
"""Words of the accounts, which have no English that anyone uses, and the marks of titles."""


@pytest.mark.parametrize("check", OWN.rows)
def test_every_check_is_told_in_english(check: str) -> None:
    said, own = ENGLISH.rows[check], OWN.rows[check]
    for text in (said.title, said.message):
        assert not CHINESE.search(ACCOUNTING.sub("", text)), text
    assert set(fields_of(said.message)) <= set(fields_of(own.message))
    assert said.passing == own.passing


@pytest.mark.parametrize("part", ["wording", "children", "slips"])
def test_every_wording_is_told_in_english(part: str) -> None:
    own, english = getattr(OWN, part), getattr(ENGLISH, part)
    assert own.keys() == english.keys()
    assert not [k for k, text in english.items() if CHINESE.search(ACCOUNTING.sub("", text))]


def test_findings_come_in_the_language_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(OWN.rows["sum-in-table"].failing.documents[0], encoding="utf-8")
    document = shouzhi.read(path)
    chinese = shouzhi.check([document])
    english = shouzhi.check([document], language="en")
    assert [f.check for f in chinese] == [f.check for f in english]
    assert "之和" in chinese[0].message
    assert "the sum of" in english[0].message
    assert "check the accounts" in english[0].message
    assert shouzhi.check([document])[0].message == chinese[0].message


def test_why_a_file_cannot_be_used_in_english() -> None:
    messages = Messages("en")
    assert messages.phrase("文件不存在") == "there is no such file"
    assert messages.phrase("压缩包里有 9 个文件，超过上限 5").endswith(
        "9 files, more than the limit of 5"
    )
    assert messages.phrase("没有人翻译过的一句话") == "没有人翻译过的一句话"
    assert Messages("zh").phrase("文件不存在") == "文件不存在"
