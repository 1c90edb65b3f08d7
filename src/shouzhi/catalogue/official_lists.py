"""Official lists of account codes that the user brings: read, checked and kept beside ours.

A list is a CSV, workbook or text file of codes and names, with the whole code in one cell
or its 类, 款 and 项 in three.  What is read is written to the user's data folder, from
where `classification` merges it; every fault is told with its line, and unless the
user lets faulty lines be left out, a list with faults is not taken at all.
"""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shouzhi.catalogue.classifications import CODED, COLUMNS, classification, user_folder
from shouzhi.catalogue.loading import CatalogueError, os_cause, parse_year
from shouzhi.catalogue.names import split_code, tidy

_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
_LARGEST: Final = 32_000_000  # bytes; the whole official list is under one million
_LARGEST_UNPACKED: Final = 256_000_000
_LONGEST: Final = 60  # characters of a name; what is longer is an explanation
_DIGITS: Final = re.compile(r"\d+", re.ASCII)
_GAP: Final = re.compile(r"\t|\s{2,}")  # what stands between the columns of a text
_MALFORMED: Final = re.compile(r"[\[(（【]?\s*(\d{4,})(?![\d年])", re.ASCII)
_WIDTHS: Final = (3, 2, 2)  # digits of 类, 款 and 项
_FIRST: Final = {"function": "2", "economic": "3", "government_economic": "5"}

Record = tuple[int, list[str]]
"""A line or row, from 1, and its cells."""


@dataclass(slots=True)
class ImportReport:
    """What came of an import: `written` is None when the list was not taken.

    `added` are codes that were not known, `renamed` (code, name until then, name from
    then on), `passed_over` counts the codes of other classifications in the file.
    """

    written: Path | None = None
    entries: int = 0
    added: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str, str]] = field(default_factory=list)
    passed_over: int = 0
    faults: list[CatalogueError] = field(default_factory=list)


def import_list(
    file: Path | str,
    dimension: str,
    valid_from: str,
    source: str,
    *,
    leave_out_faults: bool = False,
) -> ImportReport:
    """Take an official list of `dimension`, in force from `valid_from`, by authority of `source`.

    Raises KeyError for a dimension without codes and CatalogueError for a file that
    cannot be used at all; faults of single lines are in the report.
    """
    file = Path(file)
    if dimension not in CODED:
        raise KeyError(dimension)
    year = _year(file, valid_from)
    if not source.strip():
        raise CatalogueError(file, 0, "没有说明出处；请给出文号，例如 财预〔2023〕83号")
    report = ImportReport()
    names = _names(file, dimension, report)
    if not names and not report.faults:
        message = "里面没有这一分类的编码和名称；请核对文件和分类"
        raise CatalogueError(file, 0, message)
    report.entries = len(names)
    if report.faults and not leave_out_faults:
        return report
    known = classification(dimension)
    for code, name in names.items():
        before = known.name(code, year - 1)
        if before is None:
            report.added.append(code)
        elif code not in known.codes(name):
            report.renamed.append((code, before, name))
    report.written = _write(dimension, valid_from, source.strip(), names)
    classification.cache_clear()
    return report


def _year(file: Path, valid_from: str) -> int:
    try:
        return parse_year(valid_from)
    except ValueError as error:
        raise CatalogueError(file, 0, f"起始时间{error}") from None


def _names(file: Path, dimension: str, report: ImportReport) -> dict[str, str]:
    """The names by code, in order; what cannot be taken goes to the report."""
    names: dict[str, str] = {}
    headings: set[str] = set()
    above: tuple[str, ...] = ()
    for line, cells in _records(file):
        code, name, above = _entry(cells, above)
        if code is None:
            # Titles and headings stand before the first entry, and may come again.
            words = "".join(cells)
            if not names:
                headings.add(words)
            elif words not in headings:
                report.faults.append(CatalogueError(file, line, "没有编码；请补上或删去这一行"))
        elif code[0] != _FIRST[dimension]:
            report.passed_over += 1
        elif message := _unfit(code, name, names, dimension):
            report.faults.append(CatalogueError(file, line, message))
        else:
            names[code] = name
    return names


