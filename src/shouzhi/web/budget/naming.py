"""The names of rounds, and what is kept in the database or the log told in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from shouzhi.catalogue.workflows import workflows
from shouzhi.cycle.sheets import schema
from shouzhi.web.language import say, tell

ROUND_NAMES: Final[Mapping[str, str]] = {"first_up": "一上", "second_up": "二上"}
OWN: Final = "（部门本身）"
"""What follows the name of a department that is meant itself, for a unit of it may bear the same."""
_ROUNDS: Final = {**{key: key for key in ROUND_NAMES}, **{n: k for k, n in ROUND_NAMES.items()}}
_LABEL: Final = re.compile(
    rf"(?P<unit>.+?)(?P<own>{OWN})? (?P<year>\d{{4}}) (?P<round>{'|'.join(_ROUNDS)})(?: 第 (?P<number>\d+) 版)?"
)


def why(round_: str, move: str) -> str:
    """Why a version is kept that a move in a round brings: both by their keys, to be told in words."""
    return f"{round_}:{move}"


def why_told(kept: str) -> str:
    """Why a version was kept, in words; versions of earlier days tell it in Chinese."""
    round_, _, key = kept.partition(":")
    move = next((m for m in workflows()["submission"].moves if m.key == key), None)
    if round_ in ROUND_NAMES and move is not None:
        return f"{say(ROUND_NAMES[round_])}·{say(move.name)}"
    return "·".join(map(tell, kept.split("·")))


def unit_told(name: str, *, own: bool) -> str:
    """The name of a unit; of a department, with the word that it is meant itself."""
    return say("{department}（部门本身）", department=name) if own else name


def label_told(kind: str, label: str) -> str:
    """What an entry of the log calls its thing, in words: labels of earlier days hold keys."""
    if kind == "ceiling":
        unit, _, source = label.rpartition(" ")
        return f"{unit} {tell(schema().word('source', source))}".strip()
    found = _LABEL.fullmatch(label)
    if kind not in {"submission", "version"} or found is None:
        return tell(label)
    unit = unit_told(found["unit"], own=bool(found["own"]))
    told = f"{unit} {found['year']} {say(ROUND_NAMES[_ROUNDS[found['round']]])}"
    return f"{told} {say('第 {number} 版', number=found['number'])}" if found["number"] else told
