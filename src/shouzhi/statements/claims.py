"""What prose says, as frozen claims: amounts at places, and what it says of their relations.

A claim never computes anything.  `Stated` and `Count` put a number at a place of the
space.  All others name places as operands and carry the number that the prose prints for
their relation (a share, a change, a rate), which stands nowhere in the space itself: the
relations room looks up the facts at the operands and holds the number against them.

Reading the operands:

- a place may be written less exactly than the tables write it (“支出决算” of a section about
  appropriations need not name its source); look for the facts that the place *contains*;
- `year` and `stage` are always there.  In a budget the base of “比上年” is last year's
  original budget {year: Y-1, stage: approved}, in accounts last year's outturn; a phrase
  that names its own (“比年初预算数”) has its own;
- a member with a slash (`assets/vehicles/执法执勤用车`) lies below what stands before the
  slash; the prose alone knows it, so it only meets other sentences;
- an account that no classification of ours names is `code of its parent/name as printed`;
- amounts and counts at one place are different numbers, and so are counts of different
  units (2 批次, 26 人次): compare only equal kinds of unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from shouzhi.space import FEN_PER, Coordinates, Fact, Location, to_fen

Relation = Literal["<", ">", "="]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the prose something stands.

    `section` and `paragraph` are positions in the sections of the document (`paragraph` is
    None for the heading itself); `start` and `end` are characters of that text as it is
    kept there, counted from 0, the end not included; `location` is that of the paragraph.
    """

    section: int
    paragraph: int | None
    start: int
    end: int
    location: Location


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as the prose prints it, with its unit.

    `printed` are the digits exactly as they stand (`1,024`), `unit` 万元, 元, %, 个, 人…;
    the empty unit is a rate whose percent sign is missing.  `place` spans digits and unit.
    """

    printed: str
    value: Decimal
    unit: str
    place: Place

    @property
    def decimals(self) -> int:
        """How many decimals are printed; rounding is judged by them."""
        return len(self.printed.partition(".")[2])

    @property
    def amount(self) -> int | None:
        """Whole 分 for an amount of money; None for rates and counts."""
        return to_fen(self.value, self.unit) if self.unit in FEN_PER else None


@dataclass(frozen=True, slots=True)
class Claim:
    """What all claims share.

    `statement` is the id of the entry in `catalogue/statements.yaml` that read it; `place`
    spans the clauses that it was read from.
    """

    statement: str
    place: Place


@dataclass(frozen=True, slots=True)
class Stated(Claim):
    """An amount of money stands at a place: “公务接待费 48.21 万元”.

    `fact.how` is text; `span` is that of the number alone.  One number may be stated at
    two places (“收支总预算”: the total of income and that of expenditure).
    """

    fact: Fact
    span: Place


@dataclass(frozen=True, slots=True)
class Count(Claim):
    """A number that is no money stands at a place: “公务用车保有量为 118 辆”, “平均得分 99 分”.

    `fact.amount` is None; `fact.unit` tells what is counted (个, 人次, 辆, 分, % for a rate of
    performance such as coverage).
    """

    fact: Fact
    span: Place


@dataclass(frozen=True, slots=True)
class Share(Claim):
    """`part` is so many percent of `whole`: “占支出预算 9.54%”."""

    part: Coordinates
    whole: Coordinates
    percent: Figure


@dataclass(frozen=True, slots=True)
class Change(Claim):
    """`of` is more or less than `base` by `amount`: “比上年预算减少 8.69 万元”.

    `direction` is +1, -1 or 0; 0 with no amount is “与上年持平”, and 0 with an amount is a
    word that leaves the direction open (“增加（减少）0 万元”), so the amount must be 0.
    `word` is the direction as printed.  `amount` may be a count of persons or cars.
    """

    of: Coordinates
    base: Coordinates
    direction: int
    word: str
    amount: Figure | None


@dataclass(frozen=True, slots=True)
class Growth(Claim):
    """`of` differs from `base` by so many percent of `base`: “下降 11.30%”.

    `direction` and `word` as in `Change`.  `percent` is None where the prose says that
    there is nothing to compare with (“基数为0，不可比”): then the base must be 0.  The unit of
    `percent` is % (or empty, with the sign missing); with 倍 it counts the base itself.
    """

    of: Coordinates
    base: Coordinates
    direction: int
    word: str
    percent: Figure | None


@dataclass(frozen=True, slots=True)
class Completion(Claim):
    """`numerator` is so many percent of `denominator`: “完成年初预算的 98.20%”."""

    numerator: Coordinates
    denominator: Coordinates
    percent: Figure


@dataclass(frozen=True, slots=True)
class Comparison(Claim):
    """`left` is less than, greater than or equal to `right`: “决算数小于预算数的主要原因”.

    `about` marks a word that admits a small difference (“基本等于”).
    """

    left: Coordinates
    right: Coordinates
    relation: Relation
    word: str
    about: bool


@dataclass(frozen=True, slots=True)
class Parts(Claim):
    """`parts` are disjoint parts of `whole`, in the order in which they are said.

    `closed` is true where the form of the list is exhaustive (“包括：…”) and every number in
    it was read: the parts add up to the whole.  Otherwise (“其中：…”) they add up to at
    most the whole.  `unit` is the kind of number that the list gives (万元, 辆, 人).
    """

    whole: Coordinates
    parts: tuple[Coordinates, ...]
    closed: bool
    unit: str


@dataclass(frozen=True, slots=True)
class Absent(Claim):
    """The prose says that there is nothing at this place: “无政府性基金预算财政拨款支出”."""

    where: Coordinates


@dataclass(frozen=True, slots=True)
class Unread(Claim):
    """A number with a unit that no statement covers; `text` is the clause around it."""

    figure: Figure
    text: str


def describe(claim: Claim) -> str:
    """One claim in one line: members in the order of the dimensions, then its number.

    `a = 5万元` stated or counted, `a - b = -5万元` change, `a / b - 1 = 5%` growth,
    `a / b = 5%` share or completion, `a = b + c` closed parts, `a >= b + c` open ones.
    """
    match claim:
        case Stated(fact=fact) | Count(fact=fact):
            left, right = _where(fact.where), f"= {fact.printed}{fact.unit}"
        case Share(part=top, whole=bottom) | Completion(numerator=top, denominator=bottom):
            left, right = f"{_where(top)} / {_where(bottom)}", f"= {_number(claim.percent)}"
        case Change():
            left = f"{_where(claim.of)} - {_where(claim.base)}"
            right = f"= {_signed(claim.direction, claim.amount) or '0'}"
        case Growth():
            left = f"{_where(claim.of)} / {_where(claim.base)} - 1"
            right = f"= {_signed(claim.direction, claim.percent) or '?'}"
        case Comparison():
            left, right = _where(claim.left), f"{claim.relation} {_where(claim.right)}"
        case Parts():
            sign = "=" if claim.closed else ">="
            left, right = _where(claim.whole), f"{sign} {' + '.join(map(_where, claim.parts))}"
        case Absent():
            left, right = _where(claim.where), "= none"
        case Unread():
            left, right = "?", _number(claim.figure)
        case _:
            raise TypeError(claim)
    return f"{left} {right}"


def _where(where: Coordinates) -> str:
    return " ".join(where.values())


def _number(figure: Figure) -> str:
    return f"{figure.printed}{figure.unit}"


def _signed(direction: int, figure: Figure | None) -> str:
    return f"{'-' if direction < 0 else ''}{_number(figure)}" if figure else ""
