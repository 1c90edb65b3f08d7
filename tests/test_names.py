"""Names are compared in one form and shown in another, and the two agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouzhi.catalogue.names import fold, split_code, strip_ordinal, tidy

# Names as documents print them, and anything at all.
NAMES = (
    st.text(st.sampled_from('支出费一二（）()[]“”"、：:—-－ \u3000\n\t①⑴㈠⼀１2.,%aB')) | st.text()
)


@given(NAMES)
def test_folding_is_done_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(NAMES)
def test_tidying_is_done_once_and_loses_nothing_that_is_compared(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert fold(tidy(text)) == fold(text)


@given(NAMES)
def test_ordinals_and_codes_are_taken_off_the_front(text: str) -> None:
    _, rest = strip_ordinal(text)
    assert text.endswith(rest)
    code, name = split_code(text)
    assert name in text
    assert (code is None) == (name == text) or code


@given(st.sampled_from(["201", "20103", "2010301", "30101", "599"]), st.sampled_from("[（【"))
def test_a_code_is_found_however_it_is_framed(code: str, opening: str) -> None:
    closing = {"[": "]", "（": "）", "【": "】"}[opening]
    for text in (f"{opening}{code}{closing}科目", f"{code} 科目", f"{code}-科目", f"　{code}科目"):
        assert split_code(text) == (code, "科目")
    assert split_code(f"科目{opening}{code}{closing}") == (code, "科目")
    assert split_code(code) == (code, "")


@pytest.mark.parametrize(
    "texts",
    [
        ("“三公”经费", "三公经费", '"三公" 经费', "‘三公’经费"),
        ("因公出国（境）费", "因公出国(境)费", "因公出国﹙境﹚费", " 因公出\n国（境）费　"),
        ("１０＝１１＋１５", "10=11+15"),
        ("一⽀出", "一支出"),
        ("[201]—支出", "(201)-支出", "【201】——支出", "（201）－支出"),
    ],
)
def test_ways_of_printing_one_name_fold_to_one(texts: tuple[str, ...]) -> None:
    assert len(set(map(fold, texts))) == 1


def test_folding_keeps_ordinals_apart() -> None:
    assert len({fold(text) for text in ("①支出", "1支出", "（1）支出", "支出")}) == 4


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("用事业\n基金弥\n补收支", "用事业基金弥补收支"),
        ("公开 01 表", "公开01表"),
        ("合　　计", "合计"),
        ("因公出国（ 境 ）费", "因公出国（境）费"),
        ("Word 2024\nfile", "Word 2024 file"),
        ("1,134.9\n4", "1,134.94"),
        ("269,6\n52.59", "269,652.59"),
        ("9.5\n%", "9.5%"),
        ("100\n200", "100 200"),
        ("1,245.86\n358.92", "1,245.86 358.92"),
    ],
)
def test_wrapped_text_is_joined(printed: str, shown: str) -> None:
    assert tidy(printed) == shown


@pytest.mark.parametrize(
    ("label", "ordinal", "rest"),
    [
        ("一、支出", "一、", "支出"),
        ("二十四、其他支出", "二十四、", "其他支出"),
        ("（一）支出", "（一）", "支出"),
        ("1.购置费", "1.", "购置费"),
        ("12、购置费", "12、", "购置费"),
        ("① 水费", "①", "水费"),
        ("其中：基本支出", "其中", "基本支出"),
        ("　其 中：（一）出国", "（一）", "出国"),
        ("一般公共预算", None, "一般公共预算"),
        ("1.5倍", None, "1.5倍"),
        ("（境）外", None, "（境）外"),
        ("2024年", None, "2024年"),
    ],
)
def test_ordinals_of_labels(label: str, ordinal: str | None, rest: str) -> None:
    assert strip_ordinal(label) == (ordinal, rest)


@pytest.mark.parametrize(
    "text", ["100万元以上", "200 号", "12345热线", "2024年", "20240101", "213.5", "205,123.00", ""]
)
def test_numbers_are_no_codes(text: str) -> None:
    assert split_code(text) == (None, text)


def test_a_code_in_parts_is_joined() -> None:
    assert split_code("201 03 01 科目") == ("2010301", "科目")
    assert split_code("20103\n01") == ("2010301", "")
