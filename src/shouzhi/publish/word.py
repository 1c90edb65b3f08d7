"""A publication as a Word document: real headings, live contents, official fonts, wide pages.

WordprocessingML (ECMA-376) is written directly: the same book gives the same bytes, and a
document of twelve tables takes milliseconds.  Fonts are named as offices in China use them
(仿宋, 宋体, 黑体); `fontTable` names what stands in for them elsewhere.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from shouzhi.publish.chart import Chart, svg
from shouzhi.publish.document import DRAFT, Heading, Paragraph, Publication, Table, cover_size
from shouzhi.publish.fonts import outline
from shouzhi.publish.grid import Box, Grid
from shouzhi.publish.measure import CHART, LANDSCAPE, MARGINS, PITCH, PORTRAIT, Fit
from shouzhi.publish.pdf import pages

_FOLDER: Final = Path(__file__).parent / "templates" / "word"
_A4: Final = (11906, 16838)
_EMU: Final = 12700
_SMALLEST: Final = 18.0
_SPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def write(publication: Publication) -> bytes:
    """The document as the bytes of a .docx file."""
    writer = _Writer(publication)
    body = "".join(writer.body())
    files: dict[str, bytes] = {
        path.relative_to(_FOLDER).as_posix(): path.read_bytes()
        for path in sorted(_FOLDER.rglob("*"))
        if path.is_file()
    }
    said = {"TITLE": publication.title, "AUTHOR": publication.department, "YEAR": str(publication.year)}
    core = files["docProps/core.xml"].decode()
    core = re.sub("|".join(said), lambda name: escape(_plain(said[name[0]])), core)
    files["docProps/core.xml"] = core.encode()
    files["word/document.xml"] = (
        f"{_DECLARATION}<w:document {_SPACES}><w:body>{body}</w:body></w:document>"
    ).encode()
    mark = _watermark() if publication.draft else "<w:p/>"
    files["word/header1.xml"] = f"{_DECLARATION}<w:hdr {_SPACES}>{mark}</w:hdr>".encode()
    relations = files["word/_rels/document.xml.rels"].decode()
    for number, picture in enumerate(writer.pictures, start=1):
        files[f"word/media/chart{number}.png"] = picture
        link = (
            f'<Relationship Id="rIdChart{number}" Type="http://schemas.openxmlformats.org/'
            f'officeDocument/2006/relationships/image" Target="media/chart{number}.png"/>'
        )
        relations = relations.replace("</Relationships>", link + "</Relationships>")
    files["word/_rels/document.xml.rels"] = relations.encode()
    return packed(files)


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip archive with the same bytes whenever its files are the same."""
    first = "[Content_Types].xml"  # readers look for it at the beginning
    names = sorted(files, key=lambda name: (name != first, name))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name])
    return made.getvalue()


