"""The house rules that a machine can hold: which room imports which, and how long things are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "shouzhi"
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p.parent.name != "migrations")  # Django writes these

# Data flows one way: a room imports from the floors below it, and rooms of one floor
# never from each other both ways.
FLOORS = (
    {"space", "catalogue"},
    {"sources"},
    {"tables"},
    {"statements"},
    {"facts"},
    {"relations"},
    {"checks", "repair"},
    {"cycle", "performance"},
    {"publish"},
    {"warehouse"},
    {"web", "cli"},
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
FACE = {"__init__", "__main__"}  # the public face may show every room


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported_rooms(path: Path) -> Iterator[tuple[str, int]]:
    """Every room that a module imports, wherever in it, with the line."""
    inside = path.relative_to(PACKAGE).with_suffix("").parts
    package = ("shouzhi", *inside[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*above, *([node.module] if node.module else [])))
            names = [f"{base}.{alias.name}" for alias in node.names]
        for name in names:
            first, _, rest = name.partition(".")
            if first == "shouzhi" and rest.split(".")[0] in FLOOR:
                yield rest.split(".")[0], node.lineno


def test_every_module_stands_in_a_room() -> None:
    assert {room_of(path) for path in MODULES} <= FLOOR.keys() | FACE


def test_rooms_import_only_what_stands_before_them() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {room}"
        for path in MODULES
        if (own := room_of(path)) not in FACE
        for room, line in imported_rooms(path)
        if FLOOR[room] > FLOOR[own]
    ]
    assert not wrong, "\n".join(wrong)


def test_rooms_of_one_floor_do_not_import_each_other_both_ways() -> None:
    edges = {(room_of(path), room) for path in MODULES for room, _ in imported_rooms(path)}
    both = [(a, b) for a, b in edges if a < b and (b, a) in edges]
    assert not both


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_says_what_it_is_for_and_stays_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    said = ast.get_docstring(tree) or ""
    assert re.match(r"\S.*[.。](\s|$)", said.partition("\n\n")[0].replace("\n", " ")), "no sentence"
    assert text.count("\n") < 400, "split it"
    long = [
        f"{node.name} has {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > 60
    ]
    assert not long, "; ".join(long)


def test_names_of_modules_name_no_year_and_no_form() -> None:
    assert not [path for path in MODULES if re.search(r"\d", path.stem)]


def test_pins_hold_no_addresses() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9._!+]+|#.*|", line), line
