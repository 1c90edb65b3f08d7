"""Names of accounts in prose become codes: marked paths, paths with dashes, bare names.

“一般公共服务支出（类）财政事务（款）行政运行（项）” is read from the top, each name below the
one before it; a name that our lists do not have keeps its place as `code above/name`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from shouzhi.catalogue.classifications import classification
from shouzhi.catalogue.names import fold
from shouzhi.space import Coordinates

_MARK: Final = re.compile(r"\(([类款项])\)")
_LEVEL: Final = {"类": 1, "款": 2, "项": 3}
LONGEST_PATH: Final = 200
"""A text longer than this is no path of accounts."""
LONGEST_LEAD: Final = 30
"""How many characters before the first name are tried as words of another kind."""


class Accounts:
    """The accounts of one year.  `reads` tells whether other words resolve."""

    def __init__(self, year: int | None, reads: Callable[[str], object | None]) -> None:
        self._year = year
        self._reads = reads

    def path(self, text: str, above: str | None) -> tuple[str, str, str] | None:
        """The code of a marked or dashed path in `text`, and the words before and after it.

        `above` is the account of the surroundings, for a path that begins at 款 or 项.
        None when there is no path or its head is not known.
        """
        if _MARK.search(text):
            return self._marked(text, above)
        if text.count("-") in {1, 2}:
            names = text.removesuffix("科目").split("-")
            head = classification("function").resolve(names[0], self._year, level=1)
            if head:
                return self._descend(head, names[1:], 2), "", ""
        return None

    def _marked(self, text: str, above: str | None) -> tuple[str, str, str] | None:
        pieces = _MARK.split(text)
        if len(text) > LONGEST_PATH:
            return None
        names, marks, after = pieces[0:-1:2], pieces[1::2], pieces[-1]
        level = _LEVEL[marks[0]]
        if [_LEVEL[mark] for mark in marks] != list(range(level, level + len(marks))):
            return None
        upper = _cut(above, level) or (above if level > 1 else None)
        for start in range(min(len(names[0]), LONGEST_LEAD)):
            head = self._head(names[0][start:], upper, level)
            if head and (not start or self._reads(names[0][:start]) is not None):
                return self._descend(head, names[1:], level + 1), names[0][:start], after
        if upper and upper == _cut(above, level):
            return self._descend(upper, names, level), "", after
        return None

    def _head(self, name: str, above: str | None, level: int) -> str | None:
        functions = classification("function")
        if code := functions.resolve(name, self._year, under=above, level=level):
            return code
        for cut in range(2, len(name) - 1):  # 款 and 项 run together: 人大事务行政运行（项）
            section = functions.resolve(name[:cut], self._year, under=above, level=level - 1)
            if section is None or fold(functions.name(section, self._year) or "") != name[:cut]:
                continue
            if code := functions.resolve(name[cut:], self._year, under=section, level=level):
                return code
        return None

    def _descend(self, code: str, names: list[str], level: int) -> str:
        functions = classification("function")
        for name in names:
            under = (
                None
                if "/" in code
                else functions.resolve(name, self._year, under=code, level=level)
            )
            code = under or f"{code}/{name}"
            level += 1
        return code

    def name(self, text: str, around: Coordinates) -> dict[str, str] | None:
        """The place of a bare name where the surroundings tell which list it is from."""
        if len(text) < 2:
            return None
        functions, economic = classification("function"), classification("economic")
        found: dict[str, str | None] = {}
        if above := around.get("function"):
            found["function"] = functions.resolve(text, self._year, under=above)
        if "economic" in around or around.get("kind") in {"basic", "staff", "office"}:
            found.setdefault("economic", economic.resolve(text, self._year))
        if not any(found.values()) and len(text) >= 6 and not economic.codes(text):
            found["function"] = functions.resolve(text, self._year, level=2)
        return next(({name: code} for name, code in found.items() if code), None)


def _cut(code: str | None, level: int) -> str | None:
    """The account one level above `level`, from one at least as deep."""
    if code is None:
        return None
    if "/" in code:
        head, *rest = code.split("/")
        deep = (len(head) - 1) // 2 + len(rest)
        return code if deep == level - 1 else _cut(code.rpartition("/")[0], level)
    digits = 2 * level - 1
    return code[:digits] if len(code) >= digits > 1 else None
