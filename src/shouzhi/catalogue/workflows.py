"""Roles, what each may do, and the moves that a thing may make from state to state.

`roles.yaml` and `workflows.yaml` hold them; a fault in either names file and line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shouzhi.catalogue.loading import CATALOGUE, Node, load_yaml
from shouzhi.catalogue.told import term


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its key, its name in both languages and what it is for."""

    key: str
    name: str
    english: str
    about: str


@dataclass(frozen=True, slots=True)
class Rights:
    """The roles, and by action the keys of those that may take it."""

    roles: Mapping[str, Role]
    actions: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed move: from any of `sources` to `target`, by `roles`, on `conditions`.

    `comment` says that it needs words, `returns` that it sends back to who entered.
    """

    key: str
    name: str
    sources: tuple[str, ...]
    target: str
    roles: frozenset[str]
    conditions: tuple[str, ...] = ()
    comment: bool = False
    returns: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """A state by name; while it is `open` its content may be changed."""

    key: str
    name: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Workflow:
    """The states of a kind of thing, the one it begins in, and its moves in order."""

    key: str
    name: str
    begins: str
    states: Mapping[str, State]
    moves: tuple[Move, ...]

    def move(self, key: str) -> Move:
        """The move of a key; raises KeyError for one that there is not."""
        for move in self.moves:
            if move.key == key:
                return move
        raise KeyError(key)

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """The moves that leave a state, whoever may make them."""
        return tuple(move for move in self.moves if state in move.sources)


@cache
def rights() -> Rights:
    """The roles and rights of the catalogue, loaded once a process."""
    return read_rights(CATALOGUE / "roles.yaml")


@cache
def workflows() -> Mapping[str, Workflow]:
    """The workflows of the catalogue by key, loaded once a process."""
    return read_workflows(CATALOGUE / "workflows.yaml", rights())


def read_rights(path: Path) -> Rights:
    """Read roles and actions; raises CatalogueError with file and line for the first fault."""
    data = load_yaml(path).record(("roles", "actions"))
    roles = {key: _role(key, node) for key, node in data["roles"].mapping().items()}
    actions = {
        action: frozenset(node.choice(roles) for node in listed.sequence())
        for action, listed in data["actions"].mapping().items()
    }
    return Rights(roles, actions)


def _role(key: str, node: Node) -> Role:
    data = node.record(("name", "english", "about"))
    return Role(key, data["name"].text(), data["english"].text(), data["about"].text())


def read_workflows(path: Path, known: Rights) -> Mapping[str, Workflow]:
    """Read workflows whose roles are `known`; raises CatalogueError with file and line."""
    return {key: _workflow(key, node, known) for key, node in load_yaml(path).mapping().items()}


def _workflow(key: str, node: Node, known: Rights) -> Workflow:
    data = node.record(("name", "begins", "states", "moves"))
    states = {name: _state(name, state) for name, state in data["states"].mapping().items()}
    moves = tuple(_move(move, states, known) for move in data["moves"].sequence())
    keys = [move.key for move in moves]
    for move, at in zip(moves, data["moves"].sequence(), strict=True):
        if keys.count(move.key) > 1:
            raise at.fault(f"“{move.key}”有两次；请改名")
    reached = {data["begins"].choice(states), *(move.target for move in moves)}
    for name, state in data["states"].mapping().items():
        if name not in reached:
            raise state.fault(f"没有一步能到“{name}”；请补上，或删去这个状态")
    return Workflow(key, term(data["name"].text()), data["begins"].text(), states, moves)


def _state(key: str, node: Node) -> State:
    data = node.record(("name",), ("open",))
    return State(key, term(data["name"].text()), "open" in data and data["open"].flag())


def _move(node: Node, states: Mapping[str, State], known: Rights) -> Move:
    data = node.record(("key", "name", "from", "to", "roles"), ("conditions", "comment", "returns"))
    return Move(
        key=data["key"].text(),
        name=term(data["name"].text()),
        sources=tuple(state.choice(states) for state in data["from"].sequence()),
        target=data["to"].choice(states),
        roles=frozenset(role.choice(known.roles) for role in data["roles"].sequence()),
        conditions=data["conditions"].texts() if "conditions" in data else (),
        comment="comment" in data and data["comment"].flag(),
        returns="returns" in data and data["returns"].flag(),
    )
