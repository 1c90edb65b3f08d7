"""Many documents as one body: an immutable Parquet store, questions to it, and its search.

`Warehouse` opens a folder and answers; `Store` adds, replaces, lists and compacts; `publish`
brings in what has been disclosed.  Amounts are whole 分 throughout, and every figure that
comes out tells its document, table, row, column and page.
"""

from __future__ import annotations

from shouzhi.warehouse.opened import Warehouse
from shouzhi.warehouse.publishing import publish
from shouzhi.warehouse.store import Added, Store, Unplaced

__all__ = ["Added", "Store", "Unplaced", "Warehouse", "publish"]
