"""How many planted errors are found, and how many are named: which cell, and its right value.

    python benchmarks/recall.py [FOLDER] [--each N] [--only WORD] [--misses]

FOLDER holds documents (by default the samples beside the checkout).  Errors of every
kind in `mutations` are planted one at a time, seeded, so that two runs print the same
figures (but for the seconds).  Per document, per kind and in all:

- touched: figures that a relation holds, and of those in tables the ones that two
  independent relations do (two that share no other cell, so that together they point at one);
- seen: of the errors in touched figures, those that break a relation; the others are
  within what the printed digits round, or leave every relation whole (a total that is
  left out, a unit that nothing outside of its table is held against);
- found: of those seen, the ones that something new is told of;
- named: of the changes that two independent relations see, those whose first suspect is
  the changed cell with its right value; listed: of the others, those that name it at all;
- unseen, found: errors that no relation sees, but a check of form tells of.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import shouzhi
from judging import Bench, Outcome, independent
from mutations import CELLS, NARRATIVE, NUMBERS_SAID, STRUCTURES
from planting import Mutation

HERE = Path(__file__).resolve().parents[1]
SAMPLES = HERE.parent / "shared" / "samples"
EACH = 10
"""Mutations of each kind planted in each document, where it has room for them; cells twice."""
MAKERS = (*CELLS, *CELLS, *STRUCTURES, *NARRATIVE)
CELL_KINDS = {"one digit", "transposed", "tenfold", "sign", "other amount"}
SAID_KINDS = {"said amount", "said percentage", "said direction"}


@dataclass(slots=True)
class Tally:
    """The outcomes of one document, or of all, and how many of its figures relations touch."""

    outcomes: list[Outcome] = field(default_factory=list)
    facts: int = 0
    touched: int = 0
    twice: int = 0
    said: int = 0
    said_touched: int = 0
    alarms: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take the figures of another tally in."""
        self.outcomes += other.outcomes
        self.facts += other.facts
        self.touched += other.touched
        self.twice += other.twice
        self.said += other.said
        self.said_touched += other.said_touched
        self.alarms += other.alarms
        self.misses += other.misses


def coverage(bench: Bench) -> Tally:
    """How many figures of a whole document the relations touch, and what is broken in it."""
    system, touching = bench.whole.system, bench.touching
    touched = [i for i in bench.at.values() if i in touching]
    twice = sum(independent(system, touching[i], i) for i in touched)
    spans = [span for span, index in bench.said if index in touching]
    said = said_touched = 0
    for s, section in enumerate(bench.document.sections):
        for p, paragraph in enumerate(section.paragraphs):
            for match in NUMBERS_SAID.finditer(paragraph.text):
                said += 1
                at = match.start()
                said_touched += any(a == s and b == p and c <= at < d for a, b, c, d in spans)
    return Tally(
        [], len(bench.at), len(touched), twice, said, said_touched, len(bench.whole.causes)
    )


@lru_cache(maxsize=2)
def _bench(path: Path) -> Bench:
    return Bench(shouzhi.read(path), path.name)


def _part(task: tuple[Path, int, int]) -> tuple[str, Tally]:
    """Plant one kind of error in one document; with the first kind comes the coverage."""
    path, number, each = task
    bench = _bench(path)
    tally = Tally() if number else coverage(bench)
    for mutation, outcome in bench.outcomes([(number, MAKERS[number])], each):
        tally.outcomes.append(outcome)
        if outcome.seen and not outcome.detected:
            tally.misses.append(f"{path.name}: {_told(bench, mutation)}")
    return path.name, tally


def _told(bench: Bench, mutation: Mutation) -> str:
    """A mutation in words: where it was planted, and what stood there."""
    tables = bench.document.tables
    if mutation.said is not None:
        said = mutation.said
        text = bench.document.sections[said.section].paragraphs[said.paragraph].text
        around = text[max(0, said.start - 30) : said.start + 30]
        return f"{mutation.kind}: {said.before} → {said.after} in “{around}”"
    cells = sorted({*mutation.right, *mutation.missing})
    places = [
        f"{tables[n].title[:20]} · {tables[n].rows[r].label[:16]} · {tables[n].rows[r].cells[c]}"
        for n, r, c in cells[:3]
    ]
    if mutation.table is not None:
        places.append(tables[mutation.table].title)
    if mutation.kind == "name" and mutation.table is not None:
        rows = zip(tables[mutation.table].rows, mutation.document.tables[mutation.table].rows, strict=True)
        places += [f"{one.label} → {other.label}" for one, other in rows if one.label != other.label]
    return f"{mutation.kind}: {'; '.join(places)}"


def plant(paths: Sequence[Path], each: int) -> dict[str, Tally]:
    """The tallies of all documents, planted by as many processes as there are cores."""
    tallies = {path.name: Tally() for path in paths}
    tasks = [(path, number, each) for path in paths for number in range(len(MAKERS))]
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(max_workers=cores) as pool:
        for done, (name, tally) in enumerate(_all(pool, tasks), 1):
            tallies[name].add(tally)
            if done % len(MAKERS) == 0:
                print(f"{done // len(MAKERS)}/{len(paths)} {name}", file=sys.stderr)
    return tallies


def _all(
    pool: ProcessPoolExecutor, tasks: Sequence[tuple[Path, int, int]]
) -> Iterator[tuple[str, Tally]]:
    return iter(pool.map(_part, tasks))


