"""A book as a folder: `book.yaml`, a CSV file for each sheet, and `prose.md`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from shouzhi.catalogue.loading import CatalogueError, load_yaml, os_cause
from shouzhi.catalogue.told import Told, term
from shouzhi.cycle.raw import Fault, RawBook, RawRow, Spot
from shouzhi.cycle.sheets import Sheet, schema

SETTINGS_FILE: Final = "book.yaml"
PROSE_FILE: Final = "prose.md"
VERSION: Final = "版本"

_HEADING: Final = re.compile(r"^#+\s+(.+?)\s*$")
_EMPTY_AS_WRITTEN: Final = ("", "null", "~")


def read_folder(folder: Path) -> RawBook:
    """Read a folder; what cannot be read or is not known becomes a fault of the book."""
    raw = RawBook(folder.name)
    _read_settings(folder / SETTINGS_FILE, raw)
    known = {sheet.file: sheet for sheet in schema().sheets}
    for path in sorted(folder.glob("*.csv")):
        if sheet := known.get(path.name):
            raw.sheets[sheet.key] = list(_read_sheet(path, sheet, raw.faults))
        else:
            remedy = Told("可用的文件名是：{known}", known=tuple(known))
            raw.faults.append(Fault(Spot(path.name), Told("不是账本的一页"), remedy))
    if (path := folder / PROSE_FILE).is_file():
        raw.prose = list(_sections(_text(path, raw.faults)))
    return raw


def _read_settings(path: Path, raw: RawBook) -> None:
    if not path.is_file():
        remedy = Told("请指向账本的文件夹，或用 shouzhi book template 新建一本")
        raw.faults.append(Fault(Spot(path.name), Told("没有这个文件"), remedy))
        return
    try:
        found = load_yaml(path).mapping()
    except CatalogueError as error:
        spot = Spot(path.name, error.line or None)
        raw.faults.append(Fault(spot, term(error.message), Told("请改正后再读")))
        return
    keys = {column.heading: column.key for column in schema().settings}
    for heading, node in found.items():
        spot = Spot(path.name, node.line, term(heading))
        if heading == VERSION:
            check_version(str(node.value), spot, raw)
        elif heading not in keys:
            remedy = Told("可用的是：{known}", known=(VERSION, *map(str, keys)))
            raw.faults.append(Fault(spot, Told("不认识这一项"), remedy))
        elif not isinstance(node.value, str):
            remedy = Told("请写成“项: 值”")
            raw.faults.append(Fault(spot, Told("这里应是一段文字"), remedy))
        elif node.value not in _EMPTY_AS_WRITTEN:
            raw.settings[keys[heading]] = node.value.strip()
            raw.spots[keys[heading]] = spot
    if VERSION not in found:
        remedy = Told("请加一行“{line}”", line=f"{VERSION}: {schema().format}")
        raw.faults.append(Fault(Spot(path.name), Told("没有写明账本的版本"), remedy))


def check_version(text: str, spot: Spot, raw: RawBook) -> None:
    """Note a fault where a book is of another version than this program writes."""
    wanted = schema().format
    if text.strip() != str(wanted):
        message = Told("账本的版本是“{found}”，这里能读的是 {wanted}", found=text.strip(), wanted=wanted)
        remedy = Told("请用 shouzhi book template 生成新的账本，把内容移过去")
        raw.faults.append(Fault(spot, message, remedy))


def _read_sheet(path: Path, sheet: Sheet, faults: list[Fault]) -> Iterator[RawRow]:
    text = _text(path, faults)
    try:
        records = list(_records(text))
    except csv.Error as error:
        message = Told("不是正确的 CSV（{error}）", error=str(error))
        faults.append(Fault(Spot(path.name), message, Told("请检查引号")))
        return
    if not records:
        return
    line, heading = records[0]
    columns = headed(heading, sheet, Spot(path.name, line), faults)
    for line, cells in records[1:]:
        if len(cells) > len(heading) and any(cells[len(heading) :]):
            message = Told("有 {cells} 格，表头只有 {head} 格", cells=len(cells), head=len(heading))
            remedy = Told("文字里有逗号时请给这一格加引号")
            faults.append(Fault(Spot(path.name, line), message, remedy))
            continue
        pairs = zip(columns, cells, strict=False)
        filled = {key: cell for key, cell in pairs if key and cell}
        if filled:
            yield RawRow(filled, Spot(path.name, line))


def headed(
    heading: Sequence[str], sheet: Sheet, spot: Spot, faults: list[Fault]
) -> list[str | None]:
    """The keys of a sheet's columns by their headings; None for a column that is not known."""
    keys: list[str | None] = []
    for name in heading:
        column = sheet.column(name.strip())
        if column is None and name.strip():
            remedy = Told("这一页可用的列是：{known}", known=tuple(str(c.heading) for c in sheet.columns))
            faults.append(Fault(spot, Told("不认识“{name}”这一列", name=name.strip()), remedy))
        key = column.key if column else None
        if key and key in keys:
            message = Told("“{name}”这一列有两次", name=name.strip())
            faults.append(Fault(spot, message, Told("请只留一列")))
            key = None
        keys.append(key)
    missing = [str(c.heading) for c in sheet.columns if c.required and c.key not in keys]
    faults += [
        Fault(spot, Told("缺少“{heading}”这一列", heading=heading), Told("请补上")) for heading in missing
    ]
    return keys


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield begins, stripped
        begins = reader.line_num + 1


