"""PDF pages written here, byte by byte, and those of the samples against another reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from pathlib import Path

import pytest

from shouzhi.sources import Grid, Line, Page, Source, Unreadable
from shouzhi.sources.pdf import read

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
FILES = sorted(SAMPLES.glob("*/*.pdf"))

Reading = Callable[[bytes], Source]


def text(x: float, y: float, words: str, size: float = 10, matrix: str = "1 0 0 1") -> str:
    """Operators that write `words` at x, y, turned by the four numbers of `matrix`."""
    return f"BT /F {size} Tf {matrix} {x} {y} Tm <{words.encode('utf-16-be').hex()}> Tj ET\n"


def rule(*points: float) -> str:
    """Operators that draw a line from x, y to x, y."""
    return "{} {} m {} {} l S\n".format(*points)


def lattice(xs: Sequence[float], ys: Sequence[float]) -> str:
    """All the lines of a table with these edges."""
    across = (rule(xs[0], y, xs[-1], y) for y in ys)
    return "".join([*across, *(rule(x, ys[0], x, ys[-1]) for x in xs)])


def written(*pages: str, extra: str = "", trailer: str = "", objects: Sequence[str] = ()) -> bytes:
    """A PDF whose pages (600 × 800, `extra` in each page's dictionary) have these contents."""
    kids = " ".join(f"{5 + 2 * k} 0 R" for k in range(len(pages)))
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        (
            "<</Type/Font/Subtype/CIDFontType0/BaseFont/SimSun/CIDSystemInfo<</Registry(Adobe)"
            "/Ordering(GB1)/Supplement 2>>/DW 1000/W[1 95 500 814 939 500]/FontDescriptor<</Type"
            "/FontDescriptor/FontName/SimSun/Flags 4/FontBBox[0 -120 1000 880]/Ascent 880"
            "/Descent -120/CapHeight 880/ItalicAngle 0/StemV 80>>>>"
        ),
    ]
    for number, content in enumerate(pages):
        parts.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]{extra}"
            f"/Contents {6 + 2 * number} 0 R/Resources<</Font<</F 3 0 R>>>>>>"
        )
        parts.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
    data, places = b"%PDF-1.4\n", []
    for number, part in enumerate([*parts, *objects], 1):
        places.append(len(data))
        data += f"{number} 0 obj{part}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer<</Size {len(places) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(data)}\n%%EOF"
    return data + f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}{end}".encode()


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Reads bytes as a file."""

    def of(data: bytes) -> Source:
        path = tmp_path / "a.pdf"
        path.write_bytes(data)
        return read(path)

    return of


def grids(page: Page) -> list[list[list[str]]]:
    """The grids of a page as rows of text; what a cell covers beyond its first place is '·'."""
    found = []
    for block in page.blocks:
        if isinstance(block, Grid):
            rows = [["·"] * block.width for _ in range(block.height)]
            for cell in block.cells:
                rows[cell.row][cell.column] = cell.text
            found.append(rows)
    return found


def first_grid(page: Page) -> Grid:
    return next(block for block in page.blocks if isinstance(block, Grid))


def lines(page: Page) -> list[str]:
    return [block.text for block in page.blocks if isinstance(block, Line)]


ROWS = [
    ["项目", "预算", "决算"],
    ["基本支出", "1,234.50", "99.00"],
    ["项目支出", "8.25", "12,000.00"],
]


def columns_of(rows: list[list[str]], top: float = 700) -> str:
    """The rows as text: labels from the left, the rest set to the right edges 300 and 450."""
    found = []
    for number, row in enumerate(rows):
        for words, right in zip(row, (0, 300, 450), strict=True):
            width = sum(5 if char < "\x7f" else 10 for char in words)
            found.append(text(right - width if right else 60, top - 20 * number, words))
    return "".join(found)


def test_ruled(reading: Reading) -> None:
    page = reading(
        written(
            text(250, 760, "收支总表")
            + lattice([50, 200, 320, 460], [715, 695, 675, 655])
            + columns_of(ROWS)
            + text(60, 600, "注：无")
        )
    ).pages[0]
    assert grids(page) == [ROWS]
    assert lines(page) == ["收支总表", "注：无"]
    assert [type(block) for block in page.blocks] == [Line, Grid, Line]
    grid = first_grid(page)
    assert grid.how == "rulings"
    assert grid.edges == pytest.approx((50, 200, 320, 460))
    assert grid.cells[4].location.box == pytest.approx((200, 675, 320, 695))
    assert (page.width, page.height) == (600, 800)


def test_spans_and_wrapped_lines(reading: Reading) -> None:
    drawing = (
        rule(50, 700, 350, 700)
        + rule(150, 680, 350, 680)
        + rule(50, 640, 350, 640)
        + rule(50, 700, 50, 640)
        + rule(150, 700, 150, 640)
        + rule(250, 680, 250, 640)
        + rule(350, 700, 350, 640)
    )
    words = (
        text(60, 675, "科目")
        + text(220, 685, "合计")
        + text(160, 665, "资本性")
        + text(160, 650, "支出 A b")
    )
    page = reading(written(drawing + words)).pages[0]
    assert grids(page) == [[["科目", "合计", "·"], ["·", "资本性\n支出A b", ""]]]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_rotated(reading: Reading, rotate: int) -> None:
    """The same table on a page that is turned for the reader, drawn so as to be seen upright."""
    turned = {
        0: "1 0 0 1 0 0",
        90: "0 1 -1 0 600 0",
        180: "-1 0 0 -1 600 800",
        270: "0 -1 1 0 0 800",
    }
    content = (
        f"q {turned[rotate]} cm "
        + lattice([50, 200, 320, 460], [515, 495, 475, 455])
        + columns_of(ROWS, 500)
        + " Q"
    )
    page = reading(written(content, extra=f"/Rotate {rotate}")).pages[0]
    assert grids(page) == [ROWS]
    assert (page.width, page.height) == ((600, 800) if rotate % 180 == 0 else (800, 600))
    grid = first_grid(page)
    assert grid.location.box == pytest.approx((50, 455, 460, 515))


def test_sideways_on_an_upright_page(reading: Reading) -> None:
    content = (
        "q 0 1 -1 0 600 0 cm "
        + lattice([50, 200, 320, 460], [515, 495, 475, 455])
        + columns_of(ROWS, 500)
        + " Q"
    )
    page = reading(written(content)).pages[0]
    assert grids(page) == [ROWS]
    assert first_grid(page).location.box == pytest.approx((85, 50, 145, 460))
    assert (page.width, page.height) == (600, 800)


def test_unruled(reading: Reading) -> None:
    page = reading(
        written(
            text(250, 740, "收支总表")
            + text(60, 720, "部门：某局")
            + text(400, 720, "单位：万元")
            + columns_of(ROWS)
            + text(60, 600, "其中，上年结转 3.50 万元。")
        )
    ).pages[0]
    assert grids(page) == [ROWS]
    assert first_grid(page).how == "alignment"
    assert lines(page)[1].split() == ["部门：某局", "单位：万元"]


def test_unruled_sheet(reading: Reading) -> None:
    """Codes in columns of their own, labels without amounts, empty cells, two lines of heading."""
    rows = [
        ["科目编码", "", "科目名称", "决算数", ""],
        ["类", "款", "", "合计", "其中：项目".replace("：", "")],
        ["201", "", "一般公共服务支出", "", ""],
        ["201", "06", "财政事务", "2,112.86", "10.00"],
        ["201", "07", "税收事务", "(3.50)", ""],
        ["", "", "合计", "2,109.36", "10.00"],
    ]
    lefts = (60, 120, 170, 300, 400)
    drawn = ""
    for number, row in enumerate(rows):
        for column, words in enumerate(row):
            if words:
                x = (
                    lefts[column]
                    if column < 3
                    else lefts[column] + 80 - 5 * len(words.encode("gbk"))
                )
                drawn += text(x, 700 - 18 * number, words)
    assert grids(reading(written(drawn)).pages[0]) == [rows]


def test_heading_over_several_columns(reading: Reading) -> None:
    over = text(320, 720, "财政拨款预算")
    ruled = rule(50, 735, 460, 735) + rule(220, 715, 460, 715) + rule(50, 655, 460, 655)
    for drawing in (ruled, text(60, 740, "部门：某局")):
        found = grids(reading(written(drawing + over + columns_of(ROWS))).pages[0])
        assert found == [[["", "财政拨款预算", "·"], *ROWS]]


def test_three_rules(reading: Reading) -> None:
    page = reading(
        written(
            rule(50, 715, 460, 715)
            + rule(50, 695, 460, 695)
            + rule(50, 655, 460, 655)
            + columns_of(ROWS)
        )
    ).pages[0]
    assert grids(page) == [ROWS]


def test_ruled_heading_only(reading: Reading) -> None:
    page = reading(written(lattice([50, 200, 320, 460], [715, 695]) + columns_of(ROWS))).pages[0]
    assert grids(page) == [ROWS]
    assert first_grid(page).how == "alignment"


def test_no_rules_between_rows(reading: Reading) -> None:
    page = reading(written(lattice([50, 200, 320, 460], [715, 695, 655]) + columns_of(ROWS))).pages[
        0
    ]
    assert grids(page) == [ROWS]


def test_no_rules_between_columns(reading: Reading) -> None:
    drawing = lattice([50, 200, 460], [715, 695, 675, 655])
    page = reading(written(drawing + columns_of(ROWS))).pages[0]
    assert grids(page) == [ROWS]
    assert first_grid(page).how == "alignment"


def test_number_over_a_rule(reading: Reading) -> None:
    rows = [["合计", "", ""], ["项目", "1,234,567.89", "1.00"]]
    drawing = lattice([50, 200, 290, 460], [715, 695, 675])
    assert grids(reading(written(drawing + columns_of(rows))).pages[0]) == [rows]


def test_double_rules_and_dashes(reading: Reading) -> None:
    dashes = "".join(rule(x, 675, x + 4, 675) for x in range(50, 456, 7))
    drawing = lattice([50, 200, 203, 320, 460], [718, 715, 695, 655]) + dashes
    assert grids(reading(written(drawing + columns_of(ROWS))).pages[0]) == [ROWS]


def test_odd_characters(reading: Reading) -> None:
    """Radicals are folded; what the font does not name is told, never dropped."""
    assert lines(reading(written(text(60, 700, "⾏政⽀出⻚"))).pages[0]) == ["行政支出页"]
    nameless = written(text(60, 700, "支出12")).replace(b"UniGB-UCS2-H", b"Identity-H  ")
    source = reading(nameless.replace(b"GB1", b"Odd").replace(b"Adobe", b"Other"))
    assert lines(source.pages[0]) == ["\ufffd" * 4]
    assert source.warnings[0].startswith("第1页有4个字形没有对应的文字")


def test_no_outer_borders(reading: Reading) -> None:
    drawing = (
        "".join(rule(50, y, 460, y) for y in (715, 695, 675, 655))
        + rule(200, 715, 200, 655)
        + rule(320, 715, 320, 655)
    )
    assert grids(reading(written(drawing + columns_of(ROWS))).pages[0]) == [ROWS]


def test_prose_is_no_table(reading: Reading) -> None:
    prose = "".join(
        text(60, 700 - 20 * k, "本年收入合计一千万元，其中：财政拨款收入")
        + text(450, 700 - 20 * k, f"{k}1.50")
        for k in range(1, 6)
    )
    contents = "".join(
        text(60, 500 - 20 * k, "一、收支总表" + "." * 30) + text(400, 500 - 20 * k, f"{k}")
        for k in range(1, 6)
    )
    assert grids(reading(written(prose + contents)).pages[0]) == []


def test_twice_in_the_layer(reading: Reading) -> None:
    once = lattice([50, 200, 320, 460], [715, 695, 675, 655]) + columns_of(ROWS)
    page = reading(
        written(once + columns_of(ROWS) + text(60.2, 600, "合计11") + text(60, 600, "合计11"))
    ).pages[0]
    assert grids(page) == [ROWS]
    assert lines(page) == ["合计11"]


def test_watermark(reading: Reading) -> None:
    content = lattice([50, 200, 320, 460], [715, 695, 675, 655]) + columns_of(ROWS)
    source = reading(written(content + text(150, 640, "内部资料请勿外传", 24, "0.7 0.7 -0.7 0.7")))
    assert grids(source.pages[0]) == [ROWS]
    assert "内部资料请勿外传" in source.warnings[0]


def test_decoration_is_dropped(reading: Reading) -> None:
    page = reading(
        written(
            text(60, 700, "标题")
            + lattice([50, 60, 70, 80], [780, 770])
            + lattice([50, 400], [710, 690])
        )
    ).pages[0]
    assert (grids(page), lines(page)) == ([], ["标题"])


def test_blank_and_scanned_pages(reading: Reading) -> None:
    image = "q 600 0 0 800 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID A EI Q"
    source = reading(written(text(60, 700, "标题"), "", image))
    assert [len(page.blocks) for page in source.pages] == [1, 0, 0]
    assert source.warnings == ["第3页没有文字层，可能是扫描的图片，未读出内容"]
    with pytest.raises(Unreadable, match="没有文字层（扫描件）"):
        reading(written(image))


def test_damaged_page(reading: Reading) -> None:
    data = written(text(60, 700, "标题"), "").replace(b"7 0 R]", b"9 0 R]")
    source = reading(data)
    assert [len(page.blocks) for page in source.pages] == [1, 0]
    assert source.warnings == ["第2页已损坏，未读出内容"]


def test_long_document(reading: Reading) -> None:
    source = reading(written(*(text(60, 700, f"第{number}页") for number in range(1, 521))))
    assert [lines(page) for page in source.pages] == [[f"第{number}页"] for number in range(1, 521)]


WHOLE = written(text(60, 700, "标题"))
LOCKED = written(
    "",
    trailer="/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{0}>/U<{0}>>>/ID[<00><00>]".format(
        "ab" * 32
    ),
)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "空的"),
        (b"PK\x03\x04", "不是 PDF"),
        (WHOLE[:-200], "不完整"),
        (LOCKED, "密码"),
        (written(), "没有页面"),
        (b"%PDF-1.4\n%%EOF", "损坏"),
    ],
)
def test_unusable(reading: Reading, data: bytes, cause: str) -> None:
    with pytest.raises(Unreadable, match=cause):
        reading(data)


def squeezed(table: Iterable[Iterable[str | None]]) -> Counter[str]:
    """The texts of a table without blanks, and how often each stands there."""
    return Counter("".join(text.split()) for row in table for text in row if text and text != "·")


@pytest.mark.skipif(not FILES, reason="the samples are not beside the checkout")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_samples_as_another_reader(path: Path) -> None:
    """Every cell that pdfplumber finds between rules is ours, text for text.

    White areas are kept from it, which are no rules.  Ours may have one more row:
    where a table goes on at the top of a page without a rule above.
    """
    pdfplumber = pytest.importorskip("pdfplumber")
    ours = read(path)
    assert not ours.warnings
    with pdfplumber.open(path) as document:
        for page, other in zip(ours.pages, document.pages, strict=True):
            mine = grids(page)
            if not mine:
                continue  # test_no_grid_from_prose counts all grids
            drawn = other.filter(
                lambda o: o["object_type"] != "rect" or min(o["width"], o["height"]) <= 2.6
            )
            found = sorted(drawn.find_tables(), key=lambda table: float(table.bbox[1]))
            theirs = [squeezed(table.extract()) for table in found if len(table.rows[0].cells) > 1]
            theirs = [table for table in theirs if table]
            assert len(theirs) == len(mine)
            for one, two in zip(theirs, mine, strict=True):
                assert not one - squeezed(two)
                assert (squeezed(two) - one).total() <= len(two[0])


@pytest.mark.skipif(not FILES, reason="the samples are not beside the checkout")
def test_no_grid_from_prose() -> None:
    pages = [page for path in FILES for page in read(path).pages]
    found = [block for page in pages for block in page.blocks if isinstance(block, Grid)]
    assert {block.how for block in found} == {"rulings"}
    assert len(found) == 159


def test_many_rules(reading: Reading) -> None:
    """A page with thousands of rules is read, and the table on it found."""
    hatch = "".join(
        rule(50, y / 4, 52 + y / 10, y / 4 + 0.1) for y, _ in product(range(40, 2400), range(2))
    )
    page = reading(
        written(hatch + lattice([50, 200, 320, 460], [715, 695, 675, 655]) + columns_of(ROWS))
    ).pages[0]
    assert ROWS in grids(page)
