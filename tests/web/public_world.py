"""A warehouse of the example documents for the tests of the public site."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import shouzhi
from shouzhi.warehouse import Store
from shouzhi.warehouse.names import department_key

BUILT = (Path(__file__).parents[2] / "src/shouzhi/web/static/shouzhi/charts.js").is_file()
UNBUILT = "the scripts are not built: cd frontend && npm ci && npm run build"
needs_scripts = pytest.mark.skipif(not BUILT, reason=UNBUILT)
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


def amiss(browser: Any, site: str, paths: Iterable[str], scheme: str) -> list[object]:
    """What axe finds on pages, and what the browser says of their scripts and their policy; none is right."""
    axe = pytest.importorskip("axe_core_python.sync_playwright", reason="axe-core-python is not installed").Axe()
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    found: list[object] = []
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    for path in paths:
        page.goto(site + path)
        page.wait_for_load_state("networkidle")
        broken = axe.run(page)["violations"]
        found += [(path, one["id"], [node["html"][:120] for node in one["nodes"][:2]]) for one in broken]
    context.close()
    return found
