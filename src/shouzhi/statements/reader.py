"""A paragraph is read clause by clause: which entry covers it, and what it is about.

The state between clauses is small: the topic (what earlier clauses were about), the base of
comparison, the lists that are open, and whether an explanation is going on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from shouzhi.catalogue.statements import StatementBook
from shouzhi.space import Coordinates
from shouzhi.statements.blocks import Block
from shouzhi.statements.claims import Unread
from shouzhi.statements.giving import give
from shouzhi.statements.masking import FIGURES, MARKS, Passage
from shouzhi.statements.notation import BREAKS, Patterns
from shouzhi.statements.placing import (
    Places,
    Placing,
)
from shouzhi.statements.reading import Reading
from shouzhi.statements.scope import STRENGTH, Scope
from shouzhi.statements.speech import Speech
from shouzhi.statements.words import Vocabulary

_BREAK: Final = re.compile(f"[{BREAKS}]")
_COUNTED: Final = re.compile(f"[{MARKS['amount']}{MARKS['percent']}{MARKS['count']}]")
_GROUP: Final = re.compile(f"[{MARKS['group']}]")
_FIGURE: Final = re.compile(f"[{FIGURES}{MARKS['group']}]")


class Reader:
    """Reads the paragraphs of one document one after another."""

    def __init__(
        self, book: StatementBook, patterns: Patterns, vocabulary: Vocabulary, placing: Placing
    ) -> None:
        self.book = book
        self.patterns = patterns
        self.scope = Scope(book, vocabulary, placing)
        self._carried: tuple[float, Places] | None = None
        self._opening = _prefix(book.lists)

    def read(self, passage: Passage, around: Coordinates, block: Block) -> None:
        """Read one block; what it says is added to `claims`."""
        self._block = block
        self.scope.level = block.level
        speech = Speech(around)
        if self._carried and (block.level > self._carried[0] or not block.numbered):
            speech.topic = self._carried[1]
        told = len(self.scope.claims)
        self._passage(passage, speech)
        silent = len(self.scope.claims) == told and not _FIGURE.search(passage.text)
        self._carried = (block.level, speech.topic) if silent and speech.topic else None
        for listing in self.scope.lists:
            listing.stale = listing.stale or bool(listing.parts)

    # -- clauses -------------------------------------------------------------------------

    def _passage(self, passage: Passage, speech: Speech) -> None:
        text, at = passage.text, 0
        while at < len(text):
            if text[at] in BREAKS:
                self._pass_break(text[at], speech)
                at += 1
                continue
            at = self._clause(passage, at, speech)

    def _clause(self, passage: Passage, at: int, speech: Speech) -> int:
        """Read the clause at `at`, and return where it ends."""
        text = passage.text
        end = _end(text, at)
        if text[at:end] in self.book.purposes:
            speech.purpose = True
            return end
        if speech.purpose and not _has_figure(text[at:end]):
            return end
        if (opened := self._open(passage, at, end, speech)) > at:
            return opened
        read = self._match(passage, at, end, speech)
        if read is None and (after := self._explain(text, at, end, speech)) > at:
            return after
        if read is None:
            self._leave_unread(passage, at, end, speech)
        end = read or end
        self._groups(passage, at, end, speech)
        return end

    def _explain(self, text: str, at: int, end: int, speech: Speech) -> int:
        """Where an explanation begins in a clause, after its first words; `at` for none."""
        match = self.scope.explanation(text, at, end)
        if match is None or _has_figure(text[at : match.start()]):
            return at
        if not speech.reason:
            speech.explained = (speech.topic, speech.compared)
        speech.reason, speech.doubt = True, False
        more = text[match.end() : match.end() + 1] in {"是", "为", "因", "由"}
        return match.end() + more

    def _pass_break(self, mark: str, speech: Speech) -> None:
        strength = STRENGTH[mark]
        for listing in self.scope.lists:
            if STRENGTH.get(listing.pending, 0) < strength:
                listing.pending = mark
        if speech.reason and strength >= 3:
            speech.topic, speech.compared = speech.explained
        if strength == 4:
            speech.reason = speech.doubt = False
            speech.fresh, speech.strange, speech.purpose = True, False, False
            speech.going, speech.last = False, ""
            for listing in self.scope.lists:
                listing.stale = listing.stale or bool(listing.parts)
        elif mark == ";":
            speech.strange = speech.purpose = speech.going = False
            speech.last = ""
            speech.doubt = speech.reason
            self._end_inner_lists()

    def _end_inner_lists(self) -> None:
        """A semicolon ends the lists whose items stood with lesser marks between them."""
        while self.scope.lists and (inner := self.scope.lists[-1]).parts and not inner.stale:
            outer = self.scope.lists[-2] if len(self.scope.lists) > 1 else None
            lesser = inner.separator and STRENGTH[inner.separator] < 3
            single = len(inner.parts) == 1 and outer is not None and bool(outer.parts)
            if not (lesser or (single and outer is not None and not outer.stale)):
                return
            self.scope.close()

    def _open(self, passage: Passage, at: int, end: int, speech: Speech) -> int:
        """Open a list when the clause begins with 其中, 包括…; where the clause goes on."""
        text = passage.text
        match = self._opening.match(text, at, end)
        if match is None or speech.reason:
            return at
        stop = match.end()
        if stop < end and not _has_figure(text[stop:end]):
            return at  # “包括办公费、印刷费”: words only
        if speech.fresh and speech.strange:
            speech.topic = ()  # “按某种分类，包括：”: of what, these words did not tell
        if speech.topic:
            place = self._block.place(*passage.span(at, stop))
            self.scope.open_list(speech.whole(), place, closed=self.book.lists[match.group()])
        return stop

    # -- matching ------------------------------------------------------------------------

    def _match(self, passage: Passage, at: int, end: int, speech: Speech) -> int | None:
        text = passage.text
        for pattern in self.patterns.beginning(text[at:end]):
            entry = pattern.entry
            if not speech.admits(entry.in_reasons):
                continue
            if entry.ends and text[end : end + 1] not in entry.ends:
                continue
            if entry.after and speech.last not in entry.after:
                continue
            match = pattern.expression.match(text, at)
            if match is None or (entry.ends and match.end() != end):
                continue
            place = self._block.place(*passage.span(at, match.end()))
            found = give(Reading(self.scope, speech, pattern, match, passage, place))
            if found is None:
                continue
            self.scope.claims += found
            speech.last = entry.id
            if speech.doubt and not entry.in_reasons:
                speech.reason = speech.doubt = False
            return match.end()
        speech.last = ""
        return None

    def _leave_unread(self, passage: Passage, at: int, end: int, speech: Speech) -> None:
        text = passage.text[at:end]
        figures = [passage.figures[mark] for mark in _COUNTED.findall(text)]
        if not figures:
            speech.strange = True
            return
        start, stop = passage.span(at, end)
        place = self._block.place(start, stop)
        for figure in figures:
            self.scope.claims.append(Unread("", place, figure, self._block.text[start:stop]))
        if speech.reason and not speech.doubt:
            return
        if self.scope.lists:
            self.scope.lists[-1].intact = False
        if any(figure.unit != "%" for figure in figures):
            speech.topic, speech.compared = (), None  # the clause may have changed the subject

    def _groups(self, passage: Passage, at: int, end: int, speech: Speech) -> None:
        """Read the brackets of a clause; outside them its topic goes on as it was."""
        for mark in _GROUP.findall(passage.text, at, end):
            floor, self.scope.floor = self.scope.floor, len(self.scope.lists)
            kept = (speech.topic, speech.compared, speech.reason, speech.doubt)
            group = passage.groups[mark]
            if speech.topic and not self._opening.match(group.text):
                inner = self._block.place(*group.span(0, len(group.text)))
                self.scope.open_list(speech.topic, inner, closed=False)
            self._passage(group, speech)
            while len(self.scope.lists) > self.scope.floor:
                self.scope.close()
            self.scope.floor = floor
            speech.topic, speech.compared, speech.reason, speech.doubt = kept


def _prefix(lists: Mapping[str, bool]) -> re.Pattern[str]:
    words = "|".join(map(re.escape, sorted(lists, key=len, reverse=True)))
    return re.compile(f"(?:{words})")


def _end(text: str, at: int) -> int:
    match = _BREAK.search(text, at)
    return match.start() if match else len(text)


def _has_figure(text: str) -> bool:
    return _FIGURE.search(text) is not None
