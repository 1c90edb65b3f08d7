"""Two people changed one declaration: both versions place by place, and what is taken of either."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final, Literal

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from shouzhi.web.language import say
from shouzhi.web.library.forms import FORMSETS, ProjectForm
from shouzhi.web.library.models import Project
from shouzhi.web.typed import whole

Cells = dict[str, str]
Side = Literal["theirs", "yours"]
FIELDS: Final = "field"
"""How the fields of the declaration itself are called among its tables."""
_MOST: Final = 1000  # rows of a table
_LONGEST: Final = 4000  # signs of a text within which differences are marked
_NEW: Final = "new-"


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration as it stands in its form: texts by field, rows by table and key.

    The key of a row is that of the database, `new-<n>` where it is not saved yet; `gone` are
    the keys of rows that were marked to be deleted.
    """

    fields: Cells
    tables: dict[str, dict[str, Cells]]
    gone: frozenset[str] = field(default_factory=frozenset)

    def written(self) -> str:
        """The declaration as JSON, for a hidden field of its form."""
        return json.dumps([self.fields, self.tables], ensure_ascii=False)


Part = tuple[str, bool]
"""A piece of text, and whether the other version has it otherwise."""


@dataclass(frozen=True, slots=True)
class Place:
    """One field, or one row: what each side has there (None: no such row), column by column.

    `take` is the side that alone changed it, as far as that is known, else one's own; `both`
    says that both sides changed it.
    """

    key: str
    label: str
    theirs: tuple[tuple[Part, ...], ...] | None
    yours: tuple[tuple[Part, ...], ...] | None
    differs: bool
    take: Side
    both: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """A table of a declaration, or its fields: headings and places."""

    key: str
    title: str
    headings: tuple[str, ...]
    places: tuple[Place, ...]

    @property
    def differing(self) -> int:
        """How many places differ."""
        return sum(place.differs for place in self.places)


def kept(project: Project) -> Declaration:
    """A declaration as it is saved; of a new project an empty one."""
    own = ProjectForm(instance=project)
    tables: dict[str, dict[str, Cells]] = {}
    for prefix, _, made in FORMSETS:
        rows = made(instance=project, prefix=prefix).initial_forms if project.pk else []
        tables[prefix] = {str(row.instance.pk): _shown_in(row, _columns(made)) for row in rows}
    return Declaration(_shown_in(own, own.fields), tables)


def _shown_in(form: Any, names: Any) -> Cells:  # noqa: ANN401 - Django's forms
    return {name: _text(form[name].value()) for name in names}


def _text(value: object) -> str:
    return "" if value is None or value is False else "on" if value is True else str(value)


def _columns(made: Any) -> dict[str, forms.Field]:  # noqa: ANN401 - a formset
    return {n: f for n, f in made.form.base_fields.items() if n not in {"id", "project", "DELETE"}}


def typed(data: QueryDict) -> Declaration:
    """A declaration as somebody typed it; rows that are empty and new are none."""
    tables: dict[str, dict[str, Cells]] = {}
    gone = set()
    for prefix, _, made in FORMSETS:
        rows = tables[prefix] = {}
        for number in range(min(whole(data.get(f"{prefix}-TOTAL_FORMS")) or 0, _MOST)):
            of = f"{prefix}-{number}-"
            cells = {name: _line(data.get(of + name, "")) for name in _columns(made)}
            key = data.get(f"{of}id", "")
            if data.get(f"{of}DELETE"):
                gone.add(f"{prefix}-{key}")
            elif key or any(cells.values()):
                rows[key or f"{_NEW}{number}"] = cells
    fields = {name: _line(data.get(name, "")) for name in ProjectForm.base_fields}
    return Declaration(fields, tables, frozenset(gone))


