"""Fonts for what is printed: the user's, the system's or those of a package; no glyph missing.

`SHOUZHI_FONTS` names a folder with fonts that go before all others.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from unicodedata import category

from shouzhi.sources import Unreadable

VARIABLE: Final = "SHOUZHI_FONTS"

SERIF: Final = (
    "FangSong", "FangSong_GB2312", "仿宋", "仿宋_GB2312", "Noto Serif CJK SC", "Source Han Serif SC",
    "Noto Serif SC", "SimSun", "宋体", "STSong",
)  # fmt: skip
"""Families for running text, the preferred first."""

SANS: Final = (
    "SimHei", "黑体", "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "STHeiti",
    "WenQuanYi Zen Hei",
)  # fmt: skip
"""Families for headings."""


_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories of characters that show nothing themselves."""


@dataclass(frozen=True, slots=True, eq=False)
class Fonts:
    """The families that were found, and what the typesetter needs to use them."""

    serif: str
    sans: str
    files: tuple[tuple[str, int], ...]
    typst: Any

    @property
    def families(self) -> tuple[str, str]:
        """Both, the text family first."""
        return self.serif, self.sans


@cache
def fonts() -> Fonts:
    """The fonts to print with; raises Unreadable where there are no Chinese ones."""
    import typst  # noqa: PLC0415 - heavy

    for paths in _places():
        found = typst.Fonts(
            include_system_fonts=not paths, include_embedded_fonts=False, font_paths=paths
        )
        regular = {f.family: f for f in found.fonts() if f.weight == 400 and f.style == "normal"}
        serif = next((family for family in SERIF if family in regular), None)
        sans = next((family for family in SANS if family in regular), None)
        if serif or sans:
            used = (serif or sans or "", sans or serif or "")
            files = tuple((str(regular[f].path), int(regular[f].index)) for f in dict.fromkeys(used))
            return Fonts(*used, files, found)
    raise Unreadable(
        "没有可用的中文字体",
        "请安装 Noto CJK 或思源字体（或 pip install 'shouzhi[publish]'），"
        f"也可用环境变量 {VARIABLE} 指向放有字体的文件夹",
    )


def _places() -> Iterator[list[str]]:
    """Folders to look for fonts in; an empty list means the system."""
    if own := os.environ.get(VARIABLE):
        yield [own]
    yield []
    try:
        import pylopdf_fonts_zh_cn as package  # noqa: PLC0415 - may be missing
    except ImportError:
        return
    yield [str(Path(package.__file__).parent)]


@cache
def _opened(path: str, index: int) -> Any:  # noqa: ANN401 - fontTools ships no types
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - heavy

    return TTFont(path, fontNumber=index, lazy=True)


@cache
def _covered(path: str, index: int) -> Mapping[int, str]:
    """The glyphs of the characters that a font file has."""
    return _opened(path, index).getBestCmap() or {}


@cache
def outline(character: str) -> tuple[str, float]:
    """The shape of a character as an SVG path of size 1, y downwards, and how wide it is.

    A space is given for a character that no font has.
    """
    from fontTools.pens.svgPathPen import SVGPathPen  # noqa: PLC0415 - heavy
    from fontTools.pens.transformPen import TransformPen  # noqa: PLC0415

    for path, index in reversed(fonts().files):
        name = _covered(path, index).get(ord(character))
        if name is not None:
            font = _opened(path, index)
            scale = 1 / font["head"].unitsPerEm
            glyphs = font.getGlyphSet()
            pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.4g}")
            glyphs[name].draw(TransformPen(pen, (scale, 0, 0, -scale, 0, 0)))
            return pen.getCommands(), glyphs[name].width * scale
    return "", 0.5


def missing(texts: Iterable[str]) -> list[str]:
    """The characters that neither family can print, in order."""
    wanted = {ord(c) for text in texts for c in text if category(c) not in _UNSEEN}
    for path, index in fonts().files:
        wanted -= _covered(path, index).keys()
        if not wanted:
            break
    return [chr(code) for code in sorted(wanted)]
