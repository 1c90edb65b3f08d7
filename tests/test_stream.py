"""Tables in text dumps become grids again, cell by cell, and prose stays prose."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouzhi.sources import Grid, Line
from shouzhi.space import Location
from shouzhi.tables.stream import weave

AMOUNT = re.compile(r"(?<!\S)[\d,]+\.\d\d(?!\S)")


def lines(text: str) -> list[Line]:
    """The lines of a dump; · stands for a blank, so that blanks at the ends can be seen."""
    numbered = enumerate(text.strip("\n").split("\n"), start=1)
    return [Line(t.replace("·", " "), Location(line=n)) for n, t in numbered if t]


def woven(text: str) -> list[Grid]:
    return [block for block in weave(lines(text)) if isinstance(block, Grid)]


def rows(grid: Grid) -> list[list[str]]:
    """The texts of a grid by row, without blanks; spanned places are empty."""
    table = [[""] * grid.width for _ in range(grid.height)]
    for cell in grid.cells:
        table[cell.row][cell.column] = "".join(cell.text.split())
    return table


def span(grid: Grid, text: str) -> tuple[int, int]:
    cell = next(c for c in grid.cells if "".join(c.text.split()) == text)
    return cell.rows, cell.columns


MARKED = """
支出预算总表·

部门名称：某市某局··············单位：万元·

科目编码·

单位编

码·
单位名称·总计·

基本支出·项目支出·

类·款·项·小计·
工资福

利支出·
小计·

1·2·3·4·5·6·7·8·9·

········合··计·30.00·20.00·20.00·10.00·10.00·

······101001··某局·30.00·20.00·20.00·10.00·

201·03·01·101001···行政运行·20.00·20.00·20.00·····

201·03·99·101001·
··其他办公

支出·
10.00·····10.00·10.00·
备注：无其他。·
"""


def test_marked_dump() -> None:
    marked = MARKED.replace("经常性项目·", "").replace("·10.00·10.00·", "·10.00·")
    (grid,) = woven(marked)
    assert rows(grid)[3:] == [
        ["", "", "", "", "合计", "30.00", "20.00", "20.00", "10.00"],
        ["", "", "", "101001", "某局", "30.00", "20.00", "20.00", "10.00"],
        ["201", "03", "01", "101001", "行政运行", "20.00", "20.00", "20.00", ""],
        ["201", "03", "99", "101001", "其他办公支出", "10.00", "", "", "10.00"],
    ]
    assert rows(grid)[2] == list("123456789")
    assert span(grid, "科目编码") == (1, 3)
    assert span(grid, "单位编码") == (2, 1)
    assert span(grid, "基本支出") == (1, 2)
    assert grid.how == "text"
    indented = next(c.text for c in grid.cells if "行政运行" in c.text)
    assert indented == "  行政运行"


UNMARKED = """
表2

收入总体情况表

功能分类科目

合计

财政拨款收入·其他资金收入

上级补

助收入

科目编码·科目名称
一般公共预

算

政府性基金

预算
事业收

入
其他收入

合计·9.00·4.00·3.00·2.00·0.00·0.00

20103
　政府办公厅（室）及相关

机构事务
9.00·4.00·3.00·2.00·0.00·0.00

