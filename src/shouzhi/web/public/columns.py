"""What single columns of the data mean, where their names alone do not say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

COLUMNS_SAID: Final[Mapping[str, str]] = {
    "in_table": "这个数在文件的第几张表，从 0 数起；网页地址和接口的表号从 1 数起",
    "in_row": "在表的第几行，从 0 数起；网页地址里从 1 数起",
    "in_column": "在表的第几个数字列，从 0 数起；网页地址里从 1 数起",
    "page": "原文件的页码，从 1 数起",
    "line": "原文件的行号，从 1 数起",
    "amount": "金额，单位是分（百分之一元）；CSV 和 Excel 里是 amount_yuan，单位是元",
    "value": "按印出的单位读出的数",
    "printed": "文件上印的样子",
    "printed_unit": "印出的数的单位",
    "chosen": "同一个数印了几次时，是不是取用的那一次",
    "document": "文件的编号，用在网页和接口的地址里",
    "department": "部门的编号，用在网页和接口的地址里",
    "label": "所在行的名称",
    "heading": "所在列的表头，各级用 / 隔开",
    "side": "两栏表的哪一栏",
    "published": "公开日期，年-月-日",
    "version": "第几版；更正后加一",
}


def said(say: Callable[[str], str]) -> dict[str, str]:
    """What the columns mean, in the words of a language."""
    return {name: say(told) for name, told in COLUMNS_SAID.items()}