def _text(path: Path, faults: list[Fault]) -> str:
    """The text of a file in UTF-8, or in GB 18030 as Excel saves CSV on a Chinese computer."""
    try:
        data = path.read_bytes()
    except OSError as error:
        message = Told("打不开（{cause}）", cause=term(os_cause(error)))
        faults.append(Fault(Spot(path.name), message, Told("请检查文件")))
        return ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    remedy = Told("请另存为 UTF-8 编码的 CSV")
    faults.append(Fault(Spot(path.name), Told("不是文字文件"), remedy))
    return ""


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """The headed parts of a Markdown file; what stands before the first heading has none."""
    heading, lines = "", list[str]()
    for line in text.splitlines():
        if match := _HEADING.match(line):
            if heading or "".join(lines).strip():
                yield heading, "\n".join(lines).strip()
            heading, lines = match[1], []
        else:
            lines.append(line.rstrip())
    if heading or "".join(lines).strip():
        yield heading, "\n".join(lines).strip()


def write_folder(raw: RawBook, folder: Path, *, empty: bool = False) -> None:
    """Write a book as a folder; its files are replaced, others are left alone.

    `empty` writes sheets without rows too, with all their headings.  Raises OSError where
    it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SETTINGS_FILE).write_text(_settings_text(raw), encoding="utf-8")
    for sheet in schema().sheets:
        path = folder / sheet.file
        if (rows := raw.sheets.get(sheet.key, [])) or empty:
            path.write_text(_sheet_text(rows, sheet), encoding="utf-8-sig", newline="")
        elif path.exists():
            path.unlink()
    if raw.prose:
        parts = [f"# {heading}\n\n{text}\n" if heading else f"{text}\n" for heading, text in raw.prose]
        (folder / PROSE_FILE).write_text("\n".join(parts), encoding="utf-8")


def _settings_text(raw: RawBook) -> str:
    filled = [(c.heading, raw.settings[c.key]) for c in schema().settings if raw.settings.get(c.key)]
    lines = [f"{VERSION}: {schema().format}", *(f"{name}: {_scalar(text)}" for name, text in filled)]
    return "\n".join(lines) + "\n"


def _scalar(text: str) -> str:
    """A text as YAML writes it on one line."""
    if re.fullmatch(r"[\w/（）()、，。·—-]+", text) and not text.isdigit():
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return text if text.isdigit() else f'"{quoted}"'


def _sheet_text(rows: Sequence[RawRow], sheet: Sheet) -> str:
    """A sheet as CSV; columns that nothing stands in are left out unless they are required."""
    filled = {key for row in rows for key in row.cells}
    columns = [c for c in sheet.columns if c.required or c.key in filled or not rows]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([c.heading for c in columns])
    for row in rows:
        writer.writerow([row.cells.get(c.key, "") for c in columns])
    return out.getvalue()
