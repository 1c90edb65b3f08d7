"""A paragraph is read clause by clause: which entry covers it, and what it is about.

The state between clauses is small: the topic (what earlier clauses were about), the base of
comparison, the lists that are open, and whether an explanation is going on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from shouzhi.catalogue.statements import StatementBook
from shouzhi.space import Coordinates
from shouzhi.statements.blocks import Block
from shouzhi.statements.claims import Claim, Figure, Parts, Place, Unread
from shouzhi.statements.giving import give
from shouzhi.statements.masking import FIGURES, MARKS, NEXT, Passage
from shouzhi.statements.notation import BREAKS, Patterns
from shouzhi.statements.placing import (
    ASPECTS,
    Listing,
    Places,
    Placing,
    groups_of_parts,
    inside,
)
from shouzhi.statements.reading import Reading
from shouzhi.statements.speech import Speech
from shouzhi.statements.words import Meaning, Vocabulary

_BREAK: Final = re.compile(f"[{BREAKS}]")
_STRENGTH: Final = {NEXT: 1, ",": 2, ":": 2, ";": 3, "。": 4, "!": 4, "?": 4}
_HINTS: Final = ("item", "kind", "function", "economic")
_WAYS: Final = frozenset({"income", "expenditure"})
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
        self.vocabulary = vocabulary
        self.placing = placing
        self.lists: list[Listing] = []
        self._floor = 0
        self._carried: tuple[float, Places] | None = None
        self.claims: list[Claim] = []
        self._opening = _prefix(book.lists)
        self._reason = re.compile(
            "|".join(map(re.escape, sorted(book.reasons, key=len, reverse=True)))
        )

    def leave(self, level: float) -> None:
        """A heading or numbered paragraph of `level` ends the lists as deep or deeper."""
        while self.lists and self.lists[-1].level >= level:
            self._close()

    def read(self, passage: Passage, around: Coordinates, block: Block) -> None:
        """Read one block; what it says is added to `claims`."""
        self._block = block
        speech = Speech(around)
        if self._carried and (block.level > self._carried[0] or not block.numbered):
            speech.topic = self._carried[1]
        told = len(self.claims)
        self._passage(passage, speech)
        silent = len(self.claims) == told and not _FIGURE.search(passage.text)
        self._carried = (block.level, speech.topic) if silent and speech.topic else None
        for listing in self.lists:
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

    def explains(self, text: str) -> bool:
        """Whether a text holds words that open an explanation, so that it is no name."""
        return self._reason.search(text) is not None

    def tells_change(self, text: str) -> bool:
        """Whether a text holds words of change, or of another year, so that it is no part."""
        words = (*self.book.directions, *self.book.bases["years"])
        return any(len(word) > 1 and word in text for word in words)

    def _explain(self, text: str, at: int, end: int, speech: Speech) -> int:
        """Where an explanation begins in a clause, after its first words; `at` for none."""
        match = self._reason.search(text, at, end)
        if match is None or _has_figure(text[at : match.start()]):
            return at
        if not speech.reason:
            speech.explained = (speech.topic, speech.compared)
        speech.reason, speech.doubt = True, False
        more = text[match.end() : match.end() + 1] in {"是", "为", "因", "由"}
        return match.end() + more

    def _pass_break(self, mark: str, speech: Speech) -> None:
        strength = _STRENGTH[mark]
        for listing in self.lists:
            if _STRENGTH.get(listing.pending, 0) < strength:
                listing.pending = mark
        if speech.reason and strength >= 3:
            speech.topic, speech.compared = speech.explained
        if strength == 4:
            speech.reason = speech.doubt = False
            speech.fresh, speech.strange, speech.purpose = True, False, False
            speech.going, speech.last = False, ""
            for listing in self.lists:
                listing.stale = listing.stale or bool(listing.parts)
        elif mark == ";":
            speech.strange = speech.purpose = speech.going = False
            speech.last = ""
            speech.doubt = speech.reason
            self._end_inner_lists()

    def _end_inner_lists(self) -> None:
        """A semicolon ends the lists whose items stood with lesser marks between them."""
        while self.lists and (inner := self.lists[-1]).parts and not inner.stale:
            outer = self.lists[-2] if len(self.lists) > 1 else None
            lesser = inner.separator and _STRENGTH[inner.separator] < 3
            single = len(inner.parts) == 1 and outer is not None and bool(outer.parts)
            if not (lesser or (single and outer is not None and not outer.stale)):
                return
            self._close()

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
            self.open_list(speech.whole(), place, closed=self.book.lists[match.group()])
        return stop

    def open_list(self, whole: Places, place: Place, *, closed: bool) -> None:
        """Open a list of parts of `whole`."""
        if self.lists and not self.lists[-1].parts and self.lists[-1].whole == whole:
            self.lists.pop()
        self.lists.append(Listing(whole, closed, self._block.level, place))

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
            found = give(Reading(self, speech, pattern, match, passage, place))
            if found is None:
                continue
            self.claims += found
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
            self.claims.append(Unread("", place, figure, self._block.text[start:stop]))
        if speech.reason and not speech.doubt:
            return
        if self.lists:
            self.lists[-1].intact = False
        if any(figure.unit != "%" for figure in figures):
            speech.topic, speech.compared = (), None  # the clause may have changed the subject

    def _groups(self, passage: Passage, at: int, end: int, speech: Speech) -> None:
        """Read the brackets of a clause; outside them its topic goes on as it was."""
        for mark in _GROUP.findall(passage.text, at, end):
            floor, self._floor = self._floor, len(self.lists)
            kept = (speech.topic, speech.compared, speech.reason, speech.doubt)
            group = passage.groups[mark]
            if speech.topic and not self._opening.match(group.text):
                inner = self._block.place(*group.span(0, len(group.text)))
                self.open_list(speech.topic, inner, closed=False)
            self._passage(group, speech)
            while len(self.lists) > self._floor:
                self._close()
            self._floor = floor
            speech.topic, speech.compared, speech.reason, speech.doubt = kept

    # -- places --------------------------------------------------------------------------

    def place(self, meaning: Meaning, speech: Speech, *, about: bool = False) -> Places | None:
        """The places of a subject: in the innermost list that can hold it, else in the outline.

        Words that only tell a year, a stage or a flow speak of the topic; with `about` they
        may not (a topic must be named).
        """
        if meaning.topical:
            listing = self.lists[-1] if self.lists and meaning.topical == "list" else None
            going = listing is not None and bool(listing.parts) and not listing.stale
            topic = listing.whole if listing is not None and going else speech.topic
            return tuple(dict.fromkeys(place | meaning.where[0] for place in topic))
        if self._is_aspect(meaning):
            return None if about else self._aspect(meaning, speech)
        if meaning.weak and speech.strange:
            return None  # “由中小企业中标的，采购金额…”: not all of the purchases
        own = meaning.where[0]
        surroundings = speech.around | speech.setting
        if speech.reason and not speech.doubt:
            around = speech.topic[0] if speech.topic else surroundings
            return self.placing.compose(around, meaning)
        while len(self.lists) > self._floor and not self.lists[-1].holds(own):
            self._close(broken=not self.lists[-1].stale)
        holding = next((one for one in reversed(self.lists) if one.holds(own)), None)
        if holding is None:
            # “基金年初结转和结余…，本年收入…”: of the same fund, in the same breath
            if own.keys() == {"flow"} and speech.going and (source := _source(speech.topic)):
                surroundings |= {"source": source}
            return self.placing.compose(surroundings, meaning)
        found = [p for whole in holding.whole for p in self.placing.compose(whole, meaning)]
        within = [p for p in found if any(inside(p, w) or p == w for w in holding.whole)]
        return tuple(dict.fromkeys(within or found))

    @staticmethod
    def _is_aspect(meaning: Meaning) -> bool:
        """Whether words only tell a year, a stage, or which way the money goes."""
        flows = {place.get("flow", "income") for place in meaning.where}
        told = meaning.sum or meaning.whole
        return meaning.dimensions <= ASPECTS and not told and flows <= _WAYS

    def _aspect(self, meaning: Meaning, speech: Speech) -> Places | None:
        """The topic under another year, stage or flow."""
        own = meaning.where[0]
        if speech.fresh and speech.strange:
            return None
        if not speech.topic:
            return None
        if own.get("flow") and self.lists and self.lists[-1].whole == speech.topic:
            found = [p for w in speech.topic for p in self.placing.compose(w, meaning)]
            return tuple(dict.fromkeys(found))
        flow = own.get("flow")
        found = []
        for topic in speech.topic:
            narrowed = self.book.narrowed.get(topic.get("flow", ""))
            if not flow or not narrowed:
                found.append(topic | own)
            elif flow == narrowed:  # “支出总计…，支出增加…”; of 收入 such a topic tells nothing
                found.append(topic | own.without("flow"))
        return tuple(dict.fromkeys(found))

    def hint(self, speech: Speech) -> Coordinates:
        """What the resolver of names may lean on: accounts, items and kinds around."""
        places = [speech.around, speech.setting]
        if self.lists:
            places.append(self.lists[-1].whole[0])
        if speech.reason and speech.topic:
            places.append(speech.topic[0])
        return _hint(tuple(places))

    def lists_with_commas(self) -> bool:
        """Whether several parts were told with commas: a change that follows may be the whole's."""
        if not self.lists or self.lists[-1].stale or len(self.lists[-1].parts) < 2:
            return False
        return _STRENGTH.get(self.lists[-1].separator, 0) <= 2

    # -- lists ---------------------------------------------------------------------------

    def join_list(self, place: Coordinates, figure: Figure) -> None:
        """Note that a number was said at `place`, if it is a part of the innermost list."""
        if not self.lists:
            return
        listing = self.lists[-1]
        unit = "万元" if figure.amount is not None else figure.unit
        if not listing.takes(place):
            return
        if listing.unit not in {None, unit}:
            return
        if listing.parts and _STRENGTH.get(listing.pending, 0) > _STRENGTH.get(
            listing.separator, 0
        ):
            listing.separator = listing.pending
        listing.pending = ""
        listing.unit = unit
        listing.parts.append(place)

    def _close(self, *, broken: bool = False) -> None:
        listing = self.lists.pop()
        for whole in listing.whole:
            groups = groups_of_parts(whole, listing.parts)
            closed = listing.closed and listing.intact and not broken and len(groups) == 1
            for group in groups:
                self.claims.append(
                    Parts("list", listing.place, whole, tuple(group), closed, listing.unit or "")
                )


@lru_cache(maxsize=1024)
def _hint(places: Places) -> Coordinates:
    found = {name: place[name] for place in places for name in _HINTS if name in place}
    return Coordinates(found)


def _source(topic: Places) -> str | None:
    """The one source that a topic has."""
    sources = {place.get("source") for place in topic}
    return sources.pop() if len(sources) == 1 else None


def _prefix(lists: Mapping[str, bool]) -> re.Pattern[str]:
    words = "|".join(map(re.escape, sorted(lists, key=len, reverse=True)))
    return re.compile(f"(?:{words})")


def _end(text: str, at: int) -> int:
    match = _BREAK.search(text, at)
    return match.start() if match else len(text)


def _has_figure(text: str) -> bool:
    return _FIGURE.search(text) is not None
