"""The columns of the store's Parquet files: their types, and what each of them says."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from shouzhi.space import DIMENSIONS

if TYPE_CHECKING:
    import pyarrow as pa

_PLACE: Final = {
    "page": "int32", "line": "int64", "sheet": "word", "cell": "string",
    "box": "floats",
}  # fmt: skip
_IDENTITY: Final = {"document": "word", "version": "int32"}
# `table`, `row` and `column` would have to be quoted in every question in SQL.
_CELL: Final = {"in_table": "int32", "in_row": "int32", "in_column": "int32"}

COLUMNS: Final[dict[str, dict[str, str]]] = {
    "heads": {
        **_IDENTITY, "title": "string", "kind": "word", "year": "int32", "department": "word",
        "department_name": "word", "scope": "word", "level": "word", "place": "word",
        "amount_unit": "word", "tables": "int32", "facts": "int32", "hash": "string",
        "added": "string", "published": "string", "files": "strings",
    },
    "facts": {
        **_IDENTITY, "fact": "int32", **_CELL, "label": "string", "side": "word", "heading": "word",
        **{name: "int32" if name == "year" else "word" for name in DIMENSIONS},
        "amount": "int64", "value": "decimal", "printed": "string", "printed_unit": "word",
        "how": "word", **_PLACE, "chosen": "bool",
    },
    "tables": {
        **_IDENTITY, "in_table": "int32", "number": "word", "title": "string", "amount_unit": "word",
        "pages": "numbers", "how": "word", "columns": "int32", "rows": "int32", "content": "string",
    },
    "prose": {
        **_IDENTITY, "section": "int32", "heading": "string", "level": "int32",
        "paragraph": "int32", "text": "string", "page": "int32", "line": "int64",
    },
    "projects": {
        **_IDENTITY, "project": "string", "unit": "string", "kind": "word", "amount": "int64",
        **_CELL, "page": "int32", "goal": "string",
    },
    "findings": {
        **_IDENTITY, "finding": "int32", "rule": "word", "kind": "word", "severity": "word",
        "message": "string", "expected": "string", "found": "string", "difference": "string",
        **_CELL, "page": "int32", "text": "string", "authority": "string", "answer": "string",
        "answered": "string",
    },
}  # fmt: skip
"""The columns of each kind of record, with the name of their type."""

KINDS: Final = tuple(COLUMNS)


@cache
def schema(kind: str) -> pa.Schema:
    """The Arrow schema of one kind of record."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    types = {
        "word": pa.dictionary(pa.int32(), pa.string()), "string": pa.string(), "bool": pa.bool_(),
        "int32": pa.int32(), "int64": pa.int64(), "floats": pa.list_(pa.float32()),
        "decimal": pa.decimal128(38, 6), "strings": pa.list_(pa.string()),
        "numbers": pa.list_(pa.int32()),
    }  # fmt: skip
    return pa.schema([(name, types[told]) for name, told in COLUMNS[kind].items()])
