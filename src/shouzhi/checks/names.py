"""Names that should agree: accounts with their codes, units with theirs, the department throughout."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import Final

from shouzhi.catalogue.checks import check_book
from shouzhi.catalogue.classifications import CODED, Classification, classification
from shouzhi.catalogue.names import fold, strip_ordinal
from shouzhi.checks import Finding, Mark
from shouzhi.checks.subject import Subject, finding
from shouzhi.space import parse_amount

_LONGEST_CLASS: Final = 3
"""Digits of a 类: a code as short as that is no unit's."""
_BRACKETS: Final = re.compile(r"[()]")
_CHINESE: Final = "[\u4e00-\u9fff]"


@lru_cache(maxsize=8192)
def distance(one: str, other: str, most: int) -> int:
    """How many characters to change, add or drop between two names; `most` + 1 for any more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
        if min(row) > most:
            return most + 1
    return row[-1]


# -- accounts -------------------------------------------------------------------------------


def account_names(subject: Subject) -> Iterator[Finding]:
    """Labels that are not the name of the code beside them, each told once."""
    places: dict[tuple[str, str, str], list[Mark]] = defaultdict(list)
    for place, table in enumerate(subject.document.tables):
        for index, row in enumerate(table.rows):
            if "project" in row.where:
                continue
            for dimension in CODED:
                if code := row.codes.get(dimension):
                    label = strip_ordinal(fold(row.label))[1]
                    places[dimension, code, label].append(subject.cell(place, index))
    unknown: list[tuple[str, Mark]] = []
    named: list[Finding] = []
    for (dimension, code, label), marks in places.items():
        tree = classification(dimension)
        if not tree.known(code):
            unknown.append((code, marks[0]))
        else:
            named.extend(_named(subject, tree, code, label, marks))
    yield from _displaced(named)
    if unknown:
        yield finding(
            "code-unknown",
            subject,
            [mark for _, mark in unknown],
            fields={"codes": check_book().listed(f"{code} {mark.label}" for code, mark in unknown)},
        )


def _displaced(named: list[Finding]) -> Iterator[Finding]:
    """Many wrong names in one table have one cause: the names stand apart from their codes."""
    tables: dict[int | None, list[Finding]] = defaultdict(list)
    for found in named:
        if found.check == "code-name":
            tables[found.where[0].table].append(found)
        else:
            yield found
    for held in tables.values():
        if len(held) <= check_book()["code-name"].number("many"):
            yield from held
            continue
        more = check_book().say("displaced", count=str(len(held)))
        marks = tuple(mark for found in held for mark in found.where)
        yield replace(held[0], message=held[0].message + more, where=marks)


def _named(
    subject: Subject, tree: Classification, code: str, label: str, marks: list[Mark]
) -> Iterator[Finding]:
    year = subject.document.year
    name = tree.name(code, year) or ""
    fields = {"code": code, "label": label, "name": name, "year": str(year or "")}
    bare = _BRACKETS.sub("", label)
    if bare == _BRACKETS.sub("", fold(name)):
        return
    codes = tree.codes(label, year)
    if code in codes:
        if not _in_force(tree, code, label, year):
            yield finding(
                "code-name-year", subject, marks, fields=fields, expected=name, found=label
            )
    elif codes:
        fields["other"] = codes[0]
        yield finding("code-name", subject, marks, fields=fields, expected=name, found=label)
    elif distance(bare, fold(name), 3) <= 3 and len(bare) > 3:
        yield finding("code-name-near", subject, marks, fields=fields, expected=name, found=label)


def _in_force(tree: Classification, code: str, label: str, year: int | None) -> bool:
    """Whether the label is, but for an ending, the name of the code in the year."""
    name = fold(tree.name(code, year) or "")
    return label.removesuffix("支出") == name.removesuffix("支出")


# -- accounts named in the prose -----------------------------------------------------------------


def account_paths(subject: Subject) -> Iterator[Finding]:
    """“…（类）…（款）…（项）” of the prose whose parts do not lie below each other, each told once."""
    row = check_book()["account-path"]
    anchor = row.word("anchor").text()
    paths: dict[tuple[str, str, str], list[Mark]] = defaultdict(list)
    for spoken in subject.spoken:
        if anchor in spoken.text:
            for match in row.pattern("path").finditer(spoken.text):
                parts = match.groupdict()
                key = (
                    fold(parts["class"] or ""),
                    fold(parts["section"]),
                    fold(parts["item"] or ""),
                )
                paths[key].append(subject.mark(spoken, match.group()))
    wrong: dict[tuple[str, str], list[Mark]] = defaultdict(list)
    for (head, section, item), marks in paths.items():
        code = _section_code(subject, head, section)
        if code is None and head and fold(section) == head:
            wrong[section, _right_section(subject, head, item)].extend(marks)
        elif code and item:
            yield from _misnamed_item(subject, code, item, marks)
    for (section, right), marks in wrong.items():
        known = check_book().say("path-right", right=right) if right else ""
        fields = {"words": marks[0].text, "name": section, "right": known}
        yield finding(
            "account-path", subject, marks, fields=fields, expected=right or None, found=section
        )


def _section_code(subject: Subject, head: str, section: str) -> str | None:
    """The 款 of a path: below its 类 where that is told."""
    tree, year = classification("function"), subject.document.year
    upper = tree.resolve(head, year, level=1) if head else None
    return tree.resolve(section, year, under=upper, level=2)


def _right_section(subject: Subject, head: str, item: str) -> str:
    """The 款 that an item lies in, for a path that repeats its 类 in the place of the 款."""
    tree, year = classification("function"), subject.document.year
    upper = tree.resolve(head, year, level=1)
    code = tree.resolve(item, year, under=upper, level=3) if upper and item else None
    section = tree.parent(code) if code else None
    return (tree.name(section, year) if section else None) or ""


def _misnamed_item(
    subject: Subject, section: str, item: str, marks: list[Mark]
) -> Iterator[Finding]:
    """An item that is nearly the name of one below its section; the same characters misplaced."""
    tree, year = classification("function"), subject.document.year
    if tree.resolve(item, year, under=section) is not None:
        return
    for code in tree.children(section):
        name = fold(tree.name(code, year) or "")
        moved = sorted(name) == sorted(item)
        if moved or distance(item, name, 2) <= 2:
            yield finding(
                "account-misnamed",
                subject,
                marks,
                severity=None if moved else "note",
                fields={"label": item, "name": name, "code": code},
                expected=name,
                found=item,
            )
            return


# -- codes of units -----------------------------------------------------------------------------


def unit_codes(subject: Subject) -> Iterator[Finding]:
    """A unit that is printed with several codes: the rarer ones are told."""
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    marks: dict[tuple[str, str], list[Mark]] = defaultdict(list)
    for place, table in enumerate(subject.document.tables):
        for index, row in enumerate(table.rows):
            code, unit = row.codes.get("unit"), row.where.get("unit")
            if code and unit and code != unit and len(code) > _LONGEST_CLASS:
                codes[unit][code] += 1
                marks[unit, code].append(subject.cell(place, index))
    for unit, counts in codes.items():
        if len(counts) < 2:
            continue
        usual = counts.most_common(1)[0][0]
        for code in sorted(set(counts) - {usual}):
            yield finding(
                "unit-code",
                subject,
                marks[unit, code],
                fields={"unit": unit, "code": code, "usual": usual, "count": str(counts[usual])},
                expected=usual,
                found=code,
            )


# -- the department ---------------------------------------------------------------------------------


def department_name(subject: Subject) -> Iterator[Finding]:
    """The department's name written nearly but not quite as elsewhere in the document."""
    name = fold(subject.document.department or "")
    if len(name) < check_book()["department-name"].number("shortest"):
        return
    yield from _department_in_prose(subject, name)
    yield from _department_of_tables(subject, name)


