"""The log in words: what verbs, kinds and fields are called, and a readable difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shouzhi.catalogue.loading import load_yaml
from shouzhi.catalogue.workflows import workflows
from shouzhi.web.audit.models import Entry
from shouzhi.web.budget.naming import label_told, why_told
from shouzhi.web.language import say


@dataclass(frozen=True, slots=True)
class Words:
    """Verbs, kinds of things and their fields by key, in words."""

    verbs: Mapping[str, str]
    kinds: Mapping[str, str]
    fields: Mapping[str, str]


@cache
def words() -> Words:
    """The words of every app's `verbs.yaml`; raises CatalogueError for a fault."""
    found: dict[str, dict[str, str]] = {"verbs": {}, "kinds": {}, "fields": {}}
    for path in sorted(Path(__file__).parents[1].rglob("verbs.yaml")):
        data = load_yaml(path).record((), tuple(found))
        for name, node in data.items():
            found[name].update({key: word.text() for key, word in node.mapping().items()})
    return Words(**found)


def verb_word(verb: str, kind: str = "") -> str:
    """A verb in words: a move's own name where it is one; the verb itself where nothing says."""
    if verb.startswith("move:"):
        return _move_word(verb.removeprefix("move:"), kind) or verb
    verbs = words().verbs  # some mean another thing of another kind: `answer:warninganswer`
    return verbs.get(f"{verb}:{kind}") or verbs.get(verb, verb)


def _move_word(key: str, kind: str) -> str | None:
    flows = workflows()
    named = [flow for name, flow in flows.items() if name.replace("_", "") == kind]
    for flow in named or flows.values():
        for move in flow.moves:
            if move.key == key:
                return move.name
    return None


def label_words(entry: Entry) -> str:
    """What an entry is about, in words: without keys, in the reader's language."""
    return label_told(entry.kind, entry.label)


def kind_word(kind: str) -> str:
    """A kind of thing in words; the kind itself where nothing says."""
    return words().kinds.get(kind, kind)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that changed: where, and how it was and is, as text (None where it was not there)."""

    where: str
    before: str | None
    after: str | None


MOST = 60
"""So many places are shown; an import changes thousands."""


def differences(entry: Entry) -> list[Difference]:
    """What an entry changed, place by place, at most MOST + 1; what stayed the same is left out."""
    found: list[Difference] = []
    for difference in _walk("", entry.before, entry.after):
        found.append(_in_words(difference, entry.kind))
        if len(found) > MOST:
            break
    return found


def _in_words(told: Difference, kind: str) -> Difference:
    """Fields by their names, states by theirs."""
    keys = told.where.split(".")
    where = " · ".join(say(words().fields.get(key, key)) for key in keys)
    if keys[-1] == "why":
        told_as = [None if each is None else why_told(each) for each in (told.before, told.after)]
        return Difference(where, *told_as)
    if keys[-1] != "state":
        return Difference(where, told.before, told.after)
    states = {
        key: state.name
        for name, flow in workflows().items()
        if name.replace("_", "") == kind
        for key, state in flow.states.items()
    }
    before, after = (
        None if each is None else say(states.get(each, each)) for each in (told.before, told.after)
    )
    return Difference(where, before, after)


def _walk(where: str, before: Any, after: Any) -> Iterator[Difference]:  # noqa: ANN401 - JSON
    if before == after:
        return
    if (
        isinstance(before, Mapping | None)
        and isinstance(after, Mapping | None)
        and (before or after)
    ):
        old, new = before or {}, after or {}
        for key in dict.fromkeys([*old, *new]):
            yield from _walk(f"{where}.{key}" if where else str(key), old.get(key), new.get(key))
        return
    if isinstance(before, list | None) and isinstance(after, list | None) and _rows(before, after):
        yield from _walk(where, _by_key(before), _by_key(after))
        return
    yield Difference(where, _text(before), _text(after))


def _rows(before: list[Any] | None, after: list[Any] | None) -> bool:
    """Whether both are lists of rows with an `id`."""
    every = [*(before or ()), *(after or ())]
    return bool(every) and all(isinstance(row, Mapping) and "id" in row for row in every)


def _by_key(rows: list[Any] | None) -> dict[str, Any]:
    return {
        f"#{row['id']}": {key: value for key, value in row.items() if key != "id"}
        for row in rows or ()
    }


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    if value is None:
        return None
    if isinstance(value, bool):
        return say("是") if value else say("否")
    if isinstance(value, list):
        return say("、").join(_text(one) or "—" for one in value)
    if isinstance(value, Mapping):
        return say("，").join(f"{key}{say('：')}{_text(one) or '—'}" for key, one in value.items())
    return str(value)
