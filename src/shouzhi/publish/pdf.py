"""A publication as PDF: tagged, archival, bookmarks and contents, set by Typst.

Everything that the book says goes into the typesetter as quoted strings, never as markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from unicodedata import category

from shouzhi.publish.chart import Chart, svg
from shouzhi.publish.document import (
    DRAFT,
    Heading,
    Paragraph,
    Publication,
    Table,
    cover,
    cover_size,
)
from shouzhi.publish.fonts import fonts, outline
from shouzhi.publish.grid import Box
from shouzhi.publish.measure import CHART, LANDSCAPE, MARGINS, PORTRAIT, Fit

STANDARDS: Final = ("a-2a", "ua-1")
"""PDF/A-2a and PDF/UA-1: archival, tagged, and accessible."""

_A4: Final = (595.28, 841.89)
_UNBREAKABLE: Final = re.compile(r"[!-~]{13,}")

# ruff: noqa: E501 - the lines of the typesetter are as long as they are
_HEAD: Final = r"""
#set document(title: TITLE, author: AUTHOR, date: DATE)
#set text(font: (SERIF, SANS), lang: "zh", region: "cn", size: 12pt, fallback: false, number-width: "tabular", top-edge: 0.88em, bottom-edge: -0.12em)
#set page(paper: "a4", margin: (x: MARGIN, y: HEIGHT), background: BACKGROUND)
#set par(justify: true, leading: 11pt, spacing: 11pt)
#show heading: set text(font: (SANS, SERIF), weight: "regular")
#show heading: set par(first-line-indent: 0pt, leading: 0.5em)
#show heading.where(level: 1): it => block(width: 100%, above: 0pt, below: 22pt, align(center, text(size: 18pt, it.body)))
#show heading.where(level: 2): set text(size: 14pt)
#show heading.where(level: 2): set block(above: 22pt, below: 14pt)
#show heading.where(level: 3): set text(size: 12pt)
#show heading.where(level: 3): set block(above: 17pt, below: 12pt)
#let para(t) = par(first-line-indent: (amount: 2em, all: true), t)
#let caption(level, listed, name, t) = {
  show heading: it => block(width: 100%, above: 11pt, below: 9pt, align(center, text(size: 14pt, t)))
  heading(level: level, outlined: listed, bookmarked: listed, name)
}
#let sides(size, l, r) = block(width: 100%, above: 0pt, below: 4pt, sticky: true, text(size: size, grid(columns: (1fr, auto), l, r)))
#let ruled(size, air, widths, head, ..body) = {
  set text(size: size)
  set par(justify: false, leading: 0.25em)
  table(columns: widths, stroke: 0.5pt, inset: (x: 3pt, y: air), align: horizon, ..(if head.len() > 0 { (table.header(..head),) }), ..body)
}
#let h(c, r, by, t) = table.cell(colspan: c, rowspan: r, align: center + horizon, fill: luma(94%), pad(x: by, text(font: (SANS, SERIF), t)))
#let a(c, r, t, ..tail) = table.cell(colspan: c, rowspan: r, align: right + horizon, t + tail.pos().map(hide).join())
#let k(c, r, t) = table.cell(colspan: c, rowspan: r, align: center + horizon, t)
#let l(c, r, d, t) = table.cell(colspan: c, rowspan: r, align: left + horizon, pad(left: d * 1em, t))
#let note(t) = block(above: 6pt, below: 0pt, text(size: 9pt, par(leading: 0.4em, t)))
"""

_FRONT: Final = r"""
#page(numbering: none)[#v(30%)#align(center, text(font: (SANS, SERIF), size: COVERSIZE, par(justify: false, leading: 0.6em, COVER)))]
#page(numbering: none, {
  set outline.entry(fill: repeat([.], gap: 2pt))
  set par(leading: 8pt, spacing: 8pt)
  show outline.entry: set block(spacing: 8pt)
  show outline.entry.where(level: 1): set block(above: 14pt)
  align(center, text(font: (SANS, SERIF), size: 18pt, "目  录"))
  v(8pt)
  outline(title: none, depth: 3, indent: 1.5em)
})
#counter(page).update(1)
#set page(numbering: "- 1 -")
"""

# Where the headings stand that the contents list, for other writers to print.
_PAGES: Final = """
#context [#metadata(query(heading.where(outlined: true)).map(h => counter(page).at(h.location()).first())) <pages>]
"""


def write(publication: Publication) -> bytes:
    """The document; raises Unreadable where no Chinese font is at hand."""
    import typst  # noqa: PLC0415 - heavy

    found = fonts()
    compiler = typst.Compiler(source(publication).encode("utf-8"), font_paths=found.typst)
    made = compiler.compile(format="pdf", pdf_standards=list(STANDARDS), timestamp=0)
    assert isinstance(made, bytes)  # noqa: S101 - tells the type checker
    return made


def pages(publication: Publication) -> list[int]:
    """The page of each heading that the contents list, in order, as printed at its foot.

    Raises Unreadable where no Chinese font is at hand.
    """
    import typst  # noqa: PLC0415 - heavy

    compiler = typst.Compiler(source(publication).encode("utf-8"), font_paths=fonts().typst)
    found = json.loads(compiler.query("<pages>", field="value", one=True))
    return [int(page) for page in found]


def source(publication: Publication) -> str:
    """The document as the typesetter reads it."""
    found = fonts()
    mark, lines = "none", cover(publication)
    if publication.draft:
        mark = f"rotate(-30deg, text(size: 150pt, fill: rgb(190, 30, 30, 30), {_quoted(DRAFT)}))"
    words = {
        "COVERSIZE": f"{cover_size(lines):g}pt",
        "COVER": " + linebreak() + ".join(map(_quoted, lines)),
        "TITLE": _quoted(publication.title),
        "AUTHOR": _quoted(publication.department),
        "SERIF": _quoted(found.serif),
        "SANS": _quoted(found.sans),
        "MARGIN": f"{(_A4[0] - PORTRAIT) / 2:.2f}pt",
        "HEIGHT": f"{MARGINS[False]:g}pt",
        "BACKGROUND": mark,
        # Archives want a date, and the same book must give the same bytes: its year stands for it.
        "DATE": f"datetime(year: {publication.year}, month: 1, day: 1)",
    }
    frame = re.sub("|".join(words), lambda name: words[name[0]], _HEAD + _FRONT)
    return frame + "".join(_parts(publication)) + _PAGES


def _parts(publication: Publication) -> Iterator[str]:
    level, fresh = 1, True
    waiting = ""  # headings that stand on the page of the table that follows them
    for part, after in pairwise([*publication.parts, None]):
        if isinstance(part, Heading):
            level = part.level
            waiting += f"#heading(level: {part.level}, {_quoted(part.text)})\n"
            fresh = fresh or level == 1
            if not isinstance(after, Table | Heading):
                yield ("#pagebreak(weak: true)\n" if fresh else "") + waiting
                waiting, fresh = "", False
        elif isinstance(part, Table):
            yield _table(part, level + 1, waiting, fresh=fresh or part.table.form.part != "prose")
            waiting, fresh = "", False
        elif isinstance(part, Paragraph):
            yield f"#para({_quoted(part.text)})\n"
        elif isinstance(part, Chart):
            yield _chart(part)


def _chart(part: Chart) -> str:
    drawing = _quoted(svg(part, shape=outline))
    title = _quoted(f"{part.title}（单位：{part.unit}）")
    return (
        f"#block(above: 12pt, below: 16pt, width: 100%, breakable: false, align(center, {{\n"
        f'block(below: 6pt, image(bytes({drawing}), format: "svg", width: {CHART:g}pt, alt: {_quoted(part.said)}))\n'
        f"text(font: ({_quoted(fonts().sans)},), size: 10.5pt, {title})\n}}))\n"
    )


def _table(part: Table, level: int, above: str, *, fresh: bool) -> str:
    """A table below the headings that stand `above` it, on a page of its own if `fresh`."""
    table, captions = part.table, part.table.edition.captions
    size = f"{max(part.fit.size, 9):g}pt"
    number = table.number if captions.number != "none" else None
    before = f"{number}　" if number and captions.number == "left" else ""
    title, name = before + table.title, before + table.name
    out = [above]
    if number and captions.number == "right":
        out.append(f"#align(right, text(size: {size}, {_quoted(number)}))\n")
    out.append(f"#caption({min(level, 3)}, {str(part.listed).lower()}, {_quoted(name)}, {_quoted(title)})\n")
    if table.left or table.right:
        out.append(f"#sides({size}, {_quoted(table.left)}, {_quoted(table.right)})\n")
    out.append(_grid(part))
    out += [f"#note({_quoted(note)})\n" for note in table.notes]
    if part.fit.landscape:
        margin = f"{(_A4[1] - LANDSCAPE) / 2:.2f}pt"
        return f"#page(flipped: true, margin: (x: {margin}, y: {MARGINS[True]:g}pt))[\n{''.join(out)}]\n"
    return ("#pagebreak(weak: true)\n" if fresh else "") + "".join(out)


def _grid(part: Table) -> str:
    lines = part.grid.lines()
    widths = ", ".join(f"{width:.2f}pt" for width in part.fit.widths)
    fit = part.fit
    head = ", ".join(_cell(box, fit) for line in lines[: part.grid.head] for box in line)
    body = ",\n".join(", ".join(_cell(b, fit) for b in line) for line in lines[part.grid.head :] if line)
    return f"#ruled({fit.size:g}pt, {fit.air:g}pt, ({widths},), ({head}{',' if head else ''}),\n{body})\n"


def _cell(box: Box, fit: Fit) -> str:
    span, text = f"{box.columns}, {box.rows}", _quoted(_broken(box.text))
    if box.kind in {"head", "number", "lead"}:
        return f"h({span}, {fit.squeeze(box):.1f}pt, {text})"
    if box.kind == "amount":
        return f"a({span}, {text}, {_quoted(box.tail)})" if box.tail else f"a({span}, {text})"
    if box.kind == "code":
        return f"k({span}, {text})"
    return f"l({span}, {box.depth}, {text})"


def _broken(text: str) -> str:
    """Long runs of Latin letters may break anywhere: a cell must hold what is in it."""
    return _UNBREAKABLE.sub(lambda run: "\u200b".join(run[0]), text)


def _quoted(text: str) -> str:
    """A string of the typesetter, on one line."""
    plain = "".join(c if category(c) != "Cc" else " " for c in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
