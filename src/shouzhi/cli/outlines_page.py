"""docs/outlines.md: the order and the sentences of published documents, written from the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from shouzhi.catalogue.forms import editions
from shouzhi.catalogue.outline import FOLDER, Outline, Saying, SectionSpec, read_outline

_INDENT: Final = "  "
_PLACES: Final = {"tables": "全部报表", "prose": "说明中的表", "annex": "附件的表"}
_KINDS: Final = {"parts": "构成", "years": "与上年比较"}
_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_ABOUT: Final = """\
每种公开格式的文本按它的大纲排列。`{…}` 处填入数字和名称，`〔…〕` 里的内容在没有可说的时候略去；\
“原因”是账本“原因”页的“对象”，“数量”是“数量”页的“事项”，“文字”是 `prose.md`（工作簿里的“文字”页）的标题。

| 写法 | 说的是 |
| --- | --- |
| `{amount}` | 这一处的金额 |
| `{change}` `{growth}` | 比上年（或另一基数）增减的金额和比率；基数为零时说明不可比 |
| `{share}` `{portion}` | 占整体的百分比 |
| `{completion}` | 完成年初预算的百分比 |
| `{grown}` | 数量比上年的增减 |
| `{reason}` `{why}` | 增减的原因：前者缺了就不能公开，后者可以没有 |
| `{list}` | 下一级的各项，由大到小，或按固定次序 |"""


def page() -> str:
    """The whole page: how to read a sentence, then each outline with its sections."""
    parts = ["# 公开文本的次序和句子", "由 `make docs` 从 `src/shouzhi/catalogue/outlines/` 生成，请勿手改。", _ABOUT]
    for key in _keys():
        parts.extend(_outline(key, read_outline(FOLDER / f"{key}.yaml")))
    return "\n\n".join(parts) + "\n"


def _keys() -> list[str]:
    found = (path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.yaml"))
    return sorted(key for key in found if key != "terms")


def _outline(key: str, held: Outline) -> Iterator[str]:
    yield f"## {key}"
    users = [e.key for e in editions() if key == (e.key if (FOLDER / f"{e.key}.yaml").is_file() else e.document)]
    yield "用于：" + ("、".join(f"`{user}`" for user in users) or "没有自己大纲的格式")
    yield "\n".join(line for section in held.sections for line in _section(section, 0))
    sayings = [saying for section in held.sections for saying in _sayings(section)]
    for name, words in (
        ("原因", [s.reason for s in sayings]),
        ("数量", [count for s in sayings for count in s.counts.values()]),
        ("分项数量", [f"{s.under}—…" for s in sayings if s.under]),
    ):
        if listed := list(dict.fromkeys(filter(None, words))):
            yield f"{name}：" + "、".join(listed)


def _section(spec: SectionSpec, depth: int) -> Iterator[str]:
    """A section as a list inside lists."""
    margin = _INDENT * depth
    yield f"{margin}- **{spec.heading.replace('{ordinal}', '…')}**"
    if spec.prose:
        yield f"{margin}{_INDENT}- 文字：{'、'.join(spec.prose)}"
    yield from (f"{margin}{_INDENT}- 没有文字时：`{text}`" for text in spec.text)
    for saying in spec.sayings:
        yield from _saying(saying, depth + 1)
    yield from (f"{margin}{_INDENT}- 图：{chart.title}（{_KINDS[chart.kind]}）" for chart in spec.charts)
    if spec.forms:
        yield f"{margin}{_INDENT}- 表：{'、'.join(_PLACES.get(form, form) for form in spec.forms)}"
    if spec.terms:
        yield f"{margin}{_INDENT}- 名词解释（`terms.yaml`）"
    for inner in spec.sections:
        yield from _section(inner, depth + 1)


def _saying(saying: Saying, depth: int) -> Iterator[str]:
    empty = f"；没有时：`{saying.empty}`" if saying.empty else ""
    said = _OPTIONAL.sub(r"〔\1〕", saying.say)
    yield f"{_INDENT * depth}- `{said}`{empty}"
    for part in saying.parts:
        yield from _saying(part, depth + 1)


def _sayings(spec: SectionSpec) -> Iterator[Saying]:
    """All sentences of a section, the parts of lists too."""
    waiting = list(spec.sayings)
    while waiting:
        saying = waiting.pop(0)
        yield saying
        waiting = [*saying.parts, *waiting]
    for inner in spec.sections:
        yield from _sayings(inner)
