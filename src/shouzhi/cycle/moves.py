"""Whether a move of a workflow may be made now, by these roles; and if not, every reason why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from shouzhi.catalogue.told import Told, term
from shouzhi.catalogue.workflows import Move, Workflow

Condition = Callable[[], str | None]
"""Asks whether a condition holds: None where it does, else the reason in one sentence."""


class Refused(Exception):
    """A move that may not be made; `reasons` are sentences for the person who tried."""

    def __init__(self, reasons: Collection[str]) -> None:
        super().__init__("；".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Chance:
    """A move that these roles have here, and what still stands in its way."""

    move: Move
    reasons: tuple[str, ...]


def chances(
    workflow: Workflow, state: str, roles: Collection[str], conditions: Mapping[str, Condition]
) -> tuple[Chance, ...]:
    """The moves that the roles have from a state, each with what stands in its way."""
    return tuple(
        Chance(move, tuple(_unmet(move, conditions)))
        for move in workflow.moves_from(state)
        if move.roles & set(roles)
    )


def attempt(
    workflow: Workflow,
    key: str,
    state: str,
    roles: Collection[str],
    conditions: Mapping[str, Condition],
    comment: str = "",
) -> Move:
    """The move, if it may be made; raises Refused with every reason where it may not."""
    known = {move.key: move for move in workflow.moves}
    move = known.get(key)
    if move is None:
        raise Refused([Told("没有“{key}”这一步", key=key)])
    if state not in move.sources:
        told = Told(
            "现在是“{now}”，“{move}”只能在“{wanted}”时进行；请刷新页面",
            now=term(workflow.states[state].name),
            move=term(move.name),
            wanted=tuple(term(workflow.states[source].name) for source in move.sources),
        )
        raise Refused([told])
    if not move.roles & set(roles):
        raise Refused([Told("您的角色不能“{move}”", move=term(move.name))])
    reasons = list(_unmet(move, conditions))
    if move.comment and not comment.strip():
        reasons.append(Told("“{move}”需要写明意见", move=term(move.name)))
    if reasons:
        raise Refused(reasons)
    return move


def _unmet(move: Move, conditions: Mapping[str, Condition]) -> Iterator[str]:
    """The reasons of the conditions that do not hold; raises KeyError for one nobody can answer."""
    for name in move.conditions:
        if reason := conditions[name]():
            yield reason
