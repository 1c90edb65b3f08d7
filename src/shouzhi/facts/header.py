"""What a document says of itself: title, kind, year, department, scope, unit of amount."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from shouzhi.facts.units import is_organisation
from shouzhi.sources import Source
from shouzhi.tables import Reading
from shouzhi.tables.captions import department as captioned_department

_KINDS: Final = (("绩效", "performance"), ("决算", "accounts"), ("预算", "budget"))
_YEAR: Final = re.compile(r"(20\d{2})\s*年(?:度)?")
_NAME: Final = re.compile(
    r"(?:20\d{2}年?度?)?([\u4e00-\u9fff（）()]{3,40}?)(?:[（(]部门[)）])?"
    r"(?:20\d{2}年?度?)?(?:部门|单位)?(?:整体)?(?:预算|决算)"
)

_OWNED: Final = re.compile(r"([\u4e00-\u9fff（）()]{3,40}?)(?=20\d{2}年)")


def read_header(source: Source, reading: Reading) -> dict[str, Any]:
    """What the document says of itself: title, kind, year, department, scope, unit."""
    texts = [*reading.front[:12], *(s.heading for s in reading.sections[:12])]
    texts += [table.title for table in reading.tables[:3]]
    title = _cover_title(reading) or next((t for t in texts if _is_title(t)), None)
    prose = [p.text for section in reading.sections for p in section.paragraphs]
    kind = _kind(title, [*texts, *prose[:40]])
    year = _year(title, [*texts, *prose, *(table.title for table in reading.tables)])
    year = year or _titled_year(reading)
    if year is None and (year := year_of_name(source.name)):
        source.warnings.append(f"文中没有写明年度，按文件名取{year}年")
    owners = Counter(t.department for t in reading.tables if t.department)
    department = owners.most_common(1)[0][0] if owners else _department([*texts, *prose[:5]])
    department = _without_year(department)
    units = Counter(t.amount_unit for t in reading.tables if t.amount_unit)
    scope = "unit" if title and re.search(r"单位(?:预算|决算)", title) else "department"
    return {
        "file": source.name,
        "title": title or _made_title(department, year, kind),
        "kind": kind,
        "year": year,
        "department": department,
        "scope": scope,
        "amount_unit": units.most_common(1)[0][0] if units else "元",
    }


def _cover_title(reading: Reading) -> str | None:
    """The title on the cover, joined from the lines that it is set over."""
    cover = [s for s in reading.sections if s.level == 0 and s.location.page == 1]
    lines: list[str] = []
    for section in cover[:5]:
        if section.heading in {"目录", "封面"} or re.match(r"^第.部分", section.heading):
            break
        lines.append(section.heading)
        whole = "".join(lines)
        if _is_title(whole):
            return whole
        if section.paragraphs:
            break
    return None


def _is_title(text: str) -> bool:
    return bool(
        re.search(r"预算|决算|绩效", text)
        and (re.search(r"20\d{2}|申报表|自评表", text))
        and len(text) <= 50
        and not re.match(r"^(?:第.部分|[一二三四五六七八九十]+、|[(（])", text)
        and not re.search(r"[。；，]", text)
    )


def _made_title(department: str | None, year: int | None, kind: str) -> str:
    words = {"budget": "部门预算", "accounts": "部门决算", "performance": "部门绩效"}
    return f"{department or ''}{f'{year}年' if year else ''}{words[kind]}"


def _kind(title: str | None, texts: Sequence[str]) -> str:
    """By the title, else by the word that the document says most."""
    if title:
        for word, kind in _KINDS:
            if word in title:
                return kind
    counts = Counter(kind for word, kind in _KINDS[1:] for text in texts for _ in range(text.count(word)))
    return counts.most_common(1)[0][0] if counts else "budget"


def _year(title: str | None, texts: Sequence[str]) -> int | None:
    """The year in the title, else the one named most often beside 预算 or 决算."""
    if title and (found := _YEAR.findall(title.replace(" ", ""))):
        return int(found[0])
    counts: Counter[int] = Counter()
    for text in texts:
        for match in re.finditer(r"(20\d{2})\s*年度?[^，。；]{0,12}(?:预算|决算)", text):
            counts[int(match.group(1))] += 1
    return counts.most_common(1)[0][0] if counts else None


def _titled_year(reading: Reading) -> int | None:
    """The year that most titles of tables name."""
    years = Counter(t.where["year"] for t in reading.tables if "year" in t.where)
    return int(years.most_common(1)[0][0]) if years else None


def year_of_name(name: str) -> int | None:
    """The one year that a file is named by, for documents that say none themselves."""
    years = set(re.findall(r"(?<!\d)20\d{2}(?!\d)", Path(name).name))
    return int(years.pop()) if len(years) == 1 else None


def _department(texts: Sequence[str]) -> str | None:
    for text in texts:
        if owner := captioned_department(text):
            return owner
    for text in texts:
        plain = re.sub(r"^(?:第.部分|(?:部门|单位)名称|填报单位)", "", text.replace(" ", ""))
        if plain.endswith("概况") and len(plain) > 6 and is_organisation(plain[:-2]):
            return plain.removesuffix("概况")
        if (match := _NAME.match(plain)) and is_organisation(match.group(1)):
            return match.group(1)
        if (match := _OWNED.match(plain)) and is_organisation(match.group(1)):
            return match.group(1)
    return None


def _without_year(name: str | None) -> str | None:
    pattern = r"^(?:(?:部门|单位)名称[:：]?|20\d{2}年度?)|(?:[（(]部门[)）])$"
    return re.sub(pattern, "", name) if name else None
