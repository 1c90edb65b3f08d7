"""The body of a dumped table: every piece to its row and column.

The pieces are read in order, each either going on with the cell of the piece before,
standing in a later column of the row, or beginning a new row.  Blanks, line ends, line
widths and what the columns hold speak for or against each of these; the cheapest
reading of the whole body is taken (dynamic programming over pieces and columns).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shouzhi.catalogue.names import fold
from shouzhi.tables.stream_columns import NEVER, WORDY, Stub, misfit
from shouzhi.tables.stream_heads import words
from shouzhi.tables.stream_lines import (
    first_widths,
    learnt_widths,
    line_widths,
    opens_label,
    paragraph_widths,
    place_on_line,
    prints_decimals,
    seam,
    unbreakable,
)
from shouzhi.tables.stream_pieces import Piece, Style, is_number, width
from shouzhi.tables.stream_row import BodyRow, off, short

PRUNED: Final = 14.0
"""Readings worse than the best by more than this are given up."""
NEW_ROW: Final = 0.3
BLANK: Final = 0.7
"""What each blank too many or too few costs in a dump that counts its cells by blanks."""
_ENDS: Final = "。！？；"
_SKIPPED: Final = {
    "name": 2.0,
    "text": 0.4,
    "value": 1.0,
    "measure": 1.0,
    "first": 0.1,
    "second": 0.1,
}
_CODES: Final = frozenset({"code", "class", "section", "item", "unit_code"})


@dataclass(frozen=True, slots=True)
class _State:
    """A reading up to a piece: its column and cost, and how wide the lines of its cell are."""

    column: int
    full: float
    cost: float
    fresh: bool
    back: _State | None


class Body:
    """The body of one table chunk, to be settled.

    `hints` give a cost to a column for a piece, by (piece, column): the side that
    the label of a two-sided table belongs to.
    """

    def __init__(
        self,
        pieces: Sequence[Piece],
        stub: Stub,
        style: Style,
        hints: Mapping[tuple[int, int], float] | None = None,
    ) -> None:
        self.pieces = pieces
        self.stub = stub
        self.style = style
        self.hints = hints or {}
        self.width = len(stub.kinds)
        self.coded = any(kind in _CODES for kind in stub.kinds)
        self.decimals = prints_decimals(pieces)
        self.skips = [self._skip(kind) for kind in stub.kinds]
        self.paragraphs = paragraph_widths(pieces) if style.marked else {}
        self.lines = line_widths(pieces)
        self.full: dict[int, float] = {}

    def _skip(self, kind: str) -> float:
        """What an empty cell costs where blanks do not count the empty cells."""
        if self.stub.two_sided:
            return {"name": 0.8, "measure": 0.5}.get(kind, 0.1)
        if "first" in self.stub.kinds or "second" in self.stub.kinds:
            return {"name": 0.8, "value": 0.4}.get(kind, 0.1)
        if kind == "name" and self.stub.kinds.count("text") > 1:
            return 1.2
        return _SKIPPED.get(kind, 0.2)

    def settle(self) -> list[BodyRow]:
        """The rows; widths of wrapped columns are learnt from a first reading."""
        if not self.pieces:
            return []
        if self.style.marked:
            return self._read()
        self.full = first_widths(self.pieces, self.stub)
        for _ in range(2):
            cells = [cell for row in self._read() for cell in row.cells.items()]
            self.full = learnt_widths(cells, self.stub, self.lines) or self.full
        return self._read()

    def cost(self) -> float:
        """How badly the body fits its columns."""
        if not self.pieces:
            return 0.0
        last = self.pieces[-1]
        return min(s.cost + self._tail(s.column, last) for s in self._states())

    # -- the reading -------------------------------------------------------------------

    def _read(self) -> list[BodyRow]:
        last = self.pieces[-1]
        final = min(self._states(), key=lambda s: s.cost + self._tail(s.column, last))
        return self._unwind(final)

    def _states(self) -> list[_State]:
        """The readings of all the pieces that are left at the end."""
        states = self._opening()
        for index in range(1, len(self.pieces)):
            states = self._step(states, index)
        return states

    def _opening(self) -> list[_State]:
        piece = self.pieces[0]
        states = []
        for column in range(self.width):
            cost = self._lead(column, piece) + self._fit(0, column)
            if cost < NEVER:
                states.append(
                    _State(column, self._paragraph(0, column), cost, fresh=True, back=None)
                )
        return states or [_State(0, 0.0, NEVER, fresh=True, back=None)]

    def _step(self, states: Sequence[_State], index: int) -> list[_State]:
        """Every reading of one more piece, the cheapest for each column and width."""
        best: dict[tuple[int, float], _State] = {}
        fits = [self._fit(index, column) for column in range(self.width)]
        for state in states:
            for column in range(self.width):
                if fits[column] >= NEVER:
                    continue
                for cost, fresh in self._ways(state, index, column):
                    whole = state.cost + cost + fits[column]
                    joined = column == state.column and not fresh
                    full = self._paragraph(index, column) or (state.full if joined else 0.0)
                    held = best.get((column, full))
                    if held is None or whole < held.cost:
                        best[column, full] = _State(column, full, whole, fresh, state)
        if not best:  # nothing fits: the piece joins what stands before it
            state = min(states, key=lambda s: s.cost)
            return [_State(state.column, state.full, state.cost + NEVER, fresh=False, back=state)]
        least = min(state.cost for state in best.values())
        return [state for state in best.values() if state.cost <= least + PRUNED]

    def _ways(self, state: _State, index: int, column: int) -> list[tuple[float, bool]]:
        """(cost, whether a row begins) of the ways from a reading to a column."""
        piece, last = self.pieces[index], self.pieces[index - 1]
        ways: list[tuple[float, bool]] = []
        if column == state.column and self.stub.kinds[column] in WORDY:
            ways.append((self._join(state, index), False))
        if column > state.column:
            ways.append((self._advance(state.column, column, index), False))
        if piece.starts and not (self.style.marked and last.open):
            cost = NEW_ROW + self._turn(state.column, column, index)
            ways.append((cost + self._leave(state.column, index, column), True))
        return [way for way in ways if way[0] < NEVER]

    def _fit(self, index: int, column: int) -> float:
        piece = self.pieces[index]
        fit = misfit(
            piece.text,
            self.stub.kinds[column],
            place=place_on_line(piece),
            coded=self.coded,
            decimals=self.decimals,
        )
        return fit + self.hints.get((index, column), 0.0)

    def _turn(self, before: int, column: int, index: int) -> float:
        """What it costs that a row ends after one column and the next begins at another.

        A line of blanks between them belongs to the end of the one or the beginning of the other.
        """
        piece, last = self.pieces[index], self.pieces[index - 1]
        cost = self._tail(before, last) + self._lead(column, piece)
        if not (self.style.marked and piece.held):
            return cost
        other = self._tail(before, replace(last, after=max(last.after, 1) + piece.held))
        lead = self._lead(column, replace(piece, before=piece.before - piece.held))
        return min(cost, other + lead + 0.5)

    def _tail(self, column: int, last: Piece) -> float:
        """What it costs that a row ends after this column."""
        empty = self.width - 1 - column
        if self.style.marked:
            return BLANK * abs(max(last.after - 1, 0) - self.style.per * empty)
        return self._empty(column + 1, self.width)

    def _empty(self, first: int, last: int) -> float:
        """What empty cells cost where no blanks count them: many amounts little more than two."""
        skipped = range(first, last)
        amounts = sum(self.skips[c] for c in skipped if self.stub.kinds[c] == "measure")
        others = sum(self.skips[c] for c in skipped if self.stub.kinds[c] != "measure")
        return min(amounts, 2.0 + 0.05 * amounts) + others

    def _lead(self, column: int, piece: Piece) -> float:
        """What it costs that a row begins at this column."""
        if self.style.marked:
            return self._gap(piece.before, column, column) + self._nameless(0, column)
        return sum(self.skips[:column])

    def _nameless(self, first: int, column: int) -> float:
        """What it costs that the name of a row is among the empty cells."""
        skipped = self.stub.kinds[first:column]
        return 1.5 if "name" in skipped and not self.stub.two_sided else 0.0

    def _gap(self, blanks: int, empty: int, column: int) -> float:
        """What `blanks` cost for so many empty cells before `column`; labels may be indented."""
        surplus = blanks - self.style.per * empty
        if surplus >= 0 and self.stub.kinds[column] in {"name", "text"}:
            return 0.05 * surplus + 0.02 * empty
        return BLANK * abs(surplus) + 0.02 * empty

    def _advance(self, before: int, column: int, index: int) -> float:
        """What it costs to go on in a later column of the row."""
        piece, last = self.pieces[index], self.pieces[index - 1]
        empty = column - before - 1
        if self.style.marked:
            return self._advance_marked(before, column, index)
        if self.style.gaps and not piece.starts:
            return self._gap(last.after - 1, empty, column)
        if self.style.gaps and piece.before and self.stub.kinds[column] == "measure":
            return self._gap(piece.before, empty, column)
        cost = self._empty(before + 1, column)
        if "second" in self.stub.kinds[before + 1 : column]:
            cost += 1.5  # an indicator of the first level is followed by one of the second
        if not piece.starts:
            return cost + self._part(before, column, index)
        return cost + self._broken(before, column, index) + self._leave(before, index, column)

    def _advance_marked(self, before: int, column: int, index: int) -> float:
        """The same where blanks count the empty cells between."""
        piece, last = self.pieces[index], self.pieces[index - 1]
        empty = column - before - 1
        cost = self._nameless(before + 1, column)
        if not piece.starts:
            gap = self._gap(last.after - 1, empty, column)
            return cost + gap + self._part(before, column, index)
        if last.open:
            return 6.0 + empty
        gap = self._gap(last.after - 1 + piece.before, empty, column)
        return cost + gap + self._same_width(index, before, column)

    def _broken(self, before: int, column: int, index: int) -> float:
        """What it costs that a line ends between two cells of a row."""
        if self.stub.sides[column] != self.stub.sides[before]:
            # one line prints both halves, unless they wrap
            return 0.8 if self.pieces[index].ends else 4.0
        kinds = self.stub.kinds[before], self.stub.kinds[column]
        if kinds == ("measure", "measure"):
            return 1.0
        return 0.5 if kinds == ("name", "text") and not self.style.tight else 0.0

    def _part(self, before: int, column: int, index: int) -> float:
        """What it costs that a blank in a line parts two cells and not two words."""
        kinds = self.stub.kinds
        if kinds[before] not in WORDY or kinds[column] not in WORDY:
            return 0.0
        left, right = self.pieces[index - 1].text, self.pieces[index].text
        cost = 0.8 if kinds[column] == "text" else 0.0
        if is_number(left) or is_number(right):
            return cost + 0.5  # dumps put blanks around the digits within words
        return cost + (0.3 if left[-1].isascii() != right[0].isascii() else 0.0)

    # -- cells that are wrapped ----------------------------------------------------------

    def _join(self, state: _State, index: int) -> float:
        """What it costs that a piece goes on with the cell of the piece before."""
        piece, last = self.pieces[index], self.pieces[index - 1]
        kind = self.stub.kinds[state.column]
        if kind in {"first", "second"} and fold(last.text) in words(kind):
            return 4.0  # a whole name of an indicator level goes on with nothing
        if kind == "name" and opens_label(piece.text):
            return 2.5
        if not piece.starts:
            blanks = last.after - 1
            cost = seam(last.text, piece.text) / (2 if kind == "text" else 1)
            return cost + ((0.3 if blanks < 2 else BLANK) * blanks if self.style.marked else 0.0)
        if self.style.marked:
            if last.open:
                return 0.0
            cost = 1.0 if kind == "name" else 0.6
            cost += 1.0 * max(0, last.after - 1 + piece.before - 2) + 0.3 * (last.after > 1)
            own = self._paragraph(index, state.column)
            if state.full and own and abs(own - state.full) > 1:
                cost += min(3.0, 0.6 * abs(own - state.full))
            elif state.full and not own and width(piece.text) > state.full + 1:
                cost += 1.5
            return cost
        return self._wrap(state.column, index)

    def _wrap(self, column: int, index: int) -> float:
        """The same where only line widths and blank lines tell that a cell goes on."""
        piece, last = self.pieces[index], self.pieces[index - 1]
        kind = self.stub.kinds[column]
        cost = 0.0
        if piece.text.startswith("　") or piece.before:
            cost += 2.5 if kind == "name" else 1.0
        if self.style.tight == piece.apart:
            cost += 1.5 if self.style.tight else 0.6
        above, here = self.lines[id(last)], self.lines[id(piece)]
        full = self.full.get(column)
        if full is None:
            return cost + min(2.0, 0.3 * max(0.0, here - above - 2))
        slack = 1.5 + unbreakable(piece.text)
        cost += min(4.0, 0.8 * max(0.0, full - above - slack))
        cost += min(3.0, 1.0 * max(0.0, here - full - 1.0))
        return cost + (0.4 if last.text[-1] in _ENDS else 0.0)

    def _leave(self, column: int, index: int, to: int) -> float:
        """What it costs that the cell of the piece before ends with its line."""
        piece, last = self.pieces[index], self.pieces[index - 1]
        if self.style.marked or self.stub.kinds[column] not in WORDY:
            return 0.0
        cost = 0.0
        if self.style.tight and not piece.apart and self.stub.kinds[to] in WORDY:
            cost += 1.0
        full = self.full.get(column)
        if full and self.stub.kinds[column] == "text" and last.text[-1] not in _ENDS:
            cost += 0.8 if self.lines[id(last)] > full - 1 else 0.2
        return cost

    def _paragraph(self, index: int, column: int) -> float:
        """How wide the full lines of the paragraph of this piece are."""
        if self.stub.kinds[column] not in WORDY:
            return 0.0
        return self.paragraphs.get(index, 0.0)

    def _same_width(self, index: int, before: int, column: int) -> float:
        """Two wrapped columns are seldom equally wide."""
        kinds = self.stub.kinds
        if kinds[before] not in WORDY or kinds[column] not in WORDY:
            return 0.0
        own = self.paragraphs.get(index, 0.0)
        above = self.paragraphs.get(index - 1, 0.0)
        return 0.4 if own and above and abs(own - above) <= 0.5 else 0.0

    def _unwind(self, state: _State) -> list[BodyRow]:
        chain: list[_State] = []
        held: _State | None = state
        while held is not None:
            chain.append(held)
            held = held.back
        rows: list[BodyRow] = []
        for index, step in enumerate(reversed(chain)):
            if step.fresh or not rows:
                if rows and self.style.marked:
                    rows[-1].short = short(
                        rows[-1], self.width, self.style, self.pieces[index].held
                    )
                rows.append(BodyRow())
            rows[-1].add(step.column, self.pieces[index])
        if rows and self.style.marked:
            rows[-1].short = short(rows[-1], self.width, self.style)
        if self.style.gaps:
            for row in rows:
                row.off = off(row, self.stub, self.style)
        return rows