class _Writer:
    """The body of the document; `pictures` are the charts as PNG, in order."""

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        self.pictures: list[bytes] = []
        self._bookmarks = 0
        self._entries: list[tuple[int, str]] = []
        self._pages = pages(publication)

    def body(self) -> Iterator[str]:
        """Cover, contents, then everything, each change of the page's sides in a new section."""
        publication = self._publication
        inside = list(self._inside())
        yield _paragraph("", "CoverSpace")
        title = _run(publication.title, max(_SMALLEST, cover_size([publication.title])))
        yield f'<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr>{title}</w:p>'
        yield _section(wide=False, footer=False)
        yield _paragraph("目　录", "ContentsTitle")
        yield from self._contents()
        yield _section(wide=False, footer=False)
        wide, start = bool(inside and inside[0][0]), 1
        for turned, text in inside:
            if turned != wide:
                yield _section(wide=wide, start=start)
                wide, start = turned, 0
            yield text
        yield _properties(wide=wide, start=start)

    def _inside(self) -> Iterator[tuple[bool, str]]:
        """The parts, each with whether it stands on a page on its side."""
        level, fresh, wide = 1, True, False
        waiting = ""
        for part, after in pairwise([*self._publication.parts, None]):
            if isinstance(part, Heading):
                level = part.level
                waiting += self._heading(part.text, level, fresh=not fresh and level == 1)
                fresh = False
                if not isinstance(after, Table | Heading):
                    yield False, waiting
                    waiting = ""
            elif isinstance(part, Table):
                own = part.table.form.part != "prose" and not waiting and part.fit.landscape == wide
                yield part.fit.landscape, waiting + self._table(part, level + 1, fresh=own)
                waiting = ""
            elif isinstance(part, Chart):
                yield False, self._chart(part)
            elif isinstance(part, Paragraph):
                yield False, _paragraph(part.text, "BodyText")
            wide = isinstance(part, Table) and part.fit.landscape

    def _heading(
        self, text: str, level: int, *, fresh: bool = False, style: str = "", name: str = ""
    ) -> str:
        """A heading with the bookmark that the contents point to, and what they call it."""
        self._bookmarks += 1
        mark = f"_Toc{self._bookmarks:06d}"
        self._entries.append((level, name or text))
        before = "<w:pageBreakBefore/>" if fresh else ""
        return (
            f'<w:p><w:pPr><w:pStyle w:val="{style or f"Heading{level}"}"/>{before}</w:pPr>'
            f'<w:bookmarkStart w:id="{self._bookmarks}" w:name="{mark}"/>{_run(text)}'
            f'<w:bookmarkEnd w:id="{self._bookmarks}"/></w:p>'
        )

    def _contents(self) -> Iterator[str]:
        """A live field, filled in with the pages on which the PDF has the headings.

        A field that is marked as out of date would have Word ask a question on opening.
        """
        entries = zip(self._entries, self._pages, strict=True)
        for place, ((level, text), page) in enumerate(entries, start=1):
            begin = _field('TOC \\o "1-3" \\h \\z \\u') if place == 1 else ""
            name = f"_Toc{place:06d}"
            number = _field(f"PAGEREF {name} \\h") + _run(str(page)) + _END
            yield (
                f'<w:p><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>{begin}'
                f'<w:hyperlink w:anchor="{name}" w:history="1">{_run(text)}'
                f"<w:r><w:tab/></w:r>{number}</w:hyperlink></w:p>"
            )
        if self._entries:
            yield f"<w:p>{_END}</w:p>"

    def _chart(self, part: Chart) -> str:
        self.pictures.append(picture(part))
        number = len(self.pictures)
        wide, high = round(CHART * _EMU), round(CHART / 480.0 * part.height * _EMU)
        said = quoteattr(_plain(part.said))
        drawing = (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{wide}" cy="{high}"/><wp:docPr id="{number}" name="chart{number}" descr={said}/>'
            f'<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
            f'<pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name="chart{number}.png" descr={said}/>'
            f"<pic:cNvPicPr/></pic:nvPicPr>"
            f'<pic:blipFill><a:blip r:embed="rIdChart{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
            f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
            f"</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )
        caption = _paragraph(f"{part.title}（单位：{part.unit}）", "ChartTitle")
        return f'<w:p><w:pPr><w:pStyle w:val="Picture"/></w:pPr>{drawing}</w:p>{caption}'

    def _table(self, part: Table, level: int, *, fresh: bool) -> str:
        table, captions = part.table, part.table.edition.captions
        number = table.number if captions.number != "none" else None
        before = f"{number}　" if number and captions.number == "left" else ""
        title, name = before + table.title, before + table.name
        out = []
        if number and captions.number == "right":
            out.append(_paragraph(number, "TableNumber", fresh=fresh))
            fresh = False
        if part.listed:
            style = f"TableTitle{min(level, 3)}"
            out.append(self._heading(title, min(level, 3), fresh=fresh, style=style, name=name))
        else:
            out.append(_paragraph(title, "TableTitle", fresh=fresh))
        if table.left or table.right:
            room = round(sum(part.fit.widths) * 20)
            tabs = f'<w:tabs><w:tab w:val="right" w:pos="{room}"/></w:tabs>'
            out.append(
                f'<w:p><w:pPr><w:pStyle w:val="TableCaption"/>{tabs}</w:pPr>'
                f"{_run(table.left)}<w:r><w:tab/></w:r>{_run(table.right)}</w:p>"
            )
        out.append(_ruled(part))
        out += [_paragraph(note, "TableNote") for note in table.notes]
        if not table.notes:
            out.append(_paragraph("", "Nothing"))  # two tables must not run into each other
        return "".join(out)


_END: Final = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def _field(instruction: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


def _plain(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")


def _run(text: str, size: float | None = None) -> str:
    if not text:
        return ""
    how = f'<w:rPr><w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/></w:rPr>' if size else ""
    return f'<w:r>{how}<w:t xml:space="preserve">{escape(_plain(text))}</w:t></w:r>'


def _paragraph(text: str, style: str, *, fresh: bool = False) -> str:
    before = "<w:pageBreakBefore/>" if fresh else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{before}</w:pPr>{_run(text)}</w:p>'


def _section(*, wide: bool, start: int = 0, footer: bool = True) -> str:
    """The end of a section: what stands before it is on such pages."""
    ended = _properties(wide=wide, start=start, footer=footer)
    return f'<w:p><w:pPr><w:pStyle w:val="Nothing"/>{ended}</w:pPr></w:p>'


def _properties(*, wide: bool, start: int = 0, footer: bool = True) -> str:
    width, height = reversed(_A4) if wide else _A4
    side = round((width - (LANDSCAPE if wide else PORTRAIT) * 20) / 2)
    end = round(MARGINS[wide] * 20)
    foot = '<w:footerReference w:type="default" r:id="rIdFooter"/>' if footer else (
        '<w:footerReference w:type="default" r:id="rIdNoFooter"/>'
    )
    numbers = f'<w:pgNumType w:start="{start}"/>' if start else ""
    turned = ' w:orient="landscape"' if wide else ""
    return (
        f'<w:sectPr><w:headerReference w:type="default" r:id="rIdHeader"/>{foot}<w:type w:val="nextPage"/>'
        f'<w:pgSz w:w="{width}" w:h="{height}"{turned}/><w:pgMar w:top="{end}" w:right="{side}"'
        f' w:bottom="{end}" w:left="{side}" w:header="567" w:footer="567" w:gutter="0"/>{numbers}</w:sectPr>'
    )


def _watermark() -> str:
    return (
        '<w:p><w:r><w:pict><v:shape id="draft" type="#_x0000_t136" style="position:absolute;width:360pt;'
        "height:160pt;rotation:330;z-index:-1;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        'mso-position-vertical-relative:margin" fillcolor="#e0b4b4" stroked="f">'
        f'<v:textpath style="font-family:SimHei;font-size:1pt" string="{DRAFT}"/></v:shape></w:pict></w:r></w:p>'
    )


# -- tables -----------------------------------------------------------------------------------


def _ruled(part: Table) -> str:
    widths = [round(width * 20) for width in part.fit.widths]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    title = quoteattr(_plain(part.table.title))
    last = part.grid.height - 1 if part.table.notes else -1
    rows = "".join(
        _row(line, widths, part.fit, repeated=n < part.grid.head, kept=n == last)
        for n, line in enumerate(_covered(part.grid))
    )
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="Ruled"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblCaption w:val={title}/></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"
    )


def _covered(grid: Grid) -> Iterator[list[tuple[Box, bool]]]:
    """For each row its boxes from the left, and whether a box has begun in a row above."""
    reaching: dict[int, Box] = {}
    for row, line in enumerate(grid.lines()):
        held = {column: box for column, box in reaching.items() if box.row + box.rows > row}
        boxes = [(box, True) for box in held.values()] + [(box, False) for box in line]
        yield sorted(boxes, key=lambda pair: pair[0].column)
        reaching = held | {box.column: box for box in line if box.rows > 1}


def _row(
    boxes: Sequence[tuple[Box, bool]], widths: Sequence[int], fit: Fit, *, repeated: bool, kept: bool
) -> str:
    """A row; one that is `kept` stands on the page of what follows it."""
    head = "<w:tblHeader/>" if repeated else ""
    cells = "".join(_cell(box, widths, fit, below=below, kept=kept) for box, below in boxes)
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{cells}</w:tr>"


_SIDES: Final = {"amount": "right", "head": "center", "number": "center", "lead": "center", "code": "center"}
_DIGIT: Final = {".": 0.25}  # of the size of type; a digit is half of it


def _cell(box: Box, widths: Sequence[int], fit: Fit, *, below: bool, kept: bool) -> str:
    width = sum(widths[box.column : box.column + box.columns])
    span = f'<w:gridSpan w:val="{box.columns}"/>' if box.columns > 1 else ""
    merge = ""
    if box.rows > 1:
        merge = "<w:vMerge/>" if below else '<w:vMerge w:val="restart"/>'
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="EFEFEF"/>' if box.kind in {"head", "number", "lead"} else ""
    style = "CellHead" if shade else "Cell"
    side = _SIDES.get(box.kind, "left")
    left = fit.squeeze(box) if shade else box.depth * fit.size
    right = left if shade else sum(_DIGIT.get(c, 0.5) for c in box.tail) * fit.size
    indent = f'<w:ind w:left="{round(left * 20)}" w:right="{round(right * 20)}"/>' if left or right else ""
    text = "" if below else _run(box.text, fit.size)
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}{shade}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{"<w:keepNext/>" if kept else ""}{_airy(fit)}'
        f'{"" if below else indent}<w:jc w:val="{side}"/></w:pPr>{text}</w:p></w:tc>'
    )


def _airy(fit: Fit) -> str:
    """The lines of a cell and what is free around them: as high as the PDF has them."""
    free = max(0, round((fit.air - (PITCH - 1) / 2 * fit.size - _RULE / 2) * 20))
    line = round(fit.size * PITCH * 20)
    return f'<w:spacing w:before="{free}" w:after="{free}" w:line="{line}" w:lineRule="exact"/>'


_RULE: Final = 0.5  # a rule takes room in Word


def picture(chart: Chart) -> bytes:
    """A chart as PNG, its type drawn as outlines."""
    import typst  # noqa: PLC0415 - heavy

    drawing = svg(chart, shape=outline).replace("\\", "\\\\").replace('"', '\\"')
    source = (
        "#set page(width: auto, height: auto, margin: 0pt)\n"
        f'#image(bytes("{drawing}"), format: "svg")'
    )
    made = typst.Compiler(source.encode("utf-8"), ignore_system_fonts=True).compile(format="png", ppi=220)
    assert isinstance(made, bytes)  # noqa: S101 - tells the type checker
    return made