def _unfit(code: str, name: str, names: dict[str, str], dimension: str) -> str | None:
    """Why an entry cannot be taken; None when it can."""
    if not CODED[dimension].fullmatch(code):
        return f"编码“{code}”不是这一分类的编码；类 3 位、款 5 位、项 7 位"
    if not name:
        return f"编码 {code} 没有名称；请补上"
    if len(name) > _LONGEST:
        return f"编码 {code} 的名称超过 {_LONGEST} 字，像是说明；请核对"
    if names.get(code, name) != name:
        return f"编码 {code} 前面已叫“{names[code]}”，这里又叫“{name}”；请核对"
    upper = code[:-2]
    if len(upper) >= 3 and upper not in names and not classification(dimension).known(upper):
        return f"编码 {code} 的上级 {upper} 不在清单里；请核对编码或补上上级"
    return None


def _entry(cells: Sequence[str], above: tuple[str, ...]) -> tuple[str | None, str, tuple[str, ...]]:
    """The code and name in a row, and the 类, 款, 项 that hold for the rows below it."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return None, "", above
    code, name = split_code(filled[0])
    if code is not None and (len(code) > 3 or name):
        return code, tidy(name) or _first_name(cells), _split(code)
    if (parts := _parts(cells, above)) is not None:
        return "".join(parts), _first_name(cells), parts
    if match := _MALFORMED.match(filled[0]):  # for the report to name it
        return match.group(1), tidy(filled[0][match.end() :]) or _first_name(cells), above
    return None, "", above


def _parts(cells: Sequence[str], above: tuple[str, ...]) -> tuple[str, ...] | None:
    """The 类, 款 and 项 of a row that has them in cells of their own, the upper ones inherited."""
    parts = list(above)
    found = False
    for place, width in enumerate(_WIDTHS[: len(cells)]):
        digits = cells[place]
        if not digits:
            continue
        if not _DIGITS.fullmatch(digits) or len(digits) > width or len(parts) < place:
            break
        parts[place:] = [digits.zfill(width)]
        found = True
    return tuple(parts) if found else None


def _split(code: str) -> tuple[str, ...]:
    return tuple(part for part in (code[:3], code[3:5], code[5:7]) if part)


def _first_name(cells: Sequence[str]) -> str:
    """The first cell that holds words."""
    return next((tidy(cell) for cell in cells if cell and not _DIGITS.fullmatch(cell)), "")


def _records(file: Path) -> Iterator[Record]:
    """The lines of a text or the rows of a workbook, with their cells."""
    try:
        if file.stat().st_size > _LARGEST:
            raise CatalogueError(file, 0, "文件超过 32 MB，不像科目清单；请核对")
        if file.suffix.lower() in _WORKBOOKS:
            yield from _workbook(file)
            return
        text = _decode(file)
    except OSError as error:
        raise CatalogueError(file, 0, f"打不开：{os_cause(error)}") from None
    if file.suffix.lower() == ".csv":
        yield from _separated(file, text)
        return
    for line, content in enumerate(text.splitlines(), start=1):
        if content.strip():
            yield line, [cell.strip() for cell in _GAP.split(content)]


def _separated(file: Path, text: str) -> Iterator[Record]:
    """The records of a CSV file, whichever of comma, semicolon and tab it is written with."""
    heading = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        message = f"不是正确的 CSV（{error}）；请另存一份"
        raise CatalogueError(file, begins, message) from None


def _decode(file: Path) -> str:
    """The text in UTF-8, or in GB 18030 as Chinese office programs save it."""
    data = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CatalogueError(file, 0, "不是文字文件；请另存为 CSV（UTF-8）或 XLSX")


def _workbook(file: Path) -> Iterator[Record]:
    """The rows of all sheets of a workbook; whole numbers lose their `.0`."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - rarely needed

    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            if sum(part.file_size for part in archive.infolist()) > _LARGEST_UNPACKED:
                raise CatalogueError(file, 0, "解压后过大，不像科目清单；请核对")
    try:
        book = CalamineWorkbook.from_path(str(file))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for line, row in enumerate(rows, start=1):
                cells = [_cell(value) for value in row]
                if any(cells):
                    yield line, cells
    except CalamineError as error:
        raise CatalogueError(file, 0, f"不是正确的工作簿（{error}）；请另存一份") from None


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _write(dimension: str, valid_from: str, source: str, names: dict[str, str]) -> Path:
    """Write the list to the user's folder, whole or not at all."""
    folder = user_folder()
    target = folder / f"{dimension}-{valid_from}.csv"
    draft = target.with_suffix(f".{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(COLUMNS)
            for code, name in sorted(names.items()):
                writer.writerow((code, name, valid_from, "", source))
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise CatalogueError(target, 0, f"写不进去：{os_cause(error)}") from None
    return target
