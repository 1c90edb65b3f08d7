"""All checks over one or more documents: the findings, the gravest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from shouzhi.checks import ORDER, Finding
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
from shouzhi.checks.subject import Subject
from shouzhi.checks.tables import missing_tables, table_order
from shouzhi.checks.wording import (
    indicators,
    numbers,
    patterns,
    scores,
    section_subjects,
    unclosed,
)
from shouzhi.checks.years import as_of, dates, own_year
from shouzhi.facts import Document
from shouzhi.relations.derive import derive

Check = Callable[[Subject], Iterator[Finding]]

FORM: Final[tuple[Check, ...]] = (
    missing_tables, table_order, empty_tables, missing_sections, shallow_codes, missing_reasons,
    listed_accounts, account_names, account_paths, unit_codes, department_name, project_names,
    own_year, dates, as_of, placeholders, instructions, undecided, patterns, unclosed, numbers,
    scores, indicators, section_subjects,
)  # fmt: skip
"""The checks of one document that are not arithmetic."""


def check(documents: Sequence[Document], *, between: bool = False) -> list[Finding]:
    """The findings of documents, the gravest first and then by document and place.

    With `between` the documents are one system: years, budget and accounts, department and
    units must agree with each other too.  Amounts in findings are written in the unit of
    their table.
    """
    subjects = [Subject(document, number) for number, document in enumerate(documents)]
    found: list[Finding] = []
    if between:
        found.extend(_related(subjects))
    for subject in subjects:
        if not between:
            found.extend(_related([subject]))
        for form in FORM:
            found.extend(form(subject))
    return sorted(found, key=_order)


def _related(subjects: Sequence[Subject]) -> Iterator[Finding]:
    """The findings of one system of relations."""
    system = derive([subject.document for subject in subjects])
    for make in (arithmetic, rounding):
        yield from make(system, subjects)


def _order(finding: Finding) -> tuple[object, ...]:
    if not finding.where:
        return ORDER.index(finding.severity), 0, 0, 0, ""
    mark = finding.where[0]
    place = mark.location
    return (
        ORDER.index(finding.severity), mark.document, place.page or 0, place.line or 0, finding.check
    )  # fmt: skip
