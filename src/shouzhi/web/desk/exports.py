"""A review as files: a letter in Word, a list in Excel, the PDF with its findings marked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, Final

from shouzhi.cli import records
from shouzhi.cli.checking import on_pages
from shouzhi.cli.records import safe_name
from shouzhi.cli.report import words
from shouzhi.cli.report.marked import Note, mark, notes
from shouzhi.cli.workbook import LONGEST_TEXT
from shouzhi.cli.workers import Failure
from shouzhi.cycle.moves import Refused
from shouzhi.sources.folder import Entry as File
from shouzhi.web.desk import letter
from shouzhi.web.desk.cases import Case, Item
from shouzhi.web.desk.comparing import between
from shouzhi.web.desk.places import store
from shouzhi.web.language import say
from shouzhi.web.templating import moment

Json = dict[str, Any]
Entry = tuple[Case, Item]

LIMIT: Final = 60.0
"""Seconds that marking one PDF may take."""
COLUMNS: Final = (
    ("序号", 6), ("处理", 9), ("理由", 28), ("意见", 28), ("轻重", 8), ("问题", 52), ("表", 24),
    ("行", 20), ("栏", 20), ("位置", 12), ("印为", 14), ("应为", 14), ("相差", 14), ("怀疑有误的格", 30),
    ("建议值", 14), ("怎么办", 38), ("依据", 22), ("审核人", 12), ("时间", 16),
)  # fmt: skip
OF_SEVERAL: Final = (("文件", 36), ("部门或单位", 20), ("年度", 7), ("类别", 7))
MOST_TITLES: Final = 3
"""Documents that a letter about several names."""
_AMOUNTS: Final = frozenset({"印为", "应为", "相差", "建议值"})


def entries(case: Case) -> list[Entry]:
    """The findings of a case, and those between its document and others that speak of it."""
    own = [(case, item) for item in case.items]
    return own if case.several else [*own, *between(case.document, case.messages)]


def review_letter(case: Case, to: str, sender: str, day: date) -> bytes:
    """The letter about a document or several: what was sent back and what was confirmed."""
    points = [_point(of, item) for of, item in entries(case) if item.told]
    every = list(dict.fromkeys(document.title or document.name for document in case.documents))
    files = "、".join(document.name for document in case.documents[:MOST_TITLES])
    about = letter.Letter(to, "》、《".join(every[:MOST_TITLES]), sender, day, points, files)
    return letter.write(replace(about, of=len(every) if len(every) > MOST_TITLES else 0))


def _point(case: Case, item: Item) -> letter.Point:
    finding = item.finding
    judged = item.judgement
    return letter.Point(
        decision=judged.decision if judged else "",
        message=finding["message"],
        place=case.place_line(item),
        found=finding["found"] or "",
        expected=finding["expected"] or "",
        difference=finding["difference"] or "",
        todo=words.todo(case.view, finding, case.messages),
        reason=judged.reason if judged else "",
        comments=[f"{each.text}（{each.by.name}）" for each in item.remarks],
        authority=finding["authority"] or "",
    )


def letters(cases: Iterable[Case], sender: str, day: date) -> bytes:
    """The letters of several documents as a zip; those of which nothing is to be told are left out.

    Raises Refused where there is none at all.
    """
    out = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as opened:
        for case in cases:
            if any(item.told for _, item in entries(case)):
                name = safe_name(f"{case.document.body.name}-{case.title}", taken, 80)
                opened.writestr(f"{name}.docx", review_letter(case, case.document.body.name, sender, day))
    if not taken:
        raise Refused(["选中的文件里还没有属实或退回更正的问题，没有意见函可下载；请先处理问题"])
    return out.getvalue()


def review_list(cases: Sequence[Case]) -> bytes:
    """All findings as a workbook with what was decided; texts are texts, whatever they begin with.

    Of several documents each row names its own.
    """
    import xlsxwriter  # noqa: PLC0415 - heavy

    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {"in_memory": True, **plain})
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC), "title": cases[0].title})
    sheet = book.add_worksheet(say("审核清单"))
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "bg_color": "#F2F2F2"})
    text = book.add_format({"valign": "top", "text_wrap": True, "border": 4})
    columns = (COLUMNS[0], *OF_SEVERAL, *COLUMNS[1:]) if len(cases) > 1 or cases[0].several else COLUMNS
    for place, (name, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, say(name), head)
    formats: dict[int, Any] = {}
    number = 0
    for number, (case, item) in enumerate(_every(cases), start=1):
        told = _told(case, item)
        sheet.write_number(number, 0, number, text)
        for place, (name, _) in enumerate(columns[1:], start=1):
            amount = records.number(told[name]) if name in _AMOUNTS and item.finding["difference"] else None
            if amount is None or amount.percent:
                sheet.write_string(number, place, told[name][:LONGEST_TEXT], text)
                continue
            if amount.decimals not in formats:
                formats[amount.decimals] = _amounts(book, amount.decimals)
            sheet.write_number(number, place, amount.value, formats[amount.decimals])
    sheet.autofilter(0, 0, max(1, number), len(columns) - 1)
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    return out.getvalue()


def _every(cases: Sequence[Case]) -> Iterator[Entry]:
    """The findings of all cases; one between two of their documents once."""
    seen: set[tuple[str, int]] = set()
    for case in cases:
        for of, item in entries(case):
            key = (item.code, item.owner.pk)
            if not of.several or key not in seen:
                yield of, item
            if of.several:
                seen.add(key)


def _amounts(book: Any, decimals: int) -> Any:  # noqa: ANN401 - no types
    shown = "#,##0" + ("." + "0" * decimals if decimals else "")
    return book.add_format({"num_format": shown, "valign": "top", "border": 4})


def _told(case: Case, item: Item) -> dict[str, str]:
    """The cells of one finding, all in words."""
    finding, place, judged = item.finding, item.place, item.judgement
    suspect = finding["suspect"]
    in_table = place is not None and place["table"] is not None
    of = item.owner
    found = {
        "文件": case.title if case.several else of.title or of.name,
        "部门或单位": of.body.name, "年度": str(of.year or ""), "类别": say(of.get_kind_display()) if of.kind else "",
        "处理": say(judged.get_decision_display()) if judged else say("未处理"),
        "理由": judged.reason if judged else "",
        "意见": "\n".join(f"{each.text}（{each.by.name}）" for each in item.remarks),
        "轻重": case.messages(f"severity-{finding['severity']}"),
        "问题": finding["message"],
        "表": words.table_name(place, case.messages) if place and in_table else "",
        "行": place["label"] if place else "",
        "栏": (place.get("heading") or "") if place else "",
        "位置": words.position(place, case.messages) if place else "",
        "印为": finding["found"],
        "应为": finding["expected"],
        "相差": finding["difference"],
        "怀疑有误的格": words.place_line(case.view, suspect["where"], case.messages) if suspect else "",
        "建议值": suspect["value"] if suspect else "",
        "怎么办": words.todo(case.view, finding, case.messages),
        "依据": finding["authority"],
        "审核人": judged.by.name if judged else "",
        "时间": moment(judged.at) if judged else "",
    }
    return {name: value or "" for name, value in found.items()}


def marked_pdf(case: Case) -> bytes:
    """The PDF with its findings marked, those between it and other documents too; without what was dismissed.

    Raises Refused where the document is no PDF or PDFium cannot write it.
    """
    document = case.document
    if document.source != "pdf":
        raise Refused(["只有 PDF 文件能加批注；其他格式请导出审核清单"])
    wanted = _notes(case, case.items, 0)
    for of, items in groupby(between(document, case.messages), key=lambda entry: entry[0]):
        number = next(n for n, each in enumerate(of.documents) if each.pk == document.pk)
        told, *others = _notes(of, [item for _, item in items], number)
        # Its first sums up, as that of the document itself does.
        wanted += [replace(told, text=f"{say('与其他文件核对')}\n{told.text}"), *others]
    task: tuple[File, Sequence[object]] = (File(document.name, store().path(document.digest)), wanted)
    with suppress(EOFError, OSError):  # no process could be begun
        for _, result in on_pages(mark, [task], jobs=1, limit=LIMIT):
            if not isinstance(result, Failure):
                return result
    raise Refused(["批注写不进这个文件；请导出审核清单，或用阅读软件另存一份后重新上传"])


def _notes(case: Case, items: Iterable[Item], number: int) -> list[Note]:
    """The notes on one of the documents of a case."""
    shown = [item for item in items if not item.dismissed and item.finding["severity"] != "rounding"]
    return notes(case.view, number, [_with_words(item) for item in shown], case.messages)


def _with_words(item: Item) -> Json:
    """The finding with what was decided about it in its message."""
    judged = item.judgement
    if judged is None:
        return item.finding
    told = f"【{say(judged.get_decision_display())}】{judged.reason}".strip()
    return {**item.finding, "message": f"{item.finding['message']}\n{told}"}
