"""Findings with the addresses of their cells and the reasons that were given for them.

A unit's reason for a warning also answers the part that its rows have in the same warning of
the department, which is asked of nobody a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from shouzhi.catalogue.told import Told
from shouzhi.cycle.review import Remark
from shouzhi.web.budget.models import Submission, WarningAnswer
from shouzhi.web.budget.places import spot_address


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that a finding is about: its name, and where it is entered (empty: nowhere)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason as a page shows it; `unit` is whose it is, empty for the submission's own."""

    unit: str
    answer: WarningAnswer


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding of a submission, its sheet and its cells to go to, and what was said of it."""

    remark: Remark
    address: str
    links: tuple[Link, ...]
    own: WarningAnswer | None
    of_units: tuple[Reason, ...]
    answered: bool

    @property
    def open(self) -> bool:
        """Whether something is still to be done: an error, or a warning without its reason."""
        return self.remark.severity == "error" or not self.answered


class Answers:
    """The reasons given in a submission and, of a department, in those of its units."""

    def __init__(self, submission: Submission) -> None:
        self._own = {answer.finding: answer for answer in submission.answers.all()}
        self._units: dict[tuple[str, str], WarningAnswer] = {}
        if submission.unit.kind != "unit":
            found = WarningAnswer.objects.filter(
                submission__budget_year=submission.budget_year_id,
                submission__round=submission.round,
                submission__unit__kind="unit",
            )
            for one in found.select_related("by", "submission__unit"):
                self._units[one.submission.unit.name, one.finding] = one

    def own(self, remark: Remark) -> WarningAnswer | None:
        """The submission's own reason for a warning."""
        return self._own.get(remark.key)

    def of_units(self, remark: Remark) -> tuple[Reason, ...]:
        """The reasons of the units for their parts of it."""
        found = ((unit, self._units.get((unit or "", key))) for unit, key in remark.parts().items())
        return tuple(Reason(unit, answer) for unit, answer in found if unit and answer)

    def answered(self, remark: Remark) -> bool:
        """Whether the submission itself, or every unit that it is about, has given the reason."""
        if remark.key in self._own:
            return True
        parts = remark.parts()
        return bool(parts) and len(self.of_units(remark)) == len(parts)

    def unanswered(self, remarks: Iterable[Remark]) -> list[Remark]:
        """The warnings that still want a reason."""
        return [one for one in remarks if one.severity == "warning" and not self.answered(one)]

    def earlier(self, remarks: Iterable[Remark]) -> list[WarningAnswer]:
        """The submission's reasons for what is no longer found as it was, for they are still worth reading."""
        now = {remark.key for remark in remarks}
        return [answer for key, answer in self._own.items() if key not in now]


def judged(submission: Submission, remarks: Iterable[Remark]) -> list[Judged]:
    """Findings as a page of the submission or of its department shows them."""
    found = list(remarks)
    prefetch_related_objects([submission], "answers__by")
    answers, owners = Answers(submission), _owners(submission, found)
    return [
        Judged(
            remark,
            _address(submission, owners, remark),
            tuple(
                Link(_name(place.name, place.spot.unit), spot_address(submission, place.spot, owners))
                for place in remark.places
            ),
            answers.own(remark),
            answers.of_units(remark),
            answers.answered(remark),
        )
        for remark in found
    ]


def _address(submission: Submission, owners: Mapping[str, Submission], remark: Remark) -> str:
    """Where the finding's own spot is entered; a rule's is on the sheet of those whose cells it names."""
    if remark.check and None not in remark.parts() and remark.spot.row is None and owners:
        return ""  # the sheet of the department's own would be the wrong one
    return spot_address(submission, remark.spot, owners)


def _name(name: str, unit: str | None) -> str:
    return Told("{unit} · {where}", unit=unit, where=name) if unit else name


def _owners(submission: Submission, remarks: Iterable[Remark]) -> dict[str, Submission]:
    """The submissions of the units that findings of a department are about, by the unit's name."""
    spots = (spot for one in remarks for spot in (one.spot, *(place.spot for place in one.places)))
    names = {spot.unit for spot in spots if spot.unit}
    if not names:
        return {}
    found = Submission.objects.filter(
        budget_year=submission.budget_year_id,
        round=submission.round,
        unit__kind="unit",
        unit__name__in=names,
    )
    return {one.unit.name: one for one in found.select_related("unit")}
