"""A publication as PDF: tagged, archival, bookmarks and contents, set by Typst.

Everything that the book says goes into the typesetter as quoted strings, never as markup.
"""

from __future__ import annotations

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
from shouzhi.publish.measure import LANDSCAPE, PORTRAIT

STANDARDS: Final = ("a-2a",)
"""PDF/A-2a: archival and tagged."""

_A4: Final = (595.28, 841.89)
_UNBREAKABLE: Final = re.compile(r"[!-~]{13,}")

# ruff: noqa: E501 - the lines of the typesetter are as long as they are
_HEAD: Final = r"""
#set document(title: TITLE, author: AUTHOR, date: DATE)
#set text(font: (SERIF, SANS), lang: "zh", region: "cn", size: 12pt, fallback: false, number-width: "tabular")
#set page(paper: "a4", margin: (x: MARGIN, y: 25mm), background: BACKGROUND)
#set par(justify: true, leading: 0.85em, spacing: 0.85em)
#show heading: set text(font: (SANS, SERIF), weight: "regular")
#show heading: set par(first-line-indent: 0pt)
#show heading.where(level: 1): it => block(width: 100%, above: 0pt, below: 22pt, align(center, text(size: 18pt, it.body)))
#show heading.where(level: 2): set text(size: 14pt)
#show heading.where(level: 2): set block(above: 20pt, below: 12pt)
#show heading.where(level: 3): set text(size: 12pt)
#show heading.where(level: 3): set block(above: 14pt, below: 8pt)
#let para(t) = par(first-line-indent: (amount: 2em, all: true), t)
#let caption(level, t) = {
  show heading: it => block(width: 100%, above: 8pt, below: 8pt, align(center, text(size: 14pt, it.body)))
  heading(level: level, t)
}
#let sides(size, l, r) = block(width: 100%, above: 0pt, below: 5pt, text(size: size, grid(columns: (1fr, auto), l, r)))
#let ruled(size, widths, head, ..body) = {
  set text(size: size)
  set par(justify: false, leading: 0.45em)
  table(columns: widths, stroke: 0.5pt, inset: (x: 3pt, y: 3.2pt), align: horizon, ..(if head.len() > 0 { (table.header(..head),) }), ..body)
}
#let h(c, r, t) = table.cell(colspan: c, rowspan: r, align: center + horizon, fill: luma(94%), text(font: (SANS, SERIF), t))
#let a(c, r, t) = table.cell(colspan: c, rowspan: r, align: right + horizon, t)
#let k(c, r, t) = table.cell(colspan: c, rowspan: r, align: center + horizon, t)
#let l(c, r, d, t) = table.cell(colspan: c, rowspan: r, align: left + horizon, pad(left: d * 1em, t))
#let note(t) = block(above: 6pt, below: 0pt, text(size: 9pt, t))
"""

_FRONT: Final = r"""
#page(numbering: none)[#v(30%)#align(center, text(font: (SANS, SERIF), size: COVERSIZE, par(justify: false, COVER)))]
#page(numbering: none, {
  set outline.entry(fill: repeat([.], gap: 2pt))
  show outline.entry.where(level: 1): set block(above: 14pt)
  align(center, text(font: (SANS, SERIF), size: 18pt, "目  录"))
  outline(title: none, depth: 3, indent: 1.5em)
})
#counter(page).update(1)
#set page(numbering: "- 1 -")
"""


def write(publication: Publication) -> bytes:
    """The document; raises Unreadable where no Chinese font is at hand."""
    import typst  # noqa: PLC0415 - heavy

    found = fonts()
    compiler = typst.Compiler(source(publication).encode("utf-8"), font_paths=found.typst)
    made = compiler.compile(format="pdf", pdf_standards=list(STANDARDS), timestamp=0)
    assert isinstance(made, bytes)  # noqa: S101 - tells the type checker
    return made


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
        "BACKGROUND": mark,
        # Archives want a date, and the same book must give the same bytes: its year stands for it.
        "DATE": f"datetime(year: {publication.year}, month: 1, day: 1)",
    }
    frame = re.sub("|".join(words), lambda name: words[name[0]], _HEAD + _FRONT)
    return frame + "".join(_parts(publication))


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
        f"#block(above: 14pt, below: 14pt, width: 100%, breakable: false, align(center, {{\n"
        f'image(bytes({drawing}), format: "svg", width: 88%, alt: {_quoted(part.said)})\n'
        f"text(font: ({_quoted(fonts().sans)},), size: 10.5pt, {title})\n}}))\n"
    )


def _table(part: Table, level: int, above: str, *, fresh: bool) -> str:
    """A table below the headings that stand `above` it, on a page of its own if `fresh`."""
    table, captions = part.table, part.table.edition.captions
    size = f"{max(part.fit.size, 9):g}pt"
    number = table.number if captions.number != "none" else None
    title = f"{number}　{table.title}" if number and captions.number == "left" else table.title
    out = [above]
    if number and captions.number == "right":
        out.append(f"#align(right, text(size: {size}, {_quoted(number)}))\n")
    out.append(f"#caption({min(level, 3)}, {_quoted(title)})\n")
    if table.left or table.right:
        out.append(f"#sides({size}, {_quoted(table.left)}, {_quoted(table.right)})\n")
    out.append(_grid(part))
    out += [f"#note({_quoted(note)})\n" for note in table.notes]
    if part.fit.landscape:
        margin = f"{(_A4[1] - LANDSCAPE) / 2:.2f}pt"
        return f"#page(flipped: true, margin: (x: {margin}, y: 20mm))[\n{''.join(out)}]\n"
    return ("#pagebreak(weak: true)\n" if fresh else "") + "".join(out)


def _grid(part: Table) -> str:
    lines = part.grid.lines()
    widths = ", ".join(f"{width:.2f}pt" for width in part.fit.widths)
    head = ", ".join(_cell(box) for line in lines[: part.grid.head] for box in line)
    body = ",\n".join(", ".join(map(_cell, line)) for line in lines[part.grid.head :] if line)
    return f"#ruled({part.fit.size:g}pt, ({widths},), ({head}{',' if head else ''}),\n{body})\n"


def _cell(box: Box) -> str:
    span, text = f"{box.columns}, {box.rows}", _quoted(_broken(box.text))
    if box.kind in {"head", "number", "lead"}:
        return f"h({span}, {text})"
    if box.kind == "amount":
        return f"a({span}, {text})"
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
