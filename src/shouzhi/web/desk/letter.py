"""The review as a letter in Word: what is sent back, what holds, each with place and remedy.

It is set in the styles of the publications, so that letter and book look alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from shouzhi.space import parse_amount

_SPACE: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WIDTHS: Final = (620, 3300, 1500, 1500, 1500, 1540)
_HEADS: Final = ("序号", "位置", "印为", "应为", "相差", "处理")
_NUMERALS: Final = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Point:
    """One finding of the letter in words; amounts are in the unit of their table."""

    decision: str
    message: str
    place: str
    found: str
    expected: str
    difference: str
    todo: str
    reason: str
    comments: Sequence[str] = ()
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter: to whom, about what, from whom, on what day, and the name of the file it is about.

    `of` is how many documents it is about where `title` does not name them all.
    """

    to: str
    title: str
    sender: str
    day: date
    points: Sequence[Point]
    file: str
    of: int = 0

    @property
    def subject(self) -> str:
        """What it is about, in words."""
        return f"《{self.title}》" + (f"等 {self.of} 份文件" if self.of else "")


def write(letter: Letter) -> bytes:
    """The letter as the bytes of a .docx file."""
    from shouzhi.publish import word  # noqa: PLC0415 - heavy

    folder = Path(word.__file__).parent / "templates" / "word"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    said = {"TITLE": _heading(letter), "AUTHOR": letter.sender, "YEAR": str(letter.day.year)}
    core = files["docProps/core.xml"].decode()
    for key, text in said.items():
        core = core.replace(f">{key}", f">{_plain(text)}")
    files["docProps/core.xml"] = core.encode()
    body = "".join(_body(letter))
    files["word/document.xml"] = (
        f"{_DECLARATION}<w:document {_SPACE}><w:body>{body}</w:body></w:document>"
    ).encode()
    files["word/header1.xml"] = f"{_DECLARATION}<w:hdr {_SPACE}><w:p/></w:hdr>".encode()
    return word.packed(files)


def _heading(letter: Letter) -> str:
    return f"关于{letter.subject}的审核意见"


def _body(letter: Letter) -> Iterator[str]:
    yield _paragraph(_heading(letter), "Heading1")
    yield _paragraph(f"{letter.to}：", "BodyText", indent=False)
    back = [point for point in letter.points if point.decision == "sent_back"]
    held = [point for point in letter.points if point.decision != "sent_back"]
    if not letter.points:
        yield _paragraph(f"我们审核了{letter.subject}（文件：{letter.file}），没有需要更正的问题。", "BodyText")
    else:
        yield _paragraph(
            f"我们审核了{letter.subject}（文件：{letter.file}），有 {len(letter.points)} 个问题，"
            f"其中 {len(back)} 个请更正后重新报送。现将审核意见函告如下。", "BodyText",
        )  # fmt: skip
    groups = [(name, points) for name, points in (("请更正的问题", back), ("审核属实的问题", held)) if points]
    number = 0
    for place, (name, points) in enumerate(groups):
        yield _paragraph(f"{_NUMERALS[place]}、{name}", "Heading2")
        for point in points:
            number += 1
            yield from _point(number, point)
    if letter.points:
        yield _paragraph(f"{_NUMERALS[len(groups)]}、问题一览表", "Heading2")
        yield _table(letter)
    yield _paragraph("", "BodyText")
    yield _paragraph(letter.sender, "BodyText", right=True)
    yield _paragraph(f"{letter.day.year}年{letter.day.month}月{letter.day.day}日", "BodyText", right=True)
    yield (
        '<w:sectPr><w:headerReference w:type="default" r:id="rIdHeader"/>'
        '<w:footerReference w:type="default" r:id="rIdFooter"/><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1440" w:right="973" w:bottom="1440" w:left="973" w:header="720" w:footer="720"'
        ' w:gutter="0"/></w:sectPr>'
    )


def _point(number: int, point: Point) -> Iterator[str]:
    yield _paragraph(f"{number}. {point.message}", "BodyText", bold=True)
    sides = [
        f"{name} {value}"
        for name, value in (("印为", point.found), ("应为", point.expected), ("差", point.difference))
        if value
    ]
    told = (
        ("位置", point.place), ("数值", "，".join(sides)), ("建议", point.todo),
        ("审核意见", point.reason), *(("意见", text) for text in point.comments),
        ("依据", point.authority),
    )  # fmt: skip
    for name, text in told:
        if text:
            yield _paragraph(f"{name}：{text}", "BodyText")


def _table(letter: Letter) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in _WIDTHS)
    rows = [_row(_HEADS, head=True)]
    named = {"sent_back": "请更正", "confirmed": "属实"}
    ordered = sorted(letter.points, key=lambda point: point.decision != "sent_back")
    for number, point in enumerate(ordered, start=1):
        cells = [str(number), point.place, point.found, point.expected, point.difference]
        rows.append(_row([*cells, named.get(point.decision, "")]))
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="Ruled"/><w:tblW w:w="{sum(_WIDTHS)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _row(cells: Sequence[str], *, head: bool = False) -> str:
    style = "CellHead" if head else "Cell"
    made = []
    for place, (text, width) in enumerate(zip(cells, _WIDTHS, strict=True)):
        figure = place in {2, 3, 4} and parse_amount(text) is not None
        side = "center" if head or place in {0, 5} else "right" if figure else "left"
        shade = '<w:shd w:val="clear" w:color="auto" w:fill="EFEFEF"/>' if head else ""
        made.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>'
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/><w:jc w:val="{side}"/></w:pPr>{_run(text, size=19)}</w:p></w:tc>'
        )
    repeated = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(made)}</w:tr>"


def _paragraph(
    text: str, style: str, *, indent: bool = True, right: bool = False, bold: bool = False
) -> str:
    more = "<w:keepNext/>" if bold else ""
    plain = "" if indent and not right else '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
    side = '<w:jc w:val="right"/>' if right else ""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}{plain}{side}</w:pPr>{_run(text, bold=bold)}</w:p>'
    )


def _run(text: str, *, bold: bool = False, size: int = 0) -> str:
    if not text:
        return ""
    looks = ("<w:b/>" if bold else "") + (f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else "")
    how = f"<w:rPr>{looks}</w:rPr>" if looks else ""
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{_plain(line)}</w:t>' for line in text.splitlines()
    )
    return f"<w:r>{how}{lines}</w:r>"


def _plain(text: str) -> str:
    """Escaped, and without what XML cannot hold."""
    return escape("".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"))