无。
"""


def test_unmarked_dump() -> None:
    (grid,) = woven(UNMARKED)
    assert rows(grid)[1] == [
        "科目编码", "科目名称", "", "一般公共预算", "政府性基金预算", "事业收入", "其他收入", "",
    ]  # fmt: skip
    assert span(grid, "财政拨款收入") == (1, 2)
    assert span(grid, "上级补助收入") == (2, 1)
    label = "政府办公厅（室）及相关机构事务"
    assert rows(grid)[3] == ["20103", label, "9.00", "4.00", "3.00", "2.00", "0.00", "0.00"]
    assert [c.location.line for c in grid.cells if c.row == 3 and c.column == 0] == [30]


def test_the_captions_around_stay_lines() -> None:
    kept = [block.text for block in weave(lines(UNMARKED)) if isinstance(block, Line)]
    assert kept == ["表2", "收入总体情况表", "无。"]


def test_halves_go_on_by_their_ordinals() -> None:
    (grid,) = woven(
        "收入·支出\n\n项目·预算·项目·预算\n\n一、预算拨款·5.00·一、一般公共服务支出·3.00\n\n"
        "二、其他资金·1.00·二、外交支出·0.00\n\n三、国防支出·0.00\n\n四、教育支出·2.00\n\n"
        "三、上级补助收入·0.00·五、结转下年·1.00\n\n收入总计·6.00·支出总计·6.00\n"
    )
    assert rows(grid)[4:7] == [
        ["", "", "三、国防支出", "0.00"],
        ["", "", "四、教育支出", "2.00"],
        ["三、上级补助收入", "0.00", "五、结转下年", "1.00"],
    ]


def test_words_after_the_amounts_end_where_the_next_label_begins() -> None:
    (grid,) = woven(
        "项目·预算数·绩效目标\n\n山区道路养护与应急抢险专\n\n项经费\n1050\n\n"
        "完成全市山区道路的日常养护，及时抢通受\n\n灾路段，保障群众出行安全，提升通行能力和\n\n"
        "服务水平\n\n水库除险加固与灌区节水改\n\n造资金\n575\n\n按计划完成除险加固，改善灌溉条件，提高\n\n"
        "农业用水效率。\n\n注：资金为其他资金。\n"
    )
    assert rows(grid)[1:] == [
        [
            "山区道路养护与应急抢险专项经费",
            "1050",
            "完成全市山区道路的日常养护，及时抢通受灾路段，保障群众出行安全，提升通行能力和服务水平",
        ],
        [
            "水库除险加固与灌区节水改造资金",
            "575",
            "按计划完成除险加固，改善灌溉条件，提高农业用水效率。",
        ],
    ]


def test_amounts_broken_over_lines() -> None:
    (grid,) = woven(
        "单位编码·单位名称·合计·基本支出·项目支出·\n1·2·3·4·5·\n··合计·1,134.94·0.00·\n1,134.9\n\n4·\n\n"
        "101·甲局·1,134.94·0.00·1,134.94·\n"
    )
    assert rows(grid)[2] == ["", "合计", "1,134.94", "0.00", "1,134.94"]


def test_sums_place_what_lost_its_empty_cells() -> None:
    (grid,) = woven(
        "科目编码·科目名称·合计·基本支出·项目支出\n\n合计·9.00·5.00·4.00\n\n"
        "20101·人大事务·6.00·5.00·1.00\n\n20103·政府事务·3.00·3.00\n\n20104·发展事务·0.00·0.00·0.00\n"
    )
    assert rows(grid)[3] == ["20103", "政府事务", "3.00", "", "3.00"]
    assert grid.how == "arithmetic"


def test_a_head_without_rows() -> None:
    (grid,) = woven(
        "表九·\n科目编码·单位编\n\n码·\n项目名称·财政拨款收入·\n\n类·款·项·总计·一般公共预算·\n\n"
        "1·2·3·4·5·6·7·\n\n··············\n\n备注：本部门没有安排。·\n"
    )
    assert (grid.height, grid.width) == (3, 7)


def test_indicators_and_tasks() -> None:
    tasks, indicators = woven(
        "年度重点工作任务\n\n名称 主要实施内容 拟投入的资金（万元） 期望达到的目标（概述）\n\n"
        "修路\n\n修缮山区道路，保障出行，做好\n日常养护。\n\n10.00\n\n道路完好率达到要求，群众满意，通行\n条件改善。\n\n"
        "新建桥梁两座，完成配套工程，\n按期验收。\n\n20.00\n\n按期通车，方便沿线群众生产生活，带\n动发展。\n\n"
        "绩效指标\n\n一级指标 二级指标 三级指标 实施周期指标值 年度指标值\n\n产出指标\n\n数量指标\n\n"
        "养护里程 ≥100公里 ≥100公里\n\n时效指标\n\n社会效益指标\n\n效益指标 生态效益指标 绿化率 提升 提升\n"
    )
    assert rows(tasks)[1][0] == "修路"
    assert span(tasks, "修路") == (2, 1)
    assert [row[2] for row in rows(tasks)[1:]] == ["10.00", "20.00"]
    assert rows(indicators)[1] == ["产出指标", "数量指标", "养护里程", "≥100公里", "≥100公里"]
    assert rows(indicators)[-1] == ["效益指标", "生态效益指标", "绿化率", "提升", "提升"]
    assert [row[1] for row in rows(indicators)[2:4]] == ["时效指标", "社会效益指标"]


def test_a_list_among_the_prose_ends_with_it() -> None:
    (grid,) = woven(
        "详细情况见下表：·\n\n序号·单·位·名·称·单位性质·\n\n1·甲局·行政单位·\n\n2·甲局信息中心·事业单位·\n\n"
        "三、部门人员构成·\n\n总编制·159·人，在职·142·人，其中：行政·\n\n共·25.00·万元·26.00·\n"
    )
    assert rows(grid)[1:] == [["1", "甲局", "行政单位"], ["2", "甲局信息中心", "事业单位"]]


@pytest.mark.parametrize(
    "text",
    [
        "本年收入·14,777.19·万元，占·92.66%；\n\n基本支出·3,167.70·万元。\n",
        "一、主要职责\n\n收入\n\n支出\n",
        "合计 基本支出 项目支出\n",
    ],
)
def test_prose_stays(text: str) -> None:
    assert woven(text) == []
    assert [b.text for b in weave(lines(text)) if isinstance(b, Line)]


def test_grids_pass_through() -> None:
    grid = Grid(0, 0, (), "tabs", Location(line=2))
    assert weave([Line("甲", Location(line=1)), grid, Line("乙", Location(line=3))])[1] is grid


CELL = st.one_of(st.none(), st.integers(0, 10**9).map(lambda n: f"{n // 100:,}.{n % 100:02d}"))
NAME = st.text(st.sampled_from("办公经费教育事务行政运行发展改革"), min_size=1, max_size=16)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(NAME, st.lists(CELL, min_size=5, max_size=5)), min_size=2, max_size=8))
def test_a_marked_dump_reads_back(table: list[tuple[str, list[str | None]]]) -> None:
    """Whatever is printed with its empty cells as blanks comes back into the same cells."""
    head = "单位编码·单位名称·合计·基本支出·项目支出·经营支出·结转下年·\n\n1·2·3·4·5·6·7·\n\n"
    table = [("合计", ["1.00"] * 5), ("甲局", ["2.00"] * 5), *table]
    body = ""
    for name, cells in table:
        wrapped = [name[k : k + 8] for k in range(0, len(name), 8)]
        amounts = "".join("··" if cell is None else f"{cell}·" for cell in cells)
        broken = len(wrapped) > 1
        body += "101·" + ("\n" if broken else "") + "\n\n".join(wrapped) + "·"
        body += ("\n" if broken else "") + amounts + "\n\n"
    (grid,) = woven(head + body)
    printed = [["101", name, *(cell or "" for cell in cells)] for name, cells in table]
    assert rows(grid)[2:] == printed


LINES = [
    "科目编码 ", "项目 预算 ", "合计 1.00 ", "20103", "  3.00 ", "行政运行", "注：无 ", "",
    "1 2 3 ", "基本支出 项目支出", "一、其他 2.00 3.00", "收入 支出 ",
]  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(LINES), max_size=25))
def test_no_amount_is_lost_or_doubled(texts: list[str]) -> None:
    given_lines = [Line(t, Location(line=n)) for n, t in enumerate(texts, start=1)]
    blocks = weave(given_lines)
    before = sum(len(AMOUNT.findall(line.text)) for line in given_lines)
    cells = [c.text for b in blocks if isinstance(b, Grid) for c in b.cells]
    after = [b.text for b in blocks if isinstance(b, Line)] + cells
    assert sum(len(AMOUNT.findall(text)) for text in after) == before
