"""What reviewers do at the desk: each change is one transaction with its entry in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

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
    Document,
    Job,
    Judgement,
    Remark,
    Word,
)
from shouzhi.web.desk.places import store, words_file
from shouzhi.web.desk.queue import wake
from shouzhi.web.desk.subjects import file_under, learn_name
from shouzhi.web.desk.tally import taking_part, tally_around
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


def judge(document: Document, finding: str, decision: str, reason: str, who: Actor) -> None:
    """Decide about a finding, or take the decision back (an empty one).

    Raises Refused for a decision that needs a reason and has none.
    """
    judge_all([(document, finding)], decision, reason, who)


def judge_all(
    findings: Sequence[tuple[Document, str]], decision: str, reason: str, who: Actor
) -> None:
    """Decide alike about several findings, each by its document and code, all or none."""
    reason = reason.strip()
    if decision not in {"", *dict(Judgement.DECISIONS)}:
        raise Refused(["没有这种处理；请重新选择"])
    if decision == "dismissed" and not reason:
        raise Refused(["请写明不成立的理由；下次同样的数字不再提示"])
    with transaction.atomic():
        for document, finding in findings:
            _judge(document, finding, decision, reason, who)
        tally_around(list({document.pk: document for document, _ in findings}.values()))


def discard(documents: Sequence[Document], who: Actor) -> None:
    """Take back documents that were uploaded by mistake, with their comparisons; all or none.

    Raises Refused where something was decided or said about one of them.
    """
    with transaction.atomic():
        members = Document.objects.filter(origin__in=documents).exclude(pk__in=[d.pk for d in documents])
        documents = [*documents, *members.select_related("body")]
        judged = [d for d in documents if d.judgements.exists() or d.remarks.exists()]
        if judged:
            raise Refused([say("“{name}”已有审核处理或意见，不能撤回；请先撤销", name=judged[0].name)])
        for comparison in taking_part(documents):
            record(who, "desk-discard", comparison, before={"documents": comparison.documents})
            comparison.delete()
        for document in documents:
            record(who, "desk-discard", document, before={"name": document.name, "digest": document.digest})
            document.delete()
        digests = {document.digest for document in documents if document.digest}
        transaction.on_commit(lambda: _unkeep(digests))


def discard_batch(batch: Batch, who: Actor) -> None:
    """Take back a whole upload; raises Refused as `discard` does."""
    with transaction.atomic():
        discard(list(batch.documents.select_related("body")), who)
        record(who, "desk-discard", batch, before={"title": batch.title})
        batch.delete()


def _unkeep(digests: set[str]) -> None:
    """Remove contents that no document has any more."""
    used = set(Document.objects.filter(digest__in=digests).values_list("digest", flat=True))
    for digest in digests - used:
        store().path(digest).unlink(missing_ok=True)


def _judge(document: Document, finding: str, decision: str, reason: str, who: Actor) -> None:
    held = Judgement.objects.filter(document=document, finding=finding).first()
    before = {"decision": held.decision, "reason": held.reason} if held else None
    if not decision:
        if held:
            record(who, "desk-judge", document, before=before, after={"finding": finding})
            held.delete()
        return
    Judgement.objects.update_or_create(
        document=document, finding=finding,
        defaults={"decision": decision, "reason": reason, "by": person(who), "at": timezone.now()},
    )  # fmt: skip
    after = {"finding": finding, "decision": decision, "reason": reason}
    record(who, "desk-judge", document, before=before, after=after)


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
            learn_name(str(own.get("department") or ""), held.scope, body, person(who))
        else:
            file_under(held)
        held.revision += 1
        held.save()
        after = {**held.told, "body": held.body_id, "published_on": _day(published_on)}
        record(who, "desk-recognise", held, before=before, after=after)
        tally_around([held])
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
        raise Refused([say("词表里已有“{says}”，不能改作别的意思", says=says)])
    if not (words.term(like) or words.is_heading(like)):
        raise Refused([say("词表里没有“{like}”；请从列出的词中选择它等同于哪一个", like=like)])
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