def _department_in_prose(subject: Subject, name: str) -> Iterator[Finding]:
    row = check_book()["department-name"]
    edge = row.number("edge")
    own, lead = row.pattern("own"), row.pattern("lead")
    gap = len(name) - 2 * edge + 2
    pattern = re.compile(f"{re.escape(name[:edge])}{_CHINESE}{{0,{gap}}}?{re.escape(name[-edge:])}")
    slips: dict[str, list[Mark]] = defaultdict(list)
    for spoken in subject.spoken:
        text = fold(spoken.text)
        if name[:edge] not in text:
            continue
        for match in pattern.finditer(text):
            found = match.group()
            if found == name or name in found:
                continue
            titled = lead.fullmatch(text, 0, match.start()) and own.match(text, match.end())
            if titled or _confused(found, name):
                slips[found].append(subject.mark(spoken, found))
    for found, marks in slips.items():
        yield _slip(subject, "department-name", found, name, marks)


def _confused(one: str, other: str) -> bool:
    """Whether two names differ only by words that stand for each other, such as 和 and 与."""
    for pair in check_book()["department-name"].texts("confused"):
        for word in pair:
            one, other = one.replace(word, pair[0]), other.replace(word, pair[0])
    return one == other


def _slip(subject: Subject, check: str, found: str, name: str, marks: list[Mark]) -> Finding:
    fields = {"found": found, "name": name, "count": str(len(marks))}
    return finding(check, subject, marks, fields=fields, expected=name, found=found)


