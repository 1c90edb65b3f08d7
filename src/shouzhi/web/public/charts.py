"""What the charts of the public pages draw, as plain data: amounts stay whole 分 until they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from shouzhi.warehouse.scopes import Cell
from shouzhi.warehouse.structure import Link, Node, Tree

Chart = dict[str, Any]
Say = Callable[..., str]

LONGEST: Final = 20
"""So many years stand side by side with those of which nothing is told."""

FEWEST: Final = 2
"""A chart of fewer parts tells nothing that its one number does not."""


def treemap(tree: Tree, say: Say) -> Chart | None:
    """Accounts as areas; what is not positive has none and stands in the table alone."""
    data = [part for root in tree.roots if (part := _area(root, say))]
    parts = sum(len(part.get("children", (0,))) for part in data)
    return {"kind": "treemap", "data": data} if parts >= FEWEST else None


def _area(root: Node, say: Say) -> Chart | None:
    """A class and the accounts at the bottom of it; one that stands alone is told by the class."""
    if root.amount <= 0:
        return None
    leaves = [node for _, node in root.walk() if not node.children and node.amount > 0 and node is not root]
    made: Chart = {"name": say(root.name), "code": root.code, "value": root.amount}
    if len(leaves) < FEWEST:
        return made
    children = [{"name": say(node.name), "code": node.code, "value": node.amount} for node in leaves]
    rest = root.amount - sum(node.amount for node in leaves)
    if rest > root.amount // 1000:
        children.append({"name": say("未列细目"), "code": root.code, "value": rest})
    return made | {"children": children}


def sankey(links: Sequence[Link], say: Say) -> Chart | None:
    """Money from sources to functions and on to kinds of spending."""
    if len(links) < FEWEST:
        return None
    # A name may be both a source and a target: the columns keep them apart.
    functions = {link.target for link in links} & {link.origin for link in links}
    names: dict[str, int] = {}
    made = []
    for link in links:
        first = 1 if link.origin in functions else 0
        ends = (f"{first}|{link.origin}", f"{first + 1}|{link.target}")
        for depth, name in enumerate(ends, start=first):
            names.setdefault(name, depth)
        made.append({"source": ends[0], "target": ends[1], "value": link.amount})
    nodes = [{"name": name, "label": say(name[2:]), "depth": depth} for name, depth in names.items()]
    return {"kind": "sankey", "nodes": nodes, "links": made}


def years(cells: Mapping[tuple[int, str], Cell], names: Mapping[str, str]) -> Chart | None:
    """Amounts by year, a bar for each stage; `names` are the words of the stages, in their order.

    Years between of which nothing is told stand there empty: a gap is a gap.
    """
    told = sorted({year for year, stage in cells if stage in names})
    if len(told) < FEWEST:
        return None
    known = list(range(told[0], told[-1] + 1)) if told[-1] - told[0] < LONGEST else told
    shown = [stage for stage in names if any(at[1] == stage for at in cells)]
    return {
        "kind": "years",
        "years": known,
        "series": [
            {
                "name": names[stage],
                "values": [cell.amount if (cell := cells.get((year, stage))) else None for year in known],
            }
            for stage in shown
        ],
    }


def ranking(rows: Sequence[tuple[str, int, str]], names: Mapping[str, str], most: int = 30) -> Chart | None:
    """Departments by one amount, the largest at the top, each with its stage; `names` are the words of these.

    A stage keeps its colour, whatever others stand beside it.
    """
    shown = sorted((row for row in rows if row[1] > 0), key=lambda row: -row[1])[:most]
    if len(shown) < FEWEST:
        return None
    told = {stage for _, _, stage in shown}
    stages = [{"name": name, "colour": place} for place, (stage, name) in enumerate(names.items()) if stage in told]
    return {
        "kind": "ranking",
        "data": [{"name": name, "value": amount, "stage": names[stage]} for name, amount, stage in shown],
        "stages": stages,
    }
