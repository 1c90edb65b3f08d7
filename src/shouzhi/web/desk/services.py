"""What reviewers do at the desk: each change is one transaction with its entry in the audit log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from shouzhi.catalogue.learned import Learned, keep_words
from shouzhi.catalogue.lexicon import lexicon
from shouzhi.catalogue.names import fold
from shouzhi.cycle.moves import Refused
from shouzhi.sources import Unreadable
from shouzhi.web.audit.log import Actor, record
from shouzhi.web.desk.guards import kind_or_refuse, shown_name
from shouzhi.web.desk.models import (
    Alias,
    Approval,
    Batch,
    CellCorrection,
    Comparison,
    Document,
    Job,
    Judgement,
    Remark,
    Word,
)
from shouzhi.web.desk.places import store, words_file
from shouzhi.web.desk.queue import wake
from shouzhi.web.desk.subjects import file_under, learn_name
from shouzhi.web.faults import Stale
from shouzhi.web.language import say
from shouzhi.web.people.models import Body, User


def person(who: Actor) -> User:
    """The person who acts; raises PermissionDenied where it is the program itself."""
    if who.user is None:
        raise PermissionDenied
    return who.user


def receive(files: Sequence[UploadedFile], body: Body, who: Actor, title: str = "") -> Batch:
    """Keep uploaded files and queue their reading; what cannot be read is refused and told.

    Raises Refused when nothing was chosen.
    """
    if not files:
        raise Refused(["没有选择文件；请选择要上传的文件"])
    kept = [_received(file) for file in files]
    with transaction.atomic():
        named = title.strip() or kept[0].name + (f" 等 {len(kept)} 个文件" if len(kept) > 1 else "")
        batch = Batch.objects.create(body=body, title=named[:200], by=person(who))
        for document in kept:
            document.batch, document.body = batch, body
            document.save()
            if document.state == "waiting":
                Job.objects.create(kind="unpack" if document.is_archive else "read", document=document)
            told = {"digest": document.digest, "size": document.size, "refused": document.cause or None}
            record(who, "desk-upload", document, after=told)
        record(who, "desk-batch", batch, after={"files": len(kept)})
        wake()
    return batch


def _received(file: UploadedFile) -> Document:
    """One uploaded file in the store, or the reason why it is not."""
    name, renamed = shown_name(file.name or "")
    document = Document(name=name[:200], renamed=renamed, size=file.size or 0)
    try:
        document.digest, document.size = store().put(file.chunks())
        document.source = kind_or_refuse(store().path(document.digest), name)
    except Unreadable as error:
        document.state, document.cause, document.remedy = "refused", error.cause[:300], error.remedy[:300]
    except OSError:
        document.state = "refused"
        document.cause, document.remedy = "服务器没有存下这个文件", "请管理员检查磁盘空间后重新上传"
    return document


def judge(document: Document, finding: str, decision: str, reason: str, who: Actor) -> Judgement | None:
    """Decide about a finding, or take the decision back (an empty one).

    Raises Refused for a decision that needs a reason and has none.
    """
    reason = reason.strip()
    if decision not in {"", *dict(Judgement.DECISIONS)}:
        raise Refused(["没有这种处理；请重新选择"])
    if decision == "dismissed" and not reason:
        raise Refused(["请写明不成立的理由；下次同样的数字不再提示"])
    with transaction.atomic():
        held = Judgement.objects.filter(document=document, finding=finding).first()
        before = {"decision": held.decision, "reason": held.reason} if held else None
        if not decision:
            if held:
                record(who, "desk-judge", document, before=before, after={"finding": finding})
                held.delete()
            return None
        made, _ = Judgement.objects.update_or_create(
            document=document, finding=finding,
            defaults={"decision": decision, "reason": reason, "by": person(who)},
        )  # fmt: skip
        after = {"finding": finding, "decision": decision, "reason": reason}
        record(who, "desk-judge", document, before=before, after=after)
    return made


def remark(document: Document, finding: str, text: str, who: Actor) -> Remark:
    """Comment on a finding; raises Refused for an empty comment."""
    if not text.strip():
        raise Refused(["意见是空的；请写上内容"])
    with transaction.atomic():
        made = Remark.objects.create(document=document, finding=finding, text=text.strip(), by=person(who))
        record(who, "desk-remark", document, after={"finding": finding, "text": made.text})
    return made


def recognise(
    document: Document, told: dict[str, Any], body: Body | None, published_on: date | None,
    revision: int, who: Actor,
) -> None:  # fmt: skip
    """Keep what a reviewer says a document is, learn the name that it used, and read it again.

    Raises Stale when somebody else has said something meanwhile.
    """
    with transaction.atomic():
        held = Document.objects.select_for_update().get(pk=document.pk)
        if held.revision != revision:
            raise Stale(say("另一位审核人刚刚改过这份文件的识别结果"), told, held.told)
        own, earlier = held.recognised, dict(held.told)
        before = {**earlier, "body": held.body_id, "published_on": _day(held.published_on)}
        held.told = {key: value for key, value in told.items() if value and value != own.get(key)}
        held.take(own)
        held.published_on = published_on
        if body is not None:
            held.body = body
            learn_name(str(own.get("department") or ""), body, person(who))
        else:
            file_under(held)
        held.revision += 1
        held.save()
        after = {**held.told, "body": held.body_id, "published_on": _day(published_on)}
        record(who, "desk-recognise", held, before=before, after=after)
        if held.told != earlier:
            read_again(held, who)


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def read_again(document: Document, who: Actor) -> bool:
    """Queue another reading of a document; False where one is queued already."""
    with transaction.atomic():
        if document.is_archive or not document.digest:
            return False
        if Job.objects.filter(document=document).exclude(state="done").exists():
            # One that runs may have begun without what was just said: it is done anew.
            Job.objects.filter(document=document, state="running").update(
                state="waiting", holder="", until=None
            )
            wake()
            return False
        Job.objects.create(kind="read", document=document)
        record(who, "desk-again", document)
        wake()
    return True


def correct(document: Document, cell: tuple[int, int, int], was: str, reads: str, who: Actor) -> None:
    """Keep how a cell is to be read (or take that back) and check the document again."""
    table, row, column = cell
    with transaction.atomic():
        held = CellCorrection.objects.filter(document=document, table=table, row=row, column=column).first()
        printed = held.was if held else was
        before = {"reads": held.reads} if held else None
        if reads == printed:
            if held:
                held.delete()
        else:
            CellCorrection.objects.update_or_create(
                document=document, table=table, row=row, column=column,
                defaults={"was": printed, "reads": reads[:200], "by": person(who)},
            )  # fmt: skip
        after = {"cell": list(cell), "was": printed, "reads": reads}
        record(who, "desk-correct", document, before=before, after=after)
        read_again(document, who)


def learn_word(says: str, like: str, who: Actor) -> Word:
    """Let a heading or label mean what a known word means; raises Refused where that is not known."""
    says, like = says.strip(), like.strip()
    words = lexicon()
    if not fold(says) or len(says) > 80:
        raise Refused(["请写要记住的栏目或行名（80 字以内）"])
    if words.knows(says) and not Word.objects.filter(says=fold(says)).exists():
        raise Refused([f"词表里已有“{says}”，不能改作别的意思"])
    if not (words.term(like) or words.is_heading(like)):
        raise Refused([f"词表里没有“{like}”；请从列出的词中选择它等同于哪一个"])
    with transaction.atomic():
        made, _ = Word.objects.update_or_create(says=fold(says), defaults={"like": like, "by": person(who)})
        record(who, "desk-learn", made, after={"says": made.says, "like": like})
        transaction.on_commit(write_words)
    return made


def forget_word(word: Word, who: Actor) -> None:
    """Take a learned word back."""
    with transaction.atomic():
        record(who, "desk-forget", word, before={"says": word.says, "like": word.like})
        word.delete()
        transaction.on_commit(write_words)


def write_words() -> None:
    """Give the reader the words as they stand."""
    known = Word.objects.select_related("by")
    keep_words((Learned(w.says, w.like, f"{w.by.username} {w.at:%Y-%m-%d}") for w in known), words_file())


def compare(kind: str, documents: Iterable[Document], body: Body, who: Actor) -> Comparison:
    """Queue a comparison; the same of the same contents as they stand is there already.

    Raises Refused for fewer than two documents that were read.
    """
    chosen = [each for each in documents if each.state == "read"]
    if len(chosen) < 2:
        raise Refused(["至少要两份已读取的文件；请再选择"])
    told = "|".join(f"{d.pk}:{d.digest}:{d.revision}:{_overlay(d)}" for d in chosen)
    key = hashlib.sha256(f"{body.pk}|{told}".encode()).hexdigest()
    with transaction.atomic():
        made, new = Comparison.objects.get_or_create(
            kind=kind, key=key,
            defaults={"body": body, "documents": [d.pk for d in chosen], "by": person(who)},
        )  # fmt: skip
        if new or made.state == "failed":
            made.state = "waiting"
            made.save(update_fields=["state"])
            Job.objects.get_or_create(kind="compare", comparison=made, state="waiting")
            record(who, "desk-compare", made, after={"documents": made.documents})
            wake()
    return made


def _overlay(document: Document) -> str:
    cells = document.corrections.values_list("table", "row", "column", "reads")
    return hashlib.sha256(repr(list(cells)).encode()).hexdigest()[:12]


def replaces(document: Document, earlier: Document | None, who: Actor) -> None:
    """Say which document this one is a new version of."""
    with transaction.atomic():
        before = {"replaces": document.replaces_id}
        document.replaces = earlier
        document.save(update_fields=["replaces"])
        record(who, "desk-replaces", document, before=before, after={"replaces": document.replaces_id})


def approve(body: Body, year: int, kind: str, steps: dict[str, date | None], who: Actor) -> Approval:
    """Keep when a budget or accounts were approved, replied to and passed on."""
    with transaction.atomic():
        made, _ = Approval.objects.get_or_create(body=body, year=year, kind=kind)
        before = {name: _day(getattr(made, name)) for name in steps}
        for name, day in steps.items():
            setattr(made, name, day)
        made.save()
        after = {name: _day(day) for name, day in steps.items()}
        record(who, "register-edit", made, body=body, before=before, after=after)
    return made


def forget_alias(alias: Alias, who: Actor) -> None:
    """Take a learned name back."""
    with transaction.atomic():
        record(who, "desk-forget", alias, before={"name": alias.name, "body": alias.body_id})
        alias.delete()