def _department_of_tables(subject: Subject, name: str) -> Iterator[Finding]:
    """The captions of tables: a shortened name is a note, a misspelt one is told as such."""
    near: dict[str, list[Mark]] = defaultdict(list)
    for place, table in enumerate(subject.document.tables):
        owner = re.sub(r"\((?:部门|单位|本级|汇总)\)$", "", fold(table.department or ""))
        if owner and owner != name:
            near[owner].append(subject.cell(place))
    for owner, marks in near.items():
        if _shortened(owner, name) or _shortened(name, owner):
            yield _slip(subject, "name-shortened", owner, name, marks)
        elif distance(owner, name, 2) <= 2:
            yield _slip(subject, "department-name", owner, name, marks)


def _shortened(short: str, name: str) -> bool:
    """Whether a name is another with characters left out, and begins as it does."""
    if not len(short) < len(name) or short[:2] != name[:2]:
        return False
    rest = iter(name)
    return all(char in rest for char in short)


# -- projects ------------------------------------------------------------------------------------


def project_names(subject: Subject) -> Iterator[Finding]:
    """One project under two names in two tables: nearly the same name, each missing in the other.

    Projects that differ by a number, such as the phases of one work, are two projects.
    """
    told: set[frozenset[str]] = set()
    for names, theirs in combinations(_projects(subject), 2):
        for one, two in _near(names.keys() - theirs.keys(), theirs.keys() - names.keys()):
            if frozenset((one, two)) not in told:
                told.add(frozenset((one, two)))
                yield finding(
                    "project-name",
                    subject,
                    [theirs[two], names[one]],
                    fields={"one": one, "two": two},
                    expected=one,
                    found=two,
                )


def _near(ours: Iterable[str], theirs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of names that are nearly one; only names that begin or end alike are held together."""
    row = check_book()["project-name"]
    most, shortest, edge = row.number("distance"), row.number("shortest"), row.number("edge")
    ends: dict[str, list[str]] = defaultdict(list)
    for name in sorted(theirs):
        if len(name) >= shortest:
            ends[name[:edge]].append(name)
            ends[name[-edge:]].append(name)
    left = row.number("trials")
    for one in sorted(ours):
        if len(one) < shortest:
            continue
        for two in dict.fromkeys(ends[one[:edge]] + ends[one[-edge:]]):
            left -= 1
            if left < 0:
                return
            if distance(one, two, most) <= most and not _numbered_apart(one, two):
                yield one, two


def _numbered_apart(one: str, two: str) -> bool:
    """Whether two names are told apart by their figures and numerals."""
    numerals = re.compile(r"[\d一二三四五六七八九十甲乙丙丁上下东南西北左右新旧前后A-Za-z]")
    return numerals.findall(one) != numerals.findall(two)


def _projects(subject: Subject) -> list[dict[str, Mark]]:
    """The projects with amounts of each table that lists any, with the places of their rows."""
    found: list[dict[str, Mark]] = []
    for place, table in enumerate(subject.document.tables):
        names = {
            row.where["project"]: subject.cell(place, index)
            for index, row in enumerate(table.rows)
            if "project" in row.where and any(parse_amount(cell) for cell in row.cells if cell)
        }
        if names:
            found.append(names)
    return found
