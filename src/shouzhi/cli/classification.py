"""`shouzhi classification`: look into the official lists of codes, and bring newer ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from shouzhi.cli.messages import language_option

if TYPE_CHECKING:
    from shouzhi.catalogue.classifications import Classification
    from shouzhi.catalogue.loading import CatalogueError
    from shouzhi.catalogue.official_lists import ImportReport

_CODED: Final = ("function", "economic", "government_economic")
_ALL: Final = (*_CODED, "source", "kind", "flow", "stage", "item")

_SAYS: Final = {
    "zh": {
        "function": "支出功能分类科目",
        "economic": "部门预算支出经济分类科目",
        "government_economic": "政府预算支出经济分类科目",
        "source": "资金来源",
        "kind": "支出种类",
        "flow": "收支",
        "stage": "预算阶段",
        "item": "专项口径",
        "overview": "{dimension:20} {says}：{codes} 个编码，{names} 个名称",
        "imported": "已导入：{path}",
        "none": "没有找到；可用 --year、--under、--find 另选，或用 import 导入完整的官方清单",
        "faults": "{file} 有 {count} 处不能导入，什么也没有写入：",
        "left-out": "有 {count} 行没有导入：",
        "more": "  …… 还有 {count} 处",
        "remedy": "请改正后再导入；确认这些行可以不要时，加 --leave-out-faults",
        "done": "已导入 {entries} 个科目（新增 {added} 个，改名 {renamed} 个），写入 {path}",
        "renamed": "  {code} {before} → {after}",
        "passed": "另有 {count} 行是别的分类的编码，没有导入",
    },
    "en": {
        "function": "functions of expenditure",
        "economic": "economic classes of departmental budgets",
        "government_economic": "economic classes of the government's budget",
        "source": "sources",
        "kind": "kinds of expenditure",
        "flow": "flows",
        "stage": "stages",
        "item": "items across the codes",
        "overview": "{dimension:20} {says}: {codes} codes, {names} names",
        "imported": "imported: {path}",
        "none": "nothing found; choose otherwise with --year, --under or --find, or import a list",
        "faults": "{file} has {count} faults; nothing was written:",
        "left-out": "{count} lines were left out:",
        "more": "  … {count} more",
        "remedy": "mend them and import again, or add --leave-out-faults to do without those lines",
        "done": "{entries} codes imported ({added} new, {renamed} renamed), written to {path}",
        "renamed": "  {code} {before} → {after}",
        "passed": "{count} more lines hold codes of other classifications and were passed over",
    },
}
_SHOWN: Final = 20  # faults and new names that are printed one by one


@click.group()
def classification() -> None:
    """Look into the official lists of account codes, and bring newer ones."""


@classification.command("list")
@click.argument("dimension", required=False, type=click.Choice(_ALL))
@click.option("--year", type=click.IntRange(1978, 2999), help="Only what is in force in this year.")
@click.option("--under", metavar="CODE", help="Only what lies below this code.")
@click.option("--find", metavar="NAME", help="Only the codes that bear or bore this name.")
@click.option("--sources", is_flag=True, help="Tell where each row was taken from.")
@language_option
def list_codes(
    dimension: str | None,
    year: int | None,
    under: str | None,
    find: str | None,
    sources: bool,  # noqa: FBT001 - click passes flags so
    lang: str,
) -> None:
    """Print the codes of DIMENSION, or an overview of all."""
    from shouzhi.catalogue import classifications as lists
    from shouzhi.catalogue.loading import CatalogueError

    try:
        if dimension is None:
            for each in _ALL:
                _overview(lists.classification(each), _SAYS[lang])
            for path in lists.user_lists():
                click.echo(_SAYS[lang]["imported"].format(path=path))
            return
        codes = lists.classification(dimension)
    except CatalogueError as error:
        _give_up(error)
    wanted = set(codes.codes(find, year)) if find else None
    lines = 0
    for entry in codes.entries:
        if (
            entry.holds(year)
            and (under is None or entry.code == under or codes.is_ancestor(under, entry.code))
            and (wanted is None or entry.code in wanted)
        ):
            years = f"{entry.valid_from or ''}–{entry.valid_to or ''}".strip("–")
            dated = f"  [{entry.valid_from or ''}–{entry.valid_to or ''}]" if years else ""
            cited = f"  {entry.source}" if sources else ""
            indent = "  " * (codes.level(entry.code) - 1)
            click.echo(f"{indent}{entry.code} {entry.name}{dated}{cited}")
            lines += 1
    if not lines:
        click.echo(_SAYS[lang]["none"], err=True)
        sys.exit(1)


@classification.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dimension", required=True, type=click.Choice(_CODED), help="Which list it is.")
@click.option("--from", "valid_from", required=True, metavar="YEAR", help="First year in force.")
@click.option("--source", required=True, help="Its authority, such as “财预〔2023〕83号”.")
@click.option("--leave-out-faults", is_flag=True, help="Import the rest when lines are faulty.")
@language_option
def import_codes(
    file: Path,
    dimension: str,
    valid_from: str,
    source: str,
    leave_out_faults: bool,  # noqa: FBT001 - click passes flags so
    lang: str,
) -> None:
    """Import the official list in FILE (CSV, workbook or text) beside those of the package."""
    from shouzhi.catalogue.loading import CatalogueError
    from shouzhi.catalogue.official_lists import import_list

    try:
        report = import_list(file, dimension, valid_from, source, leave_out_faults=leave_out_faults)
    except CatalogueError as error:
        _give_up(error)
    _tell(report, file, _SAYS[lang])
    sys.exit(0 if report.written else 1)


def _overview(codes: Classification, says: dict[str, str]) -> None:
    click.echo(
        says["overview"].format(
            dimension=codes.dimension,
            says=says[codes.dimension],
            codes=len({entry.code for entry in codes.entries}),
            names=len(codes.entries),
        )
    )


def _tell(report: ImportReport, file: Path, says: dict[str, str]) -> None:
    if report.faults:
        heading = "left-out" if report.written else "faults"
        click.echo(says[heading].format(file=file, count=len(report.faults)), err=True)
        for fault in report.faults[:_SHOWN]:
            click.echo(f"  {fault}", err=True)
        if len(report.faults) > _SHOWN:
            click.echo(says["more"].format(count=len(report.faults) - _SHOWN), err=True)
    if report.written is None:
        click.echo(says["remedy"], err=True)
        return
    click.echo(
        says["done"].format(
            entries=report.entries,
            added=len(report.added),
            renamed=len(report.renamed),
            path=report.written,
        )
    )
    for code, before, after in report.renamed[:_SHOWN]:
        click.echo(says["renamed"].format(code=code, before=before, after=after))
    if len(report.renamed) > _SHOWN:
        click.echo(says["more"].format(count=len(report.renamed) - _SHOWN))
    if report.passed_over:
        click.echo(says["passed"].format(count=report.passed_over))


def _give_up(error: CatalogueError) -> NoReturn:
    click.echo(str(error), err=True)
    sys.exit(2)
