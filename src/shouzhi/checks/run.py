"""All checks over one or more documents: the findings, the gravest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from shouzhi.catalogue.checks import OWN, speaking
from shouzhi.catalogue.names import fold
from shouzhi.checks import ORDER, Finding
from shouzhi.checks.accounts_told import accounts_told
from shouzhi.checks.arithmetic import arithmetic
from shouzhi.checks.completeness import (
    empty_tables,
    missing_reasons,
    missing_sections,
    shallow_codes,
)
from shouzhi.checks.leftovers import instructions, placeholders, undecided
from shouzhi.checks.listed import listed_accounts
from shouzhi.checks.names import (
    account_names,
    account_paths,
    department_name,
    project_names,
    unit_codes,
)
from shouzhi.checks.rounding import rounding
from shouzhi.checks.rows import missing_rungs, rows_repeated, rows_twice
from shouzhi.checks.sections import announced_sections, edition_sections
from shouzhi.checks.shares import shares
from shouzhi.checks.subject import Subject
from shouzhi.checks.tables import missing_tables, table_order, unannounced_tables
from shouzhi.checks.told_years import told_years
from shouzhi.checks.wording import (
    indicators,
    numbers,
    patterns,
    scores,
    section_subjects,
    unclosed,
)
from shouzhi.checks.years import as_of, dates, own_year
from shouzhi.checks.zero_base import zero_base
from shouzhi.facts import Document
from shouzhi.facts.collecting import uncollected
from shouzhi.relations.derive import derive

Check = Callable[[Subject], Iterator[Finding]]

_NAMELESS: Final = "#"

FORM: Final[tuple[Check, ...]] = (
    missing_tables, unannounced_tables, table_order, empty_tables, missing_sections,
    announced_sections, edition_sections, shallow_codes, missing_rungs,
    rows_repeated, rows_twice, missing_reasons, listed_accounts, accounts_told, account_names,
    account_paths, unit_codes, department_name, project_names,
    own_year, told_years, dates, as_of, placeholders, instructions, undecided, patterns, unclosed, numbers,
    scores, indicators, section_subjects,
)  # fmt: skip
"""The checks of one document that are not arithmetic."""


def check(
    documents: Sequence[Document], *, between: bool = False, language: str = OWN
) -> list[Finding]:
    """The findings of documents, the gravest first and then by document and place.

    With `between` the documents of one body are one system: years, budget and accounts,
    department and units must agree with each other too.  Amounts in findings are written in the unit of
    their table, and messages in `language` (zh or en).
    """
    with speaking(language), uncollected():
        return sorted(_found(documents, between=between), key=_order)


def _found(documents: Sequence[Document], *, between: bool) -> list[Finding]:
    subjects = [Subject(document, number) for number, document in enumerate(documents)]
    found: list[Finding] = []
    for group in _bodies(subjects) if between else ([subject] for subject in subjects):
        found.extend(_related(group))
    for subject in subjects:
        for form in FORM:
            found.extend(form(subject))
    return found


def _bodies(subjects: Sequence[Subject]) -> list[list[Subject]]:
    """The documents of each body together: a department's, with those of the units that it lists.

    Documents of other bodies have nothing to say of these.
    """
    groups: dict[str, list[Subject]] = {}
    units: dict[str, str] = {}
    for subject in subjects:
        if subject.document.scope != "unit":
            name = _body(subject)
            groups.setdefault(name, []).append(subject)
            for unit in {fact.where.get("unit") for fact in subject.document.facts}:
                units.setdefault(unit or "", name)
    for subject in subjects:
        if subject.document.scope == "unit":
            name = _body(subject)
            groups.setdefault(units.get(name, name), []).append(subject)
    named = [name for name in groups if not name.startswith(_NAMELESS)]
    if len(named) == 1:  # what bears no name was given as being of the one body that does
        return [[subject for group in groups.values() for subject in group]]
    return list(groups.values())


def _body(subject: Subject) -> str:
    """The name of the body that a document is of; a nameless one stands alone."""
    return fold(subject.document.department or "") or f"{_NAMELESS}{subject.number}"


def _related(subjects: Sequence[Subject]) -> Iterator[Finding]:
    """The findings of one system of relations."""
    system = derive([subject.document for subject in subjects])
    for make in (arithmetic, rounding, zero_base, shares):
        yield from make(system, subjects)


def _order(finding: Finding) -> tuple[object, ...]:
    if not finding.where:
        return ORDER.index(finding.severity), 0, 0, 0, ""
    mark = finding.where[0]
    place = mark.location
    return (
        ORDER.index(finding.severity), mark.document, place.page or 0, place.line or 0, finding.check
    )  # fmt: skip
