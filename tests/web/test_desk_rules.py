"""The desk without the database: codes of findings, deadlines, guards, corrections, the store, letters."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from desk_papers import packed, paper

from shouzhi.catalogue.learned import Learned, keep_words, learned_words
from shouzhi.cli.report import view as views
from shouzhi.sources import Unreadable
from shouzhi.web.desk import guards, letter
from shouzhi.web.desk.deadlines import Steps, due, standing
from shouzhi.web.desk.fingerprint import fingerprints
from shouzhi.web.desk.overlay import Correction
from shouzhi.web.desk.reading import (
    File,
    Read,
    Together,
    Unpack,
    Versions,
    do,
    document_of,
    parts,
    unpack,
)
from shouzhi.web.desk.store import Store


def read(
    folder: Path, data: bytes, corrections: tuple[Correction, ...] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    path = folder / "kept"
    path.write_bytes(data)
    view, held = parts(do(Read(File(path, "a.html", corrections=corrections))))
    return views.unpack(view, ["a.html"]), unpack(held)


def codes(view: dict[str, Any]) -> list[str]:
    return [c for c, f in zip(fingerprints(view), view["findings"], strict=True) if f["severity"] == "error"]


# -- codes of findings ---------------------------------------------------------------------


def test_the_same_figures_give_the_same_code_wherever_they_stand(tmp_path: Path) -> None:
    plain = paper(archives="1,010.00")
    moved = plain.replace(b"<h2>", b"<p>x</p><p>y</p><h2>", 1)
    one, other = (codes(read(tmp_path, data)[0]) for data in (plain, moved))
    assert one == other
    assert len(one) == 1


def test_another_figure_gives_another_code(tmp_path: Path) -> None:
    one, other = (codes(read(tmp_path, paper(archives=a))[0]) for a in ("1,010.00", "1,020.00"))
    assert one != other


def test_findings_that_are_alike_are_told_apart() -> None:
    finding: dict[str, Any] = {
        "check": "placeholder", "kind": "placeholder", "severity": "error", "message": "第 3 页：“XX”", "where": [],
        "expected": None, "found": "XX", "difference": None, "suspect": None, "candidates": [], "broken": [],
    }  # fmt: skip
    again = {**finding, "message": "第 9 页：“XX”"}
    one, other = fingerprints({"documents": [{}], "findings": [finding, again]})
    assert other == f"{one}-2"


# -- deadlines -----------------------------------------------------------------------------


def test_twenty_days_after_the_reply() -> None:
    last = due("budget", "department", Steps(replied=date(2024, 2, 9)))
    assert last is not None
    assert (last.day, last.exact) == (date(2024, 2, 29), True)
    assert "第十四条" in last.authorities[0]


def test_what_is_not_known_is_counted_with_all_its_days() -> None:
    department = due("budget", "department", Steps(approved=date(2024, 1, 20)))
    unit = due("accounts", "unit", Steps(approved=date(2024, 7, 1)))
    assert department is not None
    assert unit is not None
    assert (department.day, department.exact) == (date(2024, 2, 29), False)  # 20 + 20
    assert unit.day == date(2024, 8, 25)  # 20 + 15 + 20


def test_the_latest_known_step_counts() -> None:
    steps = Steps(date(2024, 1, 20), date(2024, 1, 25), date(2024, 1, 30))
    unit = due("budget", "unit", steps)
    assert unit is not None
    assert (unit.day, unit.exact) == (date(2024, 2, 19), True)


def test_no_step_or_no_law_yet_gives_no_deadline() -> None:
    assert due("budget", "department", Steps()) is None
    assert due("budget", "department", Steps(replied=date(2010, 2, 1))) is None


@pytest.mark.parametrize(
    ("last", "came", "expected"),
    [
        (date(2024, 3, 1), date(2024, 3, 1), "published"), (date(2024, 3, 1), date(2024, 3, 2), "published_late"),
        (date(2024, 3, 1), None, "late"), (date(2024, 6, 1), None, "waiting"), (None, None, "unknown"),
        (None, date(2024, 3, 1), "came"),
    ],
)  # fmt: skip
def test_how_a_duty_stands(last: date | None, came: date | None, expected: str) -> None:
    assert standing(last, came, date(2024, 4, 1)) == expected


# -- hostile uploads -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("2024年预算.pdf", "2024年预算.pdf"), ("../../etc/passwd", "etc/passwd"), ("a\\..\\b.pdf", "a/b.pdf"),
        ('=HYPERLINK("x").xlsx', '_=HYPERLINK("x").xlsx'),
        ("@SUM(A1).pdf", "_@SUM(A1).pdf"), ("预算\u202efdp.exe", "预算fdp.exe"),
        ("a\x00b\n.pdf", "ab.pdf"), ("", "未命名"),
        ("<script>alert(1)</script>.html", "<script>alert(1)</script>.html"),
    ],
)  # fmt: skip
def test_names_are_shown_without_what_they_could_do(name: str, shown: str) -> None:
    assert guards.shown_name(name)[0] == shown
    assert guards.shown_name(shown)[0] == shown  # once is enough


def test_a_very_long_name_is_shortened() -> None:
    assert len(guards.shown_name("预" * 5000 + ".pdf")[0]) <= guards.LONGEST_NAME


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.svg", SVG, "SVG"), ("a.html", SVG, "SVG"), ("a.pdf", b"\x89PNG\r\n\x1a\n123", "图片"),
        ("a.pdf", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" * 50, "不是认得的"), ("a.pdf", b"", "空"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    (tmp_path / "kept").write_bytes(data)
    with pytest.raises(Unreadable, match=words):
        guards.kind_or_refuse(tmp_path / "kept", name)


def test_a_page_with_a_script_is_read_without_it(tmp_path: Path) -> None:
    page = paper().replace(b"<h1>", b"<script>document.write('<table><tr><td>9</td></tr></table>')</script><h1>", 1)
    view, held = read(tmp_path, page)
    assert not view["findings"]
    assert "document.write" not in repr(held)


def pages(number: int) -> bytes:
    """A PDF of so many empty pages."""
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    for _ in range(number):
        document.new_page(20, 20)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def test_ten_thousand_pages_are_refused_before_any_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(pages(10_000))
    with pytest.raises(Unreadable, match=r"10,000 页，超过上限 3,000 页"):
        do(Read(File(path, "long.pdf")))


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("a.txt", b"\0" * (160 << 20))
    (tmp_path / "bomb").write_bytes(out.getvalue())
    with pytest.raises(Unreadable, match="压缩炸弹"):
        do(Unpack(tmp_path / "bomb", "bomb.zip", tmp_path / "store"))
    assert not list((tmp_path / "store").rglob("*"))


def test_a_zip_gives_its_documents_and_tells_of_the_rest(tmp_path: Path) -> None:
    import orjson

    picture = b"\x89PNG\r\n\x1a\n1"
    inside = {"../=a.html": paper(), "b.svg": SVG, "c.png": picture, "sub/d.html": paper(year=2023)}
    (tmp_path / "zip").write_bytes(packed(inside))
    members = orjson.loads(do(Unpack(tmp_path / "zip", "a.zip", tmp_path / "store")))
    told = {member["name"]: member.get("cause") for member in members}
    assert told["_=a.html"] is None
    assert told["sub/d.html"] is None
    assert told["c.png"]
    assert told["b.svg"]
    assert len({member["digest"] for member in members if "digest" in member}) == 2
    assert not (tmp_path / "=a.html").exists()


def test_a_zip_that_does_not_compress_is_a_zip_still(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "kept", "w") as opened:
        opened.writestr("a.pdf", pages(1))
    assert guards.kind_or_refuse(tmp_path / "kept", "a.zip") == "zip"


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "files")
    one, other = store.put([b"ab", b"c"]), store.put([b"abc"])
    assert one == other
    assert store.path(one[0]).read_bytes() == b"abc"
    assert len([p for p in store.folder.rglob("*") if p.is_file()]) == 1
    with pytest.raises(Unreadable, match="超过上限"):
        store.put([b"x" * 100], most=99)
    with pytest.raises(ValueError, match="digest"):
        store.path("../../etc/passwd")
    assert len([p for p in store.folder.rglob("*") if p.is_file()]) == 1


# -- corrections and what is learned -------------------------------------------------------


def test_a_correction_is_laid_over_what_was_read(tmp_path: Path) -> None:
    wrong = paper(archives="1,010.00")
    view, held = read(tmp_path, wrong)
    place = view["findings"][0]["suspect"]["where"]
    cell = (place["table"], place["row"], place["column"])
    fixed, after = read(tmp_path, wrong, corrections=(Correction(*cell, "1,010.00", "1,000.00"),))
    assert not codes(fixed)
    assert after["tables"][cell[0]]["rows"][cell[1]]["cells"][cell[2]] == "1,000.00"
    assert not after["stale"]
    assert held["tables"][cell[0]]["rows"][cell[1]]["cells"][cell[2]] == "1,010.00"


def test_a_correction_that_no_longer_fits_is_told(tmp_path: Path) -> None:
    _, held = read(tmp_path, paper(), corrections=(Correction(1, 2, 0, "7.00", "8.00"), Correction(99, 0, 0, "", "1")))
    assert held["stale"] == [[1, 2, 0], [99, 0, 0]]


def test_what_a_reviewer_says_of_a_document_is_read_with(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(paper(column="预算数"))
    document, _, _ = document_of(File(tmp_path / "a", "a.html", {"year": 2023, "department": "某市档案馆"}))
    assert (document.year, document.department) == (2023, "某市档案馆")
    assert {fact.where["year"] for fact in document.facts} == {"2023"}


def test_a_learned_word_means_what_the_known_one_does(tmp_path: Path) -> None:
    from importlib.resources import files

    import yaml

    from shouzhi.catalogue.lexicon import Lexicon

    path = tmp_path / "words.csv"
    keep_words([Learned("专项活动经费投入", "项目支出", "甲 2024-05-01"), Learned("项目支出", "合计", "乙")], path)
    data = yaml.safe_load((files("shouzhi.catalogue") / "lexicon.yaml").read_text("utf-8"))
    known = Lexicon(data, learned_words(path))
    assert known.term("专项活动经费投入") == known.term("项目支出")
    assert known.term("项目支出") == Lexicon(data).term("项目支出")  # ours are not changed
    assert not known.is_total("项目支出")
    assert Lexicon(data).term("专项活动经费投入") is None


# -- several documents ---------------------------------------------------------------------


def test_a_new_version_is_laid_beside_the_old(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(paper())
    (tmp_path / "b").write_bytes(paper(archives="1,010.00"))
    files = (File(tmp_path / "a", "a.html"), File(tmp_path / "b", "b.html"))
    view = views.unpack(do(Versions(*files)), ["a", "b"])
    (finding,) = view["findings"]
    assert (finding["expected"], finding["found"]) == ("1,000.00", "1,010.00")
    assert [mark["document"] for mark in finding["where"]] == [1, 0]
    (change,) = view["made"]["changes"]
    assert (change["label"], change["before"], change["after"]) == ("档案事务", 1_000_000_000, 1_010_000_000)


def test_a_finding_between_documents_is_the_same_whichever_comes_first(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(paper())
    (tmp_path / "b").write_bytes(paper(running=590))
    files = (File(tmp_path / "a", "a.html"), File(tmp_path / "b", "b.html"))
    one, other = (views.unpack(do(Together(order)), ["x", "y"]) for order in (files, files[::-1]))
    assert set(codes(one)) == set(codes(other))
    assert len(set(codes(one))) == 4


def test_only_what_reaches_between_documents_is_told_of_them_together(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(paper(archives="1,010.00"))
    (tmp_path / "b").write_bytes(paper(year=2023))
    view = views.unpack(do(Together((File(tmp_path / "a", "a.html"), File(tmp_path / "b", "b.html")))), ["a", "b"])
    assert len(view["documents"]) == 2
    assert not view["findings"]  # the slip inside one of them is its own


# -- the letter ----------------------------------------------------------------------------


def test_the_letter_says_what_is_sent_back_and_nothing_that_xml_would_choke_on() -> None:
    docx = pytest.importorskip("docx", reason="python-docx reads the letter back")
    told = ("合计 < 各项之和 & 差 10.00", "表2", "1,010.00", "1,000.00", "10.00", "请更正", "核过原表\x00")
    point = letter.Point("sent_back", *told, ["同意"], "预算法")
    held = letter.Point("confirmed", "=1+1", "第 3 页", "", "", "", "", "")
    about = ("某市档案局", "2024年部门预算", "某市财政局", date(2024, 5, 6))
    made = letter.write(letter.Letter(*about, [point, held], "a.pdf"))
    document = docx.Document(io.BytesIO(made))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "关于《2024年部门预算》的审核意见" in text
    assert "合计 < 各项之和 & 差 10.00" in text
    assert "2024年5月6日" in text
    assert text.index("请更正的问题") < text.index("审核属实的问题")
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[1][2:] == ["1,010.00", "1,000.00", "10.00", "请更正"]