def _line(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def seen(data: QueryDict) -> Declaration | None:
    """The declaration as it stood when the form was opened; None where the form does not tell."""
    try:
        fields, tables = json.loads(data.get("seen", ""))
        return Declaration(
            {str(name): _line(str(text)) for name, text in fields.items()},
            {
                str(prefix): {
                    str(key): {str(name): _line(str(text)) for name, text in cells.items()}
                    for key, cells in rows.items()
                }
                for prefix, rows in tables.items()
            },
        )
    except (ValueError, TypeError, AttributeError):
        return None


def compared(theirs: Declaration, yours: Declaration, base: Declaration | None) -> list[Compared]:
    """Both versions of a declaration, its fields first, then table by table."""
    own = ProjectForm.base_fields
    places = []
    for name, made in own.items():
        three = _Three(
            {name: theirs.fields.get(name, "")},
            {name: yours.fields.get(name, "")},
            {name: base.fields.get(name, "")} if base else None,
            base is not None,
        )
        places.append(_place(name, str(made.label), {name: made}, three))
    found = [Compared(FIELDS, "申报书", (), tuple(places))]
    for prefix, title, table in FORMSETS:
        columns = _columns(table)
        rows = tuple(_rows(prefix, columns, theirs, yours, base))
        found.append(Compared(prefix, title, tuple(str(c.label) for c in columns.values()), rows))
    return found


@dataclass(frozen=True, slots=True)
class _Three:
    """One row as each side has it, and as both found it where that is known; None: no such row."""

    theirs: Cells | None
    yours: Cells | None
    base: Cells | None
    known: bool


def _rows(
    prefix: str,
    columns: Mapping[str, forms.Field],
    theirs: Declaration,
    yours: Declaration,
    base: Declaration | None,
) -> Iterator[Place]:
    there, here = theirs.tables.get(prefix, {}), yours.tables.get(prefix, {})
    before = base.tables.get(prefix, {}) if base else {}
    for key in dict.fromkeys((*there, *here)):
        three = _Three(there.get(key), here.get(key), before.get(key), base is not None)
        taken_out = f"{prefix}-{key}" in yours.gone
        yield _place(key, "", columns, three, _note(three, key, taken_out=taken_out))


def _note(three: _Three, key: str, *, taken_out: bool) -> str:
    if three.theirs is None:
        return "您新增的" if key.startswith(_NEW) else "对方删除了"
    if three.yours is None:
        return "您删除了" if taken_out else "对方新增的"
    return ""


def _place(
    key: str, label: str, columns: Mapping[str, forms.Field], three: _Three, note: str = ""
) -> Place:
    theirs, yours = three.theirs, three.yours
    by_them = three.known and not _same(columns, theirs, three.base)
    by_you = three.known and not _same(columns, yours, three.base)
    differs = not _same(columns, theirs, yours)
    return Place(
        key, label,
        None if theirs is None else tuple(_cells(columns, theirs, yours)),
        None if yours is None else tuple(_cells(columns, yours, theirs)),
        differs,
        "theirs" if by_them and not by_you else "yours",
        differs and by_them and by_you,
        note,
    )  # fmt: skip


def _same(columns: Mapping[str, forms.Field], one: Cells | None, other: Cells | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(_meant(f, one.get(n, "")) == _meant(f, other.get(n, "")) for n, f in columns.items())


def _meant(made: forms.Field, text: str) -> object:
    """What a text means to its field, so that 120,000.00 is 120000; what it cannot read as it stands."""
    try:
        return made.to_python(text)
    except ValidationError:
        return text


def _cells(
    columns: Mapping[str, forms.Field], own: Cells, other: Cells | None
) -> Iterator[tuple[Part, ...]]:
    for name, made in columns.items():
        text, against = own.get(name, ""), (other or own).get(name, "")
        if _meant(made, text) == _meant(made, against):
            yield ((_told(made, text), False),)
        elif type(made) is forms.CharField and len(text) + len(against) <= _LONGEST:
            yield tuple(_marked(text, against))
        else:
            yield ((_told(made, text), True),)


def _told(made: forms.Field, text: str) -> str:
    """A text as a reader knows it: the words of a choice, 是 and 否."""
    if isinstance(made, forms.BooleanField):
        return say("是") if text else say("否")
    if isinstance(made, forms.ChoiceField):
        return str(dict(made.choices).get(text, text))  # type: ignore[arg-type]  # flat choices
    return text


def _marked(text: str, against: str) -> Iterator[Part]:
    if not text or not against:
        yield text, True
        return
    for kind, start, end, _, _ in SequenceMatcher(None, text, against).get_opcodes():
        if end > start:
            yield text[start:end], kind != "equal"


def merged(theirs: Declaration, yours: Declaration, takes: Mapping[str, str]) -> Declaration:
    """One declaration of two: at each place what was chosen (`take-<table>-<key>`), else one's own."""

    def chosen(table: str, key: str) -> bool:
        return takes.get(f"take-{table}-{key}") == "theirs"

    fields = {
        name: theirs.fields.get(name, "") if chosen(FIELDS, name) else text
        for name, text in yours.fields.items()
    }
    tables: dict[str, dict[str, Cells]] = {}
    for prefix, rows in yours.tables.items():
        there = theirs.tables.get(prefix, {})
        both = {
            key: there.get(key) if chosen(prefix, key) else rows.get(key)
            for key in dict.fromkeys((*there, *rows))
        }
        tables[prefix] = {key: cells for key, cells in both.items() if cells is not None}
    return Declaration(fields, tables)


def posted(project: Project, wanted: Declaration, known: Declaration) -> QueryDict:
    """A declaration as its form would send it to the project as it is saved now.

    Rows that are saved, `known` to whoever chose and not wanted, are marked to be deleted; those
    that are wanted and no longer saved are new ones.
    """
    data = QueryDict(mutable=True)
    data.update({name: text for name, text in wanted.fields.items() if text})
    saved = kept(project).tables
    for prefix, rows in wanted.tables.items():
        old = [
            (key, rows.get(key, cells), key not in rows)
            for key, cells in saved[prefix].items()
            if key in rows or key in known.tables.get(prefix, {})
        ]
        new = [("", cells, False) for key, cells in rows.items() if key not in saved[prefix]]
        _put(data, prefix, old, new)
    return data


def _put(data: QueryDict, prefix: str, old: Sequence[_Row], new: Sequence[_Row]) -> None:
    data[f"{prefix}-TOTAL_FORMS"] = str(len(old) + len(new))
    data[f"{prefix}-INITIAL_FORMS"] = str(len(old))
    for number, (key, cells, gone) in enumerate([*old, *new]):
        of = f"{prefix}-{number}-"
        data.update({of + name: text for name, text in cells.items() if text})
        data[f"{of}id"] = key
        if gone:
            data[f"{of}DELETE"] = "on"


_Row = tuple[str, Cells, bool]
"""The key of a row, its cells, and whether it is to be deleted."""
