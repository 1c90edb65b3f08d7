"""What came of a job is written down: once, in one transaction with the job itself."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.db import transaction

from shouzhi.cli.cache import CHECKERS, fingerprint
from shouzhi.cli.messages import Messages
from shouzhi.cli.read import reason
from shouzhi.cli.report import view as views
from shouzhi.cli.report.words import counts
from shouzhi.cli.workers import Failure
from shouzhi.web.audit.log import SYSTEM, record
from shouzhi.web.desk.claims import MOST_ATTEMPTS, finish
from shouzhi.web.desk.comparing import follow
from shouzhi.web.desk.models import Comparison, Document, Job, Reading
from shouzhi.web.desk.overlay import Correction
from shouzhi.web.desk.places import store, use_words, words_mark
from shouzhi.web.desk.reading import File, Read, Task, Together, Unpack, Versions, parts
from shouzhi.web.desk.subjects import file_under, place_in_line
from shouzhi.web.desk.tally import tally

Json = dict[str, Any]


def task_of(job: Job) -> Task | Failure:
    """What a process is given to do for a job."""
    if job.attempts > MOST_ATTEMPTS:
        values = {"cause": "处理时程序多次中断", "remedy": "请核对文件后重新上传，或请管理员查看日志"}
        return Failure("unusable", values)
    if job.kind == "compare" and job.comparison is not None:
        found = {d.pk: d for d in Document.objects.filter(pk__in=job.comparison.documents)}
        files = [file_of(found[key]) for key in job.comparison.documents if key in found]
        if len(files) < 2:
            return Failure("unusable", {"cause": "文件已不在", "remedy": "请重新选择文件"})
        if job.comparison.kind == "versions":
            return Versions(files[0], files[1])
        return Together(tuple(files))
    assert job.document is not None  # noqa: S101 - tells the type checker: jobs of other kinds have one
    if job.kind == "unpack":
        folder = store()
        return Unpack(folder.path(job.document.digest), job.document.name, folder.folder)
    return Read(file_of(job.document))


def file_of(document: Document) -> File:
    """A document as a process reads it, with what its reviewer says and corrects."""
    corrections = tuple(
        Correction(*cell)
        for cell in document.corrections.values_list("table", "row", "column", "was", "reads")
    )
    return File(store().path(document.digest), document.name, document.told, corrections)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A reading taken apart: the packed view and document as they are kept, and the view."""

    view: bytes
    held: bytes
    told: Json


def settle(job: Job, result: bytes | Failure, holder: str) -> bool:
    """Write what came of a job, if it is still this worker's; gives whether it was."""
    made = _apart(job, result)  # before the transaction, which others wait for
    with transaction.atomic():
        if not finish(job, holder):
            return False
        if job.comparison is not None:
            _settle_comparison(job.comparison, made)
        elif job.document is not None:
            _settle_document(job, job.document, made)
    return True


def _apart(job: Job, result: bytes | Failure) -> bytes | Failure | _Outcome:
    if isinstance(result, Failure) or job.kind != "read" or job.document is None:
        return result
    try:
        view, held = parts(result)
        return _Outcome(view, held, views.unpack(view, [job.document.name]))
    except (ValueError, KeyError, zlib.error) as error:
        return Failure("fault", {"what": type(error).__name__})


def _settle_document(job: Job, document: Document, result: bytes | Failure | _Outcome) -> None:
    # What its reviewer says may have changed while it was read.
    document.refresh_from_db()
    before = document.state
    if isinstance(result, Failure):
        document.cause, document.remedy = (text[:300] for text in reason(result, Messages("zh")))
        document.state = "refused"
    elif isinstance(result, _Outcome):
        _keep(document, result)
    else:
        _spread(document, orjson.loads(result))
    document.save()
    if isinstance(result, _Outcome):
        tally(document, result.told)
        follow(document)
    told = {"state": document.state, "counts": document.counts or None, "cause": document.cause or None}
    record(SYSTEM, f"desk-{job.kind}", document, before={"state": before}, after=told)


def _keep(document: Document, outcome: _Outcome) -> None:
    """The reading of a document, and what it says of itself."""
    about = outcome.told["documents"][0]
    document.state, document.cause, document.remedy = "read", "", ""
    document.source = about["source"]
    # With what the reviewer says laid over it the reading no longer tells what it says itself.
    own = {**about, **{name: document.recognised.get(name) for name in document.told}}
    document.take(own if document.recognised else about)
    document.counts = counts(outcome.told["findings"])
    document.notes = list(about["warnings"])[:100]
    file_under(document)
    Reading.objects.update_or_create(
        document=document,
        defaults={"engine": engine(), "view": outcome.view, "held": outcome.held},
    )
    place_in_line(document)


def _spread(archive: Document, members: list[Json]) -> None:
    """The documents of a zip: a row and a job each; what is no document is told."""
    made = [
        Document(
            batch_id=archive.batch_id, body_id=archive.body_id, origin=archive, at=archive.at,
            place="/".join(map(str, member["place"])), name=member["name"][:200],
            renamed=member["changed"], digest=member.get("digest", ""), size=member.get("size", 0),
            source=member.get("kind", ""), state="refused" if "cause" in member else "waiting",
            cause=member.get("cause", "")[:300], remedy=member.get("remedy", "")[:300],
        )
        for member in members
    ]  # fmt: skip
    Document.objects.bulk_create(made)
    waiting = [each for each in made if each.state == "waiting"]
    Job.objects.bulk_create([Job(kind="read", document=each, later=True) for each in waiting])
    archive.state = "unpacked"
    archive.counts = {"documents": len(made), "refused": sum(each.state == "refused" for each in made)}


def _settle_comparison(comparison: Comparison, result: bytes | Failure | _Outcome) -> None:
    comparison.refresh_from_db()  # a document of it may have changed meanwhile
    if isinstance(result, Failure):
        comparison.cause, comparison.remedy = (text[:300] for text in reason(result, Messages("zh")))
        comparison.state = "failed"
    elif isinstance(result, bytes):
        comparison.result, comparison.state, comparison.cause, comparison.remedy = result, "done", "", ""
        tally(comparison)
    comparison.save()


@cache
def _engine(words: float) -> str:  # noqa: ARG001 - it is worked out anew for other words
    return fingerprint(CHECKERS)


def engine() -> str:
    """A mark of the code and the words that a reading was made with."""
    use_words()
    return _engine(words_mark())
