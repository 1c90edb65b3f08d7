"""Any book in any edition, published in every format, reads back as it was printed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generated_books import book
from roundtrip import FORMATS, differences, read_back
from shouzhi.catalogue.forms import edition, keys
from shouzhi.publish.document import publication
from shouzhi.publish.proof import findings

UNTOLD = {
    # Cells are read, but not their place; each is a limit of the reader, or of the form itself.
    "部门整体预算绩效目标申报表": "市本级使用资金 is not in the lexicon",
    "表六一般公共预算安排基本支出（商品和服务支出）预算表": "the form names items without their codes",
    "表十一般公共预算安排“三公”经费和会议费支出预算表": "the form names projects among other rows",
    "表十一项目支出政府采购预算表": "an 其中： above columns is read as an item",
    "非税收入征缴情况表": "its columns are not in the lexicon",
}
LOST = {
    "shanghai/accounts-2024": "a heading as wide as the table is taken for its title",
    "national/performance-2020": "tables of one title, one for each project, are read as one",
}
UNCHECKED = {**LOST, "jiangsu/budget-2018": "a title with 财政拨款 and 政府性基金 is given no source"}

READABLE = [key for key in keys() if key not in LOST]
SIZES = st.sampled_from([(1, 10), (2, 30), (3, 100), (8, 60), (30, 30), (30, 300)])


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(seed=st.integers(0, 10**6), key=st.sampled_from(READABLE), size=SIZES)
def test_what_is_published_is_read_back(seed: int, key: str, size: tuple[int, int]) -> None:
    found = edition(key)
    made = publication(book(seed, *size, found), found)
    with tempfile.TemporaryDirectory() as folder:
        for kind in FORMATS:
            wrong = differences(made, read_back(made, kind, Path(folder)))
            assert not [w for w in wrong if w.partition(":")[0] not in UNTOLD], (kind, seed)
    if key not in UNCHECKED:
        assert not [f.message for f in findings(made) if f.severity == "error"]


@pytest.mark.parametrize("key", ["guangzhou/budget-2024", "national/accounts-2019"])
def test_a_large_book_is_read_back(key: str, tmp_path: Path) -> None:
    found = edition(key)
    made = publication(book(7, 30, 2000, found), found)
    assert not differences(made, read_back(made, "html", tmp_path))
