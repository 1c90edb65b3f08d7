"""The prose between the tables: what is one paragraph, what is a heading, what is neither."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import shouzhi
from shouzhi.sources import Line, Page, Source
from shouzhi.sources.opening import open_source
from shouzhi.space import Location
from shouzhi.tables import Reading
from shouzhi.tables.reading import read_tables

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
EM = 16.0
FULL = (90.0, 506.0)
INDENTED = (122.0, 506.0)


def line(text: str, page: int, y: float, span: tuple[float, float] | None = None) -> Line:
    """A line of a page with its box; `span` from where to where, if not as wide as its characters."""
    width = sum(EM / 2 if char.isascii() else EM for char in text)
    left, right = span or (FULL[0], FULL[0] + width)
    return Line(text, Location(page=page, box=(left, y, right, y + EM)), EM)


def pages(*contents: Sequence[Line]) -> Reading:
    """What is read from pages that hold these lines."""
    made = [Page(n, tuple(held), 595, 842) for n, held in enumerate(contents, start=1)]
    return read_tables(Source("x.pdf", "pdf", made))


def number(text: str, page: int) -> Line:
    return line(text, page, 50, (293, 302))


def prose(reading: Reading) -> list[str]:
    """Headings with their depth, and the paragraphs under them."""
    told: list[str] = []
    for section in reading.sections:
        told.append(f"#{section.level} {section.heading}")
        told += [paragraph.text for paragraph in section.paragraphs]
    return told


LONG = (
    "本部门的各项支出均按规定安排使用，没有超出预算的情况，也没有结转到以后年度使用的资金，"
    "具体的数额见附表，各表的合计与本说明一致，名词的解释见最后一部分。"
)


def of_text(folder: Path, *lines: str) -> list[str]:
    """The prose of a text with a blank line after every line, under a long paragraph of three."""
    path = folder / "x.txt"
    path.write_text(
        "\n\n".join(["一、概况", *[LONG] * 3, "二、支出情况", *lines]), encoding="utf-8"
    )
    told = prose(read_tables(open_source(path)))
    assert told[:5] == ["#1 一、概况", *[LONG] * 3, "#1 二、支出情况"]
    return told[5:]


BEGUN = "项目支出预算数为612万元，是本部门为完成特定任务而安排的。与上年相比增加40"
ENDED = "万元，增长7%。"


@pytest.mark.parametrize(
    "printed", [("7", "8"), ("- 7 -", "- 8 -"), ("第7页 共9页", "第8页 共9页")]
)
def test_a_sentence_runs_over_the_number_of_its_page(printed: tuple[str, str]) -> None:
    reading = pages(
        [
            line("一、支出情况", 1, 700, INDENTED),
            line(
                "本部门支出预算为若干万元，比上年有所增加，主要用于各项工作的开展", 1, 670, INDENTED
            ),
            line("和保障，并按规定公开。", 1, 640),
            line(BEGUN, 1, 85, INDENTED),
            number(printed[0], 1),
        ],
        [
            line(ENDED, 2, 700),
            line(
                "其余各项没有变化，均按年初安排的数额执行，没有追加或者调减的情况。",
                2,
                670,
                INDENTED,
            ),
            number(printed[1], 2),
        ],
    )
    assert prose(reading)[2] == BEGUN + ENDED


def test_a_number_that_does_not_count_with_the_pages_is_part_of_its_sentence() -> None:
    reading = pages(
        [
            line("一、支出情况", 1, 700, INDENTED),
            line(BEGUN[:-2], 1, 670, INDENTED),
            line("40", 1, 640),
        ],
        [line(ENDED, 2, 700), line("300", 2, 640, (293, 310))],
    )
    assert prose(reading)[1].startswith(BEGUN + ENDED)


def test_a_line_spread_to_the_margin_is_no_larger_type() -> None:
    reading = pages([
        line("一、采购情况说明书", 1, 700, (FULL[0], FULL[0] + 9 * EM)),
        line("本年度采购支出预算总额三百零九万元，按程序办理。其", 1, 670, (106, 506)),
        line("中：货物支出 268 万元、服务支出", 1, 640, FULL),
        line("41 万元。", 1, 610),
        line("其余各项没有变化，均按年初安排的数额执行，没有", 1, 580, (122, 506)),
        line("追加或者调减的情况，也没有结转到以后年度使用的资金", 1, 550, FULL),
        line("。", 1, 520),
    ])  # fmt: skip
    assert prose(reading)[1].endswith("办理。其中：货物支出268万元、服务支出41万元。")


def test_the_caption_of_a_figure_is_no_part_of_the_sentence_above_it(tmp_path: Path) -> None:
    lines = [
        "主要用于以下方面：一般公共服务支出（类）12.00万元，占60.00%；" + LONG,
        "图1：2023年度支出决算数饼图",
        "2.支出决算的具体情况",
        "2023年度支出年初预算18.00万元，支出决算20.00万元，完成年初预算的111.11%。",
    ]
    assert of_text(tmp_path, *lines) == [*lines[:2], f"#3 {lines[2]}", lines[3]]


def test_a_heading_ends_where_a_year_or_another_heading_begins(tmp_path: Path) -> None:
    lines = ["（一）一般公共预算支出情况", "1.基本支出预算", "2024年安排基本支出预算12.00万元。"]
    assert of_text(tmp_path, *lines, "（1）增加的原因是与", "2023年相比，人员有所增加。") == [
        f"#2 {lines[0]}",
        f"#3 {lines[1]}",
        lines[2],
        "（1）增加的原因是与2023年相比，人员有所增加。",
    ]


@pytest.mark.parametrize(
    "parts",
    [
        ("本部门支出28.00万元，", "占支出合计的99.00%。"),
        ("项目支出6.00万元，比上年增加2.00万元，主要是增加运维项目、一次性", "项目支出。"),
        ("（1）教育支出（类）教育管理事", "务（款）行政运行（项）6.00万元，完成预算的90.00%。"),
        ("其他支出1.00", "万元，占1.00%。"),
    ],
)
def test_a_sentence_torn_by_a_blank_line_is_made_whole(
    parts: tuple[str, ...], tmp_path: Path
) -> None:
    assert of_text(tmp_path, *parts) == ["".join(parts)]


def paragraphs(name: str) -> list[str]:
    path = next(SAMPLES.glob(f"*/{name}"), None)
    if path is None:
        pytest.skip("the sample documents are not beside this checkout")
    return [p.text for section in shouzhi.read(path).sections for p in section.paragraphs]


@pytest.mark.parametrize(
    ("name", "begins", "holds"),
    [
        ("jianchayuan-budget-2018.pdf", "项目支出预算数为", "40万元，增长0.72"),
        ("jianchayuan-budget-2018.pdf", "2018年度政府采购支出", "268万元、拟购买服务支出2,828.24"),
        ("banggongting-accounts-2017.txt", "图1：", "饼图"),
        ("banggongting-accounts-2017.txt", "2017年度一般公共预算财政拨款支出年初", "25,564.72"),
        ("zhengwuban-budget-2017.txt", "2017年度收入预算", "1,170.79万元，占7.34%"),
    ],
)
def test_prose_of_the_samples(name: str, begins: str, holds: str) -> None:
    found = [text for text in paragraphs(name) if text.startswith(begins)]
    assert len(found) == 1
    assert holds in found[0]
    assert not found[0].startswith("图") or found[0].endswith(holds)
