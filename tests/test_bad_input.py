"""Whatever cannot be read ends as one sentence with cause and remedy, and the rest goes on."""

from __future__ import annotations

import io
import os
import pickle
import struct
import tracemalloc
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import specimens
from shouzhi.sources import Unreadable
from shouzhi.sources.folder import Entry, expand
from shouzhi.sources.opening import open_source

NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {y} "{f"&{x};" * 50}">' for x, y in pairwise("abcdefghi"))
    + "]>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY i SYSTEM "file:///etc/hostname">]>'


def refused(folder: Path, name: str, data: bytes) -> Unreadable:
    path = folder / name
    path.write_bytes(data)
    with pytest.raises(Unreadable) as caught:
        open_source(path)
    assert caught.value.cause
    assert caught.value.remedy
    return caught.value


def bad_word(prolog: str, text: str = "&i;") -> bytes:
    body = f"<w:document {NS}><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
    return specimens.zipped({"word/document.xml": prolog + body})


def bad_sheet(prolog: str, rows: str = "<row><c><v>&i;</v></c></row>") -> bytes:
    """A workbook whose sheet begins with `prolog` and holds `rows`."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return specimens.zipped({
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{related}">'
        '<sheets><sheet name="s" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="a" Type="{related}/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{prolog}<worksheet xmlns="{space}"><sheetData>{rows}'
        "</sheetData></worksheet>",
    })  # fmt: skip


@pytest.mark.parametrize("prolog", [LAUGHS, OUTSIDE])
def test_entities_are_refused(tmp_path: Path, prolog: str) -> None:
    assert "实体" in refused(tmp_path, "a.docx", bad_word(prolog)).cause
    assert "实体" in refused(tmp_path, "a.xlsx", bad_sheet(prolog)).cause


def test_entities_in_another_encoding_are_refused(tmp_path: Path) -> None:
    prolog = f'<?xml version="1.0" encoding="utf-16"?>{OUTSIDE[21:]}'
    body = f"{prolog}<w:document {NS}><w:body/></w:document>"
    data = specimens.zipped({"word/document.xml": body.encode("utf-16")})
    assert "实体" in refused(tmp_path, "a.docx", data).cause


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx"])
def test_passwords_are_named(tmp_path: Path, name: str) -> None:
    data = specimens.ole("EncryptionInfo", "EncryptedPackage")
    assert "密码" in refused(tmp_path, name, data).cause


def test_passwords_of_old_files_are_named(tmp_path: Path) -> None:
    word = specimens.ole("WordDocument", content=struct.pack("<5HH", 0xA5EC, 0xC1, 0, 0, 0, 0x0100))
    assert "密码" in refused(tmp_path, "a.doc", word).cause
    book = specimens.xls()
    after = book.index(struct.pack("<HHH", 0x0809, 16, 0x0600)) + 20
    locked = book[:after] + struct.pack("<H", 0x002F) + book[after + 2 :]
    assert "密码" in refused(tmp_path, "a.xls", locked).cause
    sheet = specimens.zipped({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"\0\1",
        "META-INF/manifest.xml": "<manifest><encryption-data/></manifest>",
    })  # fmt: skip
    assert "密码" in refused(tmp_path, "a.ods", sheet).cause


@pytest.mark.parametrize("name", sorted(specimens.ALL))
def test_empty_files(tmp_path: Path, name: str) -> None:
    assert "空" in refused(tmp_path, name, b"").cause


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods", "a.docx"])
@pytest.mark.parametrize("part", [0.03, 0.3, 0.9])
def test_truncated_files(tmp_path: Path, name: str, part: float) -> None:
    data = specimens.ALL[name]()
    refused(tmp_path, name, data[: int(len(data) * part)])


def test_a_document_without_pages(tmp_path: Path) -> None:
    refused(tmp_path, "a.pdf", specimens.pdf(0))


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.xls", "a.txt", "a"])
def test_garbage(tmp_path: Path, name: str) -> None:
    garbage = bytes((n * n * 31 + n // 7) % 256 for n in range(5000))
    refused(tmp_path, name, garbage)


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.png", b"\x89PNG\r\n\x1a\n" + bytes(50)), ("a.rar", b"Rar!\x1a\x07\0" + bytes(50)),
     ("a.ofd", specimens.zipped({"OFD.xml": "<x/>"})),
     ("a.xlsb", specimens.zipped({"xl/workbook.bin": ""})),
     ("a.ppt", specimens.ole("PowerPoint Document")), ("a.zip", specimens.zipped({"a.txt": "x"})),
     ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>')],
)  # fmt: skip
def test_other_kinds_are_told_by_name(tmp_path: Path, name: str, data: bytes) -> None:
    error = refused(tmp_path, name, data)
    assert error.cause.startswith("这是")


@pytest.mark.parametrize("name", ["a.xls", "a.docx"])
def test_a_wrong_extension_is_a_warning(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(specimens.html())
    source = open_source(path)
    assert source.kind == "html"
    assert "网页" in source.warnings[0]


def test_bombs_are_refused(tmp_path: Path) -> None:
    zeros = bytes(100 * 1024 * 1024)
    data = specimens.zipped({"word/document.xml": zeros})
    assert "炸弹" in refused(tmp_path, "a.docx", data).cause
    path = tmp_path / "a.zip"
    path.write_bytes(specimens.zipped({"a.txt": zeros}))
    (entry,) = expand([path])
    assert entry.problem
    assert "炸弹" in entry.problem.cause


def test_a_text_of_one_line_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for size in (20, 100):
        with path.open("wb") as file:
            for _ in range(size):
                file.write(b"12345.67" * 131072)
        tracemalloc.start()
        with pytest.raises(Unreadable):
            open_source(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 200 * 1024 * 1024


def test_cells_far_apart_cost_little(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>'
        '<row r="1048576"><c r="A1048576"><v>3</v></c></row>'
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(bad_sheet("", rows))
    blocks = open_source(path).pages[0].blocks
    assert len(blocks) == 2
    refused(tmp_path, "b.xlsx", bad_sheet("", rows.replace('row r="1048576"', 'row r="1048577"')))


@pytest.mark.parametrize("levels", [100, 5000])
def test_deep_nesting(tmp_path: Path, levels: int) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<html>{'<div><span>' * levels}预算{'</span></div>' * levels}", "utf-8")
    assert open_source(path).pages[0].blocks
    refused(tmp_path, "b.html", b"<html>" + b"<table><tr><td>x<td>" * levels)
    refused(tmp_path, "a.docx", bad_word("", "</w:t>" + "<w:x>" * levels * 9))


def test_tables_without_end_are_refused(tmp_path: Path) -> None:
    row = "<tr><td rowspan=65534 colspan=1000>x</td><td>1</td></tr>"
    refused(tmp_path, "a.html", f"<html><table>{row * 3000}</table>".encode())
    steps = "".join(f"<tr><td colspan={n}>x</td><td>1</td></tr>" for n in range(1, 300))
    refused(tmp_path, "b.html", f"<html>{f'<table>{steps}</table>' * 30}".encode())


@pytest.mark.parametrize("name", ["no.pdf", "."])
def test_what_is_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable):
        open_source(tmp_path / name)


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes here")
    pipe = tmp_path / "a.pdf"
    os.mkfifo(pipe)
    with pytest.raises(Unreadable, match="不是普通文件"):
        open_source(pipe)


def names(entries: list[Entry]) -> dict[str, str]:
    """What becomes of each entry, by the last part of its name."""
    return {
        entry.name.rpartition("/")[2]: (
            "skipped" if entry.skipped else "bad" if entry.problem else "read"
        )
        for entry in entries
    }


def test_a_folder_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    folder = tmp_path / "部门"
    (folder / "下级" / ".git").mkdir(parents=True)
    for name, make in specimens.ALL.items():
        (folder / "下级" / name).write_bytes(make())
    (folder / "bad.docx").write_bytes(b"PK\3\4 broken")
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "script.py").write_text("print(1)\n")
    for hidden in ("~$a.docx", ".DS_Store", "下级/.git/a.txt"):
        (folder / hidden).write_text("x")
    entries = list(expand([folder, tmp_path / "missing.pdf", folder / "photo.png"]))
    found = names(entries[:-2])
    assert found == dict.fromkeys(specimens.ALL, "read") | {
        "bad.docx": "bad", "photo.png": "skipped", "script.py": "skipped",
    }  # fmt: skip
    assert entries[-2].problem
    assert entries[-1].skipped is None
    with pytest.raises(Unreadable, match="图片"):
        entries[-1].read()
    for entry in entries[:-2]:
        if entry.problem is None and entry.skipped is None:
            assert entry.read().name == entry.name
    assert [entry.name for entry in entries[:-2]] == sorted(entry.name for entry in entries[:-2])


def test_a_zip_is_read_like_a_folder(tmp_path: Path) -> None:
    inmost = specimens.zipped({"e.txt": "x"})
    inner = specimens.zipped({"c.txt": "第二行\n单位：元\n", "d.zip": inmost})
    members: dict[str, bytes | str] = {
        "部门/a.docx": specimens.docx(), "../../up.txt": "预算\n", "b.zip": inner,
        "photo.jpg": b"\xff\xd8\xff",
        "__MACOSX/._a.docx": "x", "/root.txt": "决算\n", "~$a.docx": "x",
    }  # fmt: skip
    path = tmp_path / "a.zip"
    path.write_bytes(specimens.zipped(members))
    entries = list(expand([path]))
    shown = {entry.name.removeprefix(f"{path.as_posix()}/"): entry for entry in entries}
    assert sorted(shown) == [
        "b.zip/c.txt", "b.zip/d.zip", "photo.jpg", "root.txt", "up.txt", "部门/a.docx",
    ]  # fmt: skip
    assert shown["b.zip/d.zip"].problem is not None
    assert shown["photo.jpg"].skipped is not None
    copy = pickle.loads(pickle.dumps(shown["b.zip/c.txt"]))  # noqa: S301 - our own
    assert copy.read().name.endswith("a.zip/b.zip/c.txt")
    assert copy.digest() == shown["b.zip/c.txt"].digest() != shown["up.txt"].digest()
    assert sorted(tmp_path.iterdir()) == [path]


def test_names_in_the_chinese_code_page(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    stand_in = "x" * len("预算.txt".encode("gbk"))
    data = specimens.zipped({stand_in: "预算\n"})
    path.write_bytes(data.replace(stand_in.encode(), "预算.txt".encode("gbk")))
    assert [entry.name for entry in expand([path])] == [f"{path.as_posix()}/预算.txt"]


def test_damage_inside_a_zip_costs_one_document(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = bytearray(specimens.zipped({"a.txt": "甲" * 99, "b.txt": "乙\n"}, zipfile.ZIP_STORED))
    data[60] ^= 0xFF
    path.write_bytes(data)
    first, second = expand([path])
    assert first.problem
    assert second.read().pages
    data = bytearray(specimens.zipped({"a.txt": "甲\n"}))
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + at] |= 1
    path.write_bytes(data)
    (locked,) = expand([path])
    assert locked.problem
    assert "密码" in locked.problem.cause


def test_errors_come_back_whole_from_other_processes() -> None:
    error = pickle.loads(pickle.dumps(Unreadable("甲", "乙")))  # noqa: S301 - our own
    assert (error.cause, error.remedy, str(error)) == ("甲", "乙", "甲；乙")


SEEDS = {name: make() for name, make in specimens.ALL.items()}
PARTS = {
    name: [(info.filename, opened.read(info)) for info in opened.infolist()]
    for name in ("a.docx", "a.xlsx", "a.ods")
    for opened in [zipfile.ZipFile(io.BytesIO(SEEDS[name]))]
}
CHANGES = st.lists(
    st.tuples(st.integers(0, 10**6), st.binary(max_size=9), st.integers(0, 12)), max_size=6
)


def changed(data: bytes, changes: list[tuple[int, bytes, int]]) -> bytes:
    """Some bytes put in the place of others."""
    for place, new, cut in changes:
        at = place % (len(data) + 1)
        data = data[:at] + new + data[at + cut :]
    return data


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.sampled_from(sorted(SEEDS)), part=st.integers(0, 99), changes=CHANGES)
def test_mutations_are_read_or_refused(
    tmp_path: Path, name: str, part: int, changes: list[tuple[int, bytes, int]]
) -> None:
    """The cheap half of tests/fuzz_sources.py: anything but Unreadable is a failure."""
    if name in PARTS:
        parts = dict(PARTS[name])
        chosen = sorted(parts)[part % len(parts)]
        data = specimens.zipped({**parts, chosen: changed(parts[chosen], changes)})
    else:
        data = changed(SEEDS[name], changes)
    path = tmp_path / name
    path.write_bytes(data)
    try:
        open_source(path)
    except Unreadable as error:
        assert error.cause  # noqa: PT017 - either way is right
