"""Charts from one specification: drawn as SVG by hand, the same in every format.

Bars lie, so that Chinese names stand upright beside them; every bar has its amount in
words, and every chart a sentence that says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from shouzhi.catalogue.outline import ChartSpec
from shouzhi.catalogue.templates import fill
from shouzhi.publish.measure import ems

if TYPE_CHECKING:
    from shouzhi.publish.narrate import Narrator

MOST: Final = 12
"""How many bars a chart has; what is smaller is gathered in one."""

WIDTH: Final = 480.0
_BAR: Final = 13.0
_GAP: Final = 9.0
_SIZE: Final = 9.0
_TOP: Final = 8.0
_COLOURS: Final = ("#1F4E79", "#9DB8D2")


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a chart: its name, and an amount in 分 for each series."""

    name: str
    amounts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its numbers; `series` names the amounts of a bar where there are several."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    series: tuple[str, ...]
    printed: tuple[tuple[str, ...], ...]

    @property
    def said(self) -> str:
        """The chart in words, for those who cannot see it."""
        rows = (
            f"{bar.name} {'、'.join(texts)}"
            for bar, texts in zip(self.bars, self.printed, strict=True)
        )
        return f"{self.title}（单位：{self.unit}）：{'；'.join(rows)}"

    @property
    def height(self) -> float:
        """How high the drawing is, in points, at a width of `WIDTH`."""
        deep = _BAR * len(self.bars[0].amounts) + _GAP
        return _TOP + deep * len(self.bars) + (20.0 if self.series else 6.0)


def chart(spec: ChartSpec, narrator: Narrator) -> Chart | None:
    """A chart of a book; None where there is nothing to draw, or no difference to see."""
    bars = list(_years(spec, narrator) if spec.kind == "years" else _parts(spec, narrator))
    bars = [bar for bar in bars if any(amount > 0 for amount in bar.amounts)]
    if len(bars) < 2 or any(amount < 0 for bar in bars for amount in bar.amounts):
        return None
    if spec.kind == "parts":
        bars.sort(key=lambda bar: -bar.amounts[0])
        if len(bars) > MOST:
            rest = sum(bar.amounts[0] for bar in bars[MOST - 1 :])
            bars = [*bars[: MOST - 1], Bar("其余各项", (rest,))]
    series = (narrator.values["year"], narrator.values["previous"]) if spec.kind == "years" else ()
    return Chart(
        title=fill(spec.title, narrator.values),
        unit=narrator.unit,
        bars=tuple(bars),
        series=tuple(f"{year}年" for year in series),
        printed=tuple(
            tuple(narrator.money(amount).removesuffix(narrator.unit) for amount in bar.amounts)
            for bar in bars
        ),
    )


def _parts(spec: ChartSpec, narrator: Narrator) -> Iterator[Bar]:
    if spec.each:
        for member in narrator.members(spec.each, spec.level, spec.where):
            amount = narrator.amount(narrator.at(spec.where, {spec.each: (member,)}))
            yield Bar(narrator.name(spec.each, member), (amount,))
    for name, where in spec.members:
        yield Bar(name, (narrator.amount(narrator.at(spec.where, where)),))


def _years(spec: ChartSpec, narrator: Narrator) -> Iterator[Bar]:
    before = {"year": ("previous",)}
    if not narrator.at(spec.where, before, *(where for _, where in spec.members[:1])).any() and not any(
        narrator.at(spec.where, before, where).any() for _, where in spec.members
    ):
        return
    for name, where in spec.members:
        amounts = tuple(
            narrator.amount(narrator.at(spec.where, when, where)) for when in ({}, before)
        )
        yield Bar(name, amounts)


Shape = Callable[[str], tuple[str, float]]
"""The outline of a character, of size 1, and its width."""


def svg(chart: Chart, family: str = "sans-serif", shape: Shape | None = None) -> str:
    """The drawing as SVG, its type in `family`; with `shape` as outlines that need no font.

    Outlined type cannot be taken for text of the page by those who read it.
    """
    pen = _Pen(shape)
    label = max(ems(bar.name) for bar in chart.bars) * _SIZE + 8
    number = max(ems(text) for texts in chart.printed for text in texts) * _SIZE + 8
    room = WIDTH - label - number
    most = max(amount for bar in chart.bars for amount in bar.amounts)
    top = _TOP
    for bar, printed in zip(chart.bars, chart.printed, strict=True):
        pen.text(label - 6, top + _BAR * len(bar.amounts) / 2, bar.name, end=True)
        for colour, amount, words in zip(_COLOURS, bar.amounts, printed, strict=False):
            width = max(0.75, room * amount / most) if amount else 0.0
            pen.box(label, top, width, _BAR - 1, colour)
            pen.text(label + width + 4, top + _BAR / 2, words)
            top += _BAR
        top += _GAP
    for n, (colour, name) in enumerate(zip(_COLOURS, chart.series, strict=False)):
        pen.box(label + n * 70, top, 9, 9, colour)
        pen.text(label + n * 70 + 13, top + 4.5, name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {chart.height:g}"'
        f' width="{WIDTH:g}" height="{chart.height:g}" font-family="{escape(family)}"'
        f' font-size="{_SIZE:g}" fill="#1a1a1a">{"".join(pen.drawn)}</svg>'
    )


class _Pen:
    """Draws boxes and words."""

    def __init__(self, shape: Shape | None) -> None:
        self._shape = shape
        self.drawn: list[str] = []

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.drawn.append(
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"'
            f' fill="{colour}"/>'
        )

    def text(self, x: float, y: float, words: str, *, end: bool = False) -> None:
        """Words whose middle is at `y`, beginning or ending at `x`."""
        y += _SIZE * 0.36
        if self._shape is None:
            anchor = "end" if end else "start"
            self.drawn.append(
                f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}">{escape(words)}</text>'
            )
            return
        shapes = [self._shape(c) for c in words]
        x -= sum(width for _, width in shapes) * _SIZE if end else 0
        for path, width in shapes:
            if path:
                where = f"translate({x:.2f} {y:.2f}) scale({_SIZE:g})"
                self.drawn.append(f'<path transform="{where}" d="{path}"/>')
            x += width * _SIZE
