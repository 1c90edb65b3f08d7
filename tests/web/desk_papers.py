"""Small documents for the tests of the desk: a department's budget as a web page, with a slip or without."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>{name}{year}年部门{word}</title></head><body>
<h1>{name}{year}年部门{word}</h1><h2>第一部分 部门概况</h2><p>{name}管理本市的档案工作。</p>
<p>表1 收支总表</p><p>部门：{name}　　单位：万元</p>
<table border="1"><tr><th colspan="2">收入</th><th colspan="2">支出</th></tr>
<tr><th>项目</th><th>{column}</th><th>项目</th><th>{column}</th></tr>
<tr><td>一、财政拨款</td><td>900.00</td><td>一、基本支出</td><td>{basic}</td></tr>
<tr><td>二、其他资金</td><td>100.00</td><td>二、项目支出</td><td>400.00</td></tr>
<tr><td>收入总计</td><td>1,000.00</td><td>支出总计</td><td>1,000.00</td></tr></table>
<p>表2 支出总表</p><p>单位：万元</p>
<table border="1"><tr><th>科目编码</th><th>科目名称</th><th>合计</th><th>基本支出</th><th>{project}</th></tr>
<tr><td></td><td>合计</td><td>1,000.00</td><td>600.00</td><td>400.00</td></tr>
<tr><td>201</td><td>一般公共服务支出</td><td>1,000.00</td><td>600.00</td><td>400.00</td></tr>
<tr><td>20126</td><td>档案事务</td><td>{archives}</td><td>600.00</td><td>400.00</td></tr>
<tr><td>2012601</td><td>行政运行</td><td>{running}</td><td>{running}</td><td>0.00</td></tr>
<tr><td>2012604</td><td>档案馆</td><td>{all}</td><td>{part}</td><td>400.00</td></tr></table>
</body></html>"""


def paper(  # noqa: PLR0913 - what differs from paper to paper
    name: str = "某市档案局", year: int = 2024, *, word: str = "预算", basic: str = "600.00",
    archives: str = "1,000.00", project: str = "项目支出", column: str = "", running: int = 600,
) -> bytes:  # fmt: skip
    """A budget (or accounts, by `word`) of a department; everything in it adds up by default.

    With less for `running` it adds up too, and differs in two lines.
    """
    return _PAGE.format(
        name=name, year=year, word=word, basic=basic, archives=archives, project=project,
        running=f"{running}.00", all=f"{1000 - running}.00", part=f"{600 - running}.00",
        column=column or f"{year}年{word}数",
    ).encode()  # fmt: skip


_LONG = """<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>
<p>表1 支出总表</p><p>单位：万元</p>
<table border="1"><tr><th rowspan="2">单位名称</th><th colspan="3">支出</th></tr>
<tr><th>合计</th><th>基本支出</th><th>项目支出</th></tr>{rows}</table></body></html>"""


def long_paper(rows: int = 90, wrong: int = 70) -> bytes:
    """A budget whose one table is long; in line `wrong` the total is 10 more than it should be."""
    lines = [("合计", 300 * rows, 200 * rows, 100 * rows)]
    lines += [(f"某市第{n}档案馆", 300 + 10 * (n == wrong), 200, 100) for n in range(1, rows + 1)]
    told = "".join("<tr><td>{}</td><td>{}.00</td><td>{}.00</td><td>{}.00</td></tr>".format(*line) for line in lines)
    return _LONG.format(title="某市档案局2024年部门预算", rows=told).encode()


def packed(members: Mapping[str, bytes]) -> bytes:
    """A zip of papers."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return out.getvalue()
