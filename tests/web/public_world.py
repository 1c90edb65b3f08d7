"""A warehouse of the example documents for the tests of the public site."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import shouzhi
from shouzhi.warehouse import Store
from shouzhi.warehouse.names import department_key

EXAMPLES = Path(__file__).parents[2] / "examples" / "documents"
FISHERY = "青禾市渔业发展局"
KEY = department_key(FISHERY)
BUDGET = f"{KEY}-2024-budget"
ACCOUNTS = f"{KEY}-2024-accounts"
ANSWERED = {
    "check": "sum", "kind": "arithmetic", "severity": "rounding", "message": "各行之和与合计相差 0.01 万元",
    "answer": "系四舍五入所致", "answered": "2024-03-02", "where": [{"table": 2, "row": 0, "column": 0}],
}  # fmt: skip


@cache
def read() -> tuple[tuple[Path, dict[str, Any]], ...]:
    """The example documents, read once."""
    return tuple((path, shouzhi.read(path).as_dict()) for path in sorted(EXAMPLES.iterdir()))


def fill(folder: Path) -> Store:
    """A store of all of them; one has a finding that its publisher has answered."""
    store = Store(folder)
    for path, data in read():
        found = [ANSWERED] if data["document"]["kind"] == "accounts" else []
        store.add(data, findings=found, files={path.name: path.read_bytes()}, published="2024-03-01")
    return store