# -- what is printed ---------------------------------------------------------------------------


def share(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> str:
    """The percentage of outcomes of which something holds."""
    return _percent(sum(holds(o) for o in outcomes), len(outcomes))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:5.1f}" if whole else "    –"


def by_document(tallies: dict[str, Tally]) -> None:
    """One line a document: what relations touch, and the errors in single cells and in the prose."""
    print(
        f"{'document':<36}{'cells':>6}{'touched%':>9}{'twice%':>7}{'said':>6}{'touched%':>9}"
        f"{'alarms':>7}{'planted':>8}{'seen':>6}{'found%':>7}{'named%':>7}{'listed%':>8}"
        f"{'said':>6}{'found%':>7}{'s each':>8}"
    )
    for name, tally in tallies.items():
        seen = [o for o in tally.outcomes if o.kind in CELL_KINDS and o.seen]
        said = [o for o in tally.outcomes if o.kind in SAID_KINDS and o.seen]
        seconds = sum(o.seconds for o in tally.outcomes) / max(len(tally.outcomes), 1)
        print(
            f"{name[:35]:<36}{tally.facts:>6}{_percent(tally.touched, tally.facts):>9}"
            f"{_percent(tally.twice, tally.facts):>7}"
            f"{tally.said:>6}{_percent(tally.said_touched, tally.said):>9}"
            f"{tally.alarms:>7}{len(tally.outcomes):>8}{len(seen):>6}"
            f"{share(seen, lambda o: o.detected):>7}"
            f"{share([o for o in seen if o.twice], lambda o: o.named):>7}"
            f"{share([o for o in seen if not o.twice], lambda o: o.listed):>8}"
            f"{len(said):>6}{share(said, lambda o: o.detected):>7}{seconds:>8.3f}"
        )


def by_kind(tally: Tally) -> None:
    """One line a kind of error."""
    print(f"\n{'kind':<18}{'planted':>8}{'touched':>9}{'seen':>6}{'found%':>8}{'named%':>8}"
          f"{'listed%':>9}{'one finding%':>14}{'unseen':>8}{'found%':>8}")  # fmt: skip
    kinds: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in tally.outcomes:
        kinds[outcome.kind].append(outcome)
    for kind, ours in kinds.items():
        seen = [o for o in ours if o.seen]
        unseen = [o for o in ours if not o.seen]
        found = [o for o in seen if o.detected]
        print(f"{kind:<18}{len(ours):>8}{sum(o.touched for o in ours):>9}{len(seen):>6}"
              f"{share(seen, lambda o: o.detected):>8}{share(found, lambda o: o.named):>8}"
              f"{share(found, lambda o: o.listed):>9}{share(found, lambda o: o.single):>14}"
              f"{len(unseen):>8}{share(unseen, lambda o: o.detected):>8}")  # fmt: skip


def in_all(tally: Tally) -> None:
    """The figures that the targets are told in."""
    cells = [o for o in tally.outcomes if o.kind in CELL_KINDS]
    said = [o for o in tally.outcomes if o.kind in SAID_KINDS and o.seen]
    rest = [o for o in tally.outcomes if o.kind not in CELL_KINDS | SAID_KINDS and o.seen]
    seen = [o for o in cells if o.seen]
    twice = [o for o in seen if o.twice]
    once = [o for o in seen if not o.twice]
    planted = len(tally.outcomes)
    loose = [o for o in tally.outcomes if not o.touched]
    whole = [o for o in tally.outcomes if o.touched and not o.seen]
    print(
        f"\n{planted} errors planted, {sum(o.touched for o in tally.outcomes)} of them where a "
        f"relation touches, {sum(o.seen for o in tally.outcomes)} beyond what rounding explains\n"
        f"cells: {len(cells)} planted, {sum(o.touched for o in cells)} touched, {len(seen)} beyond "
        f"rounding; found {share(seen, lambda o: o.detected)}%\n"
        f"  two independent relations: {len(twice)}; first suspect with its right value "
        f"{share(twice, lambda o: o.named)}%\n"
        f"  one: {len(once)}; among the candidates {share(once, lambda o: o.listed)}%\n"
        f"prose (amounts, percentages, directions): {len(said)} beyond rounding; "
        f"found {share(said, lambda o: o.detected)}%\n"
        f"rows, columns, tables, units, names, years: {len(rest)} that something sees; "
        f"found {share(rest, lambda o: o.detected)}%\n"
        f"unseen: no relation touches it {len(loose)}; within rounding, or every relation stays whole "
        f"{len(whole)}; told by checks of form all the same {sum(o.detected for o in loose + whole)}\n"
        f"figures that no relation touches: {tally.facts - tally.touched} of {tally.facts} in tables, "
        f"{tally.said - tally.said_touched} of {tally.said} in the prose"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Plant, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES)
    parser.add_argument("--each", type=int, default=EACH)
    parser.add_argument("--only", default="")
    parser.add_argument("--misses", action="store_true", help="list what was seen and not found")
    options = parser.parse_args(arguments)
    if not options.folder.exists():
        print(f"{options.folder}: no such folder", file=sys.stderr)
        return 2
    paths = sorted(p for p in options.folder.rglob("*") if p.is_file() and options.only in p.name)
    tallies = plant(paths, options.each)
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
    by_document({**tallies, "all": total})
    by_kind(total)
    in_all(total)
    if options.misses:
        print("\n" + "\n".join(total.misses))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
