"""The review desk through its pages: uploading, reading, judging, correcting, learning, comparing."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from desk_papers import packed, paper
from desk_steps import at_the_desk, only, post, shown, signed_in, upload
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.urls import reverse

from shouzhi.web.audit.log import verify
from shouzhi.web.audit.models import Entry

if TYPE_CHECKING:
    from shouzhi.web.desk.models import Document

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def desk(db: None, people: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - the database first
    """People and bodies, with a finance bureau's reviewer of the whole region at the desk."""
    return at_the_desk(people)


def errors(document: Document) -> list[Any]:
    from shouzhi.cli.messages import Messages
    from shouzhi.web.desk.cases import Case
    from shouzhi.web.desk.models import Document as Model

    found = Model.objects.select_related("reading", "batch__body", "body").get(pk=document.pk)
    return [item for item in Case(found, Messages("zh")).items if item.finding["severity"] == "error"]


# -- uploading -----------------------------------------------------------------------------


def test_an_upload_is_read_and_filed_under_the_body_that_it_names(desk: dict[str, Any]) -> None:
    document = only(upload(desk["at"], desk["region"], [("a.html", paper(archives="1,010.00"))]))
    assert (document.state, document.body, document.year) == ("read", desk["department"], 2024)
    assert document.counts["error"] == 1
    page = shown(desk["at"], "document", document.pk)
    assert "1,010.00" in page
    assert "1,000.00" in page
    assert {"desk-batch", "desk-upload", "desk-read"} <= set(Entry.objects.values_list("verb", flat=True))
    assert not list(verify())


def test_a_zip_is_unpacked_and_every_document_has_its_row(desk: dict[str, Any]) -> None:
    inside = packed({
        "部门/a.html": paper(), "部门/b.html": paper("某市气象局"), "c.html": paper("无名之局"),
        "again.html": paper(), "x.png": b"\x89PNG\r\n\x1a\n1", "broken.pdf": b"%PDF-1.7\n1 0 obj",
    })  # fmt: skip
    batch = upload(desk["at"], desk["region"], [("全部.zip", inside)])
    found = {document.name: document for document in batch.documents.all()}
    assert found["全部.zip"].state == "unpacked"
    assert found["部门/a.html"].body == desk["department"]
    assert found["部门/b.html"].body == desk["other_department"]
    assert found["c.html"].body == desk["region"]
    assert found["again.html"].digest == found["部门/a.html"].digest
    assert found["again.html"].replaces is None  # the same content is no new version
    assert found["x.png"].state == found["broken.pdf"].state == "refused"
    page = shown(desk["at"], "batch", batch.pk)
    assert "读完了" in page
    assert found["broken.pdf"].cause in page


def test_what_is_hostile_is_refused_or_made_harmless_and_told(desk: dict[str, Any]) -> None:
    program = b"MZ" + bytes(range(256)) * 9
    sent = [("=cmd|' C calc'!A0.html", paper()), ("<img src=x onerror=alert(1)>.html", SVG), ("a.pdf", program)]
    batch = upload(desk["at"], desk["region"], sent)
    page = shown(desk["at"], "batch", batch.pk)
    assert "<img src=x" not in page
    assert "会被当作公式的字符，已改掉" in page
    assert "SVG 图形" in page
    assert "不是认得的文档格式" in page
    assert batch.documents.get(renamed=True).name.startswith("_=cmd")


def test_the_original_is_sent_to_be_saved_and_never_shown(desk: dict[str, Any]) -> None:
    page = paper().replace(b"<h1>", b"<script>alert(1)</script><h1>")
    document = only(upload(desk["at"], desk["region"], [("a.html", page)]))
    response = desk["at"].get(reverse("desk:original", args=[document.pk]))
    assert b"".join(response.streaming_content) == page
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_what_was_uploaded_by_mistake_is_taken_back_unless_it_was_judged(desk: dict[str, Any]) -> None:
    from shouzhi.web.desk.models import Batch, Comparison, Document
    from shouzhi.web.desk.places import store

    twice = paper(archives="1,010.00")
    first = only(upload(desk["at"], desk["region"], [("a.html", twice)]))
    batch = upload(desk["at"], desk["region"], [("all.zip", packed({"b.html": twice, "c.html": paper(running=590)}))])
    second, third = batch.documents.exclude(source="zip")
    post(desk["at"], "together", desk["department"].pk, documents=[first.pk, third.pk])
    post(desk["at"], "judge", first.pk, finding=errors(first)[0].code, decision="confirmed")
    refused = post(desk["at"], "discard", first.pk)
    assert refused.status_code == 409
    assert "已有审核处理或意见" in refused.content.decode()
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert post(desk["at"], "discard_batch", batch.pk).status_code == 302
    assert list(Document.objects.all()) == [first]
    assert not Comparison.objects.exists()
    assert Batch.objects.count() == 1
    assert store().path(first.digest).exists()  # another document has the same content
    assert not store().path(third.digest).exists()
    assert second.digest == first.digest
    assert Entry.objects.filter(verb="desk-discard").count() == 5  # comparison, zip, its documents, the upload
    assert not list(verify())


def test_nothing_chosen_is_told(desk: dict[str, Any]) -> None:
    response = post(desk["at"], "upload", body=desk["region"].pk)
    assert response.status_code == 409
    assert "没有选择文件" in response.content.decode()


# -- rights --------------------------------------------------------------------------------


def test_nobody_reaches_documents_outside_their_own_bodies(desk: dict[str, Any]) -> None:
    own = only(upload(desk["at"], desk["region"], [("a.html", paper())]))
    other = only(upload(desk["at"], desk["region"], [("b.html", paper("某市气象局"))]))
    reviewer = signed_in(desk["reviewer"])  # of the one department
    assert reviewer.get(reverse("desk:document", args=[own.pk])).status_code == 200
    for name, arguments in (
        ("document", [other.pk]), ("original", [other.pk]), ("table", [other.pk, 0]),
        ("picture", [other.pk, 1]), ("export", [other.pk, "xlsx"]),
        ("department", [other.body_id]), ("batch", [other.batch_id]),
    ):  # fmt: skip
        assert reviewer.get(reverse(f"desk:{name}", args=arguments)).status_code == 404, name
    for name, arguments in (
        ("judge", [other.pk]), ("remark", [other.pk]), ("recognise", [other.pk]), ("again", [other.pk]),
        ("versions", [other.pk]), ("correct", [other.pk, 0]), ("together", [other.body_id]),
    ):  # fmt: skip
        assert reviewer.post(reverse(f"desk:{name}", args=arguments)).status_code == 404, name
    home = shown(reviewer, "home")
    assert reverse("desk:document", args=[own.pk]) in home
    assert reverse("desk:document", args=[other.pk]) not in home
    assert "某市气象局" not in shown(reviewer, "register")


def test_who_may_only_look_changes_nothing(desk: dict[str, Any]) -> None:
    document = only(upload(desk["at"], desk["region"], [("a.html", paper(archives="1,010.00"))]))
    (item,) = errors(document)
    auditor = signed_in(desk["auditor"])
    page = shown(auditor, "document", document.pk)
    assert 'name="decision"' not in page
    for name in ("judge", "remark", "again", "recognise", "versions"):
        assert post(auditor, name, document.pk, finding=item.code, decision="confirmed").status_code == 403, name
    assert post(auditor, "upload", body=desk["region"].pk).status_code == 403
    assert post(auditor, "approve", body=desk["region"].pk).status_code == 403
    assert post(auditor, "learn", says="a", like="合计").status_code == 403
    for role in ("clerk", "unit_head", "administrator", "nobody"):
        assert signed_in(desk[role]).get(reverse("desk:home")).status_code == 403, role
        assert signed_in(desk[role]).get(reverse("desk:document", args=[document.pk])).status_code in {403, 404}
    assert Client().get(reverse("desk:document", args=[document.pk])).status_code == 302


def test_uploading_for_a_body_out_of_reach_is_refused(desk: dict[str, Any]) -> None:
    reviewer = signed_in(desk["reviewer"])
    sent = SimpleUploadedFile("a.html", paper())
    response = reviewer.post(reverse("desk:upload"), {"body": desk["other_department"].pk, "files": [sent]})
    assert response.status_code == 409
    document = only(upload(reviewer, desk["department"], [("b.html", paper("某市气象局"))]))
    assert document.body == desk["department"]  # a name alone leads nobody out of their range


# -- judging -------------------------------------------------------------------------------


def test_a_dismissed_finding_never_comes_back_for_the_same_figures(desk: dict[str, Any]) -> None:
    wrong = paper(archives="1,010.00")
    document = only(upload(desk["at"], desk["region"], [("a.html", wrong)]))
    (item,) = errors(document)
    refused = post(desk["at"], "judge", document.pk, finding=item.code, decision="dismissed", reason=" ")
    assert refused.status_code == 409
    assert "理由" in refused.content.decode()
    post(desk["at"], "judge", document.pk, finding=item.code, decision="dismissed", reason="附注已说明口径")
    assert errors(document)[0].dismissed

    moved = wrong.replace(b"<h2>", "<p>本版更正了错字。</p><h2>".encode(), 1)
    again = only(upload(desk["at"], desk["region"], [("b.html", moved)]))
    (same,) = errors(again)
    assert same.carried
    assert same.judgement.reason == "附注已说明口径"
    page = shown(desk["at"], "document", again.pk)
    assert "以前判为不成立（1）" in page
    assert "这份文件没有要处理的问题" in page

    changed = only(upload(desk["at"], desk["region"], [("c.html", paper(archives="1,020.00"))]))
    (new,) = errors(changed)
    assert new.open


def test_a_dismissal_is_of_its_own_department_and_year(desk: dict[str, Any]) -> None:
    document = only(upload(desk["at"], desk["region"], [("a.html", paper(archives="1,010.00"))]))
    post(desk["at"], "judge", document.pk, finding=errors(document)[0].code, decision="dismissed", reason="有附注")
    for more in ({"year": 2023}, {"name": "某市气象局"}, {"word": "决算"}):
        other = only(upload(desk["at"], desk["region"], [("b.html", paper(archives="1,010.00", **more))]))
        assert errors(other)[0].open, more


def test_decisions_comments_and_taking_back(desk: dict[str, Any]) -> None:
    document = only(upload(desk["at"], desk["region"], [("a.html", paper(archives="1,010.00"))]))
    (item,) = errors(document)
    told = {"decision": "sent_back", "reason": "请重算", "comment": "已电话告知"}
    response = post(desk["at"], "judge", document.pk, finding=item.code, **told)
    assert response.status_code == 302
    (item,) = errors(document)
    assert item.judgement.decision == "sent_back"
    assert [each.text for each in item.remarks] == ["已电话告知"]
    post(desk["at"], "remark", document.pk, finding=item.code, text="<b>三天内</b>")
    assert "&lt;b&gt;三天内" in shown(desk["at"], "document", document.pk)
    post(desk["at"], "judge", document.pk, finding=item.code, decision="")
    assert errors(document)[0].open
    trail = Entry.objects.filter(verb="desk-judge").order_by("number")
    after = [entry.after or {} for entry in trail]
    assert [each.get("decision") for each in after] == ["sent_back", None]
    assert (trail[1].before or {})["reason"] == "请重算"
    assert post(desk["at"], "judge", document.pk, finding="other", decision="confirmed").status_code == 409
    assert post(desk["at"], "judge", document.pk, finding=item.code, decision="odd").status_code == 409


# -- correcting and learning ---------------------------------------------------------------


def test_a_misread_cell_is_corrected_apart_from_what_was_printed(desk: dict[str, Any]) -> None:
    from shouzhi.web.desk.models import CellCorrection
    from shouzhi.web.desk.worker import drain

    document = only(upload(desk["at"], desk["region"], [("a.html", paper(archives="1,010.00"))]))
    place = errors(document)[0].place
    cell = {"row": place["row"] + 1, "column": place["column"] + 1}
    assert post(desk["at"], "correct", document.pk, place["table"], **cell, reads="1,000.00").status_code == 302
    drain()
    assert not errors(document)
    page = shown(desk["at"], "table", document.pk, place["table"])
    assert "1,000.00 <del>1,010.00</del>" in page
    assert b"1,010.00" in b"".join(desk["at"].get(reverse("desk:original", args=[document.pk])).streaming_content)
    post(desk["at"], "correct", document.pk, place["table"], **cell, undo="1")
    drain()
    assert not CellCorrection.objects.exists()
    assert len(errors(document)) == 1
    assert post(desk["at"], "correct", document.pk, place["table"], row=999, column=1, reads="1").status_code == 409
    assert post(desk["at"], "correct", document.pk, place["table"], row="x", column=1, reads="1").status_code == 409


def test_a_name_confirmed_once_is_known_next_time(desk: dict[str, Any]) -> None:
    first = only(upload(desk["at"], desk["region"], [("a.html", paper("市档案管理部门办公室"))]))
    assert first.body == desk["region"]
    given = {"department": "市档案管理部门办公室", "year": "2024", "kind": "budget", "scope": "department"}
    given["published_on"] = "2024-02-20"
    response = post(desk["at"], "recognise", first.pk, body=desk["department"].pk, revision=0, **given)
    assert response.status_code == 302
    first.refresh_from_db()
    assert first.body == desk["department"]
    assert str(first.published_on) == "2024-02-20"
    second = only(upload(desk["at"], desk["region"], [("b.html", paper("市档案管理部门办公室", 2023))]))
    assert second.body == desk["department"]
    stale = post(desk["at"], "recognise", first.pk, body="", revision=0, **given)
    assert stale.status_code == 409
    assert "刚刚改过" in stale.content.decode()
    outside = post(desk["at"], "recognise", first.pk, body=999_999, revision=1, **given)
    assert outside.status_code == 302  # no such body: as the document says


def test_what_a_reviewer_says_of_a_document_is_kept_and_read_with(desk: dict[str, Any]) -> None:
    from shouzhi.web.desk.worker import drain

    document = only(upload(desk["at"], desk["region"], [("a.html", paper(column="预算数"))]))
    given = {"department": "某市档案局", "kind": "accounts", "scope": "department", "body": "", "revision": 0}
    post(desk["at"], "recognise", document.pk, year="2022", **given)
    drain()
    document.refresh_from_db()
    assert (document.year, document.kind, document.state) == (2022, "accounts", "read")
    assert document.told == {"year": 2022, "kind": "accounts"}
    assert document.recognised["year"] == 2024  # what it says itself
    assert "审核人更正过" in shown(desk["at"], "document", document.pk)


def test_a_heading_confirmed_once_is_known_next_time(desk: dict[str, Any]) -> None:
    from shouzhi.web.desk import services
    from shouzhi.web.desk.worker import drain

    document = only(upload(desk["at"], desk["region"], [("a.html", paper(project="专项活动经费投入"))]))
    assert "“专项活动经费投入”等同于" in shown(desk["at"], "table", document.pk, 1)
    refused = post(desk["at"], "learn", says="专项活动经费投入", like="没有这个词")
    assert refused.status_code == 409
    assert post(desk["at"], "learn", says="项目支出", like="合计").status_code == 409  # ours are not changed
    post(desk["at"], "learn", says="专项活动经费投入", like="项目支出")
    services.write_words()  # as it is done when the transaction ends
    post(desk["at"], "again", document.pk)
    drain()
    assert "还不认得的栏目" not in shown(desk["at"], "table", document.pk, 1)
    later = only(upload(desk["at"], desk["region"], [("b.html", paper(year=2023, project="专项活动经费投入"))]))
    assert "还不认得的栏目" not in shown(desk["at"], "table", later.pk, 1)
    page = shown(desk["at"], "words")
    assert "专项活动经费投入" in page
    from shouzhi.web.desk.models import Word

    post(desk["at"], "forget", Word.objects.get().pk)
    services.write_words()
    assert not Word.objects.exists()


# -- several documents ---------------------------------------------------------------------


def test_documents_of_a_department_stand_side_by_side_and_are_held_together(desk: dict[str, Any]) -> None:
    from shouzhi.web.desk.models import Comparison
    from shouzhi.web.desk.worker import drain

    sent = [("a.html", paper()), ("b.html", paper(word="决算")), ("c.html", paper(year=2023))]
    batch = upload(desk["at"], desk["region"], sent)
    page = shown(desk["at"], "department", desk["department"].pk)
    assert page.count("2024") > 2
    assert "收入总计" in page
    keys = list(batch.documents.values_list("pk", flat=True))
    response = post(desk["at"], "together", desk["department"].pk, documents=keys)
    drain()
    made = Comparison.objects.get()
    assert response["Location"] == reverse("desk:comparison", args=[made.pk])
    assert made.state == "done", made.cause
    assert "这些文件之间没有对不上的地方" in shown(desk["at"], "comparison", made.pk)
    post(desk["at"], "together", desk["department"].pk, documents=keys)
    assert Comparison.objects.count() == 1  # the same of the same contents is there already
    assert post(desk["at"], "together", desk["department"].pk, documents=keys[:1]).status_code == 409


# -- the list ---


def test_the_list_is_filtered_sorted_and_told_how_far_it_is(desk: dict[str, Any]) -> None:
    from shouzhi.web.desk.models import Document

    papers = {"a.html": paper(archives="1,010.00"), "b.html": paper(year=2023), "c.html": paper("无名之局", 2022)}
    batch = upload(desk["at"], desk["region"], [("all.zip", packed({**papers, "d.pdf": b"%PDF-1.7 1"}))])
    found = {each.name: each for each in Document.objects.all()}

    def named(query: str) -> list[str]:
        page = shown(desk["at"], "home", query=query)
        return [name for name, each in found.items() if f'name="documents" value="{each.pk}"' in page]

    assert named("?shown=left") == ["a.html"]
    assert named("?shown=clean") == ["b.html", "c.html"]
    assert named("?shown=refused") == ["d.pdf"]
    assert named("?shown=unnamed") == ["c.html"]
    assert named("?q=无名") == ["c.html"]
    assert named("?year=2023&kind=budget") == ["b.html"]
    assert named(f"?batch={batch.pk}") == ["a.html", "b.html", "c.html", "d.pdf"]
    assert named("?year=x&kind=x&shown=x&sort=x&page=x&many=x&batch=x") == named("")
    for sort in ("name", "body", "year", "errors", "left", "at"):
        for how in (sort, f"-{sort}"):
            assert len(positions(shown(desk["at"], "home", query=f"?sort={how}"), found)) == 4, how
    assert positions(shown(desk["at"], "home", query="?sort=-errors"), found)[0] == found["a.html"].pk
    assert "已审完 2 / 3 份文件，已处理 0 / 1 个问题" in shown(desk["at"], "home")
    post(desk["at"], "judge", found["a.html"].pk, finding=errors(found["a.html"])[0].code, decision="confirmed")
    assert "已审完 3 / 3 份文件，已处理 1 / 1 个问题" in shown(desk["at"], "home")
    assert named("?shown=done") == ["a.html"]


def positions(page: str, found: dict[str, Document]) -> list[int]:
    """The documents in the order in which a page lists them."""
    places = {each.pk: page.find(f'name="documents" value="{each.pk}"') for each in found.values()}
    return sorted((key for key, place in places.items() if place >= 0), key=lambda key: places[key])


def test_the_next_document_is_the_next_of_the_list(desk: dict[str, Any]) -> None:
    from shouzhi.web.desk.models import Document

    wrong = {f"{n}.html": paper(year=2020 + n, archives="1,010.00") for n in range(3)}
    upload(desk["at"], desk["region"], [("all.zip", packed(wrong))])
    first, second, third = Document.objects.exclude(source="zip").order_by("year")
    shown(desk["at"], "home", query="?sort=-year")
    assert 'data-key="n" href="' + reverse("desk:document", args=[second.pk]) in shown(desk["at"], "document", third.pk)
    post(desk["at"], "judge", second.pk, finding=errors(second)[0].code, decision="confirmed")
    assert 'data-key="n" href="' + reverse("desk:document", args=[first.pk]) in shown(desk["at"], "document", third.pk)
    assert "这份文件的问题都处理完了" in shown(desk["at"], "document", second.pk)


def test_many_documents_are_taken_at_once(desk: dict[str, Any]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    papers = {"a.html": paper(archives="1,010.00"), "b.html": paper("某市气象局", archives="1,020.00")}
    batch = upload(desk["at"], desk["region"], [("all.zip", packed(papers))])
    keys = list(batch.documents.exclude(source="zip").order_by("name").values_list("pk", flat=True))
    at = desk["at"]
    assert post(at, "bulk", action="list").status_code == 409
    assert post(at, "bulk", action="odd", documents=keys).status_code == 409
    assert post(at, "bulk", action="letters", documents=keys).status_code == 409  # nothing was decided
    listed = post(at, "bulk", action="list", documents=keys)
    rows = list(openpyxl.load_workbook(io.BytesIO(listed.content)).active.iter_rows(values_only=True))
    assert [row[2] for row in rows[1:]] == ["某市档案局", "某市气象局"]
    document = batch.documents.get(name="b.html")
    post(at, "judge", document.pk, finding=errors(document)[0].code, decision="sent_back", reason="请重算")
    letters = post(at, "bulk", action="letters", documents=keys)
    with zipfile.ZipFile(io.BytesIO(letters.content)) as opened:
        assert [name.partition("-")[0] for name in opened.namelist()] == ["某市气象局"]
    assert post(at, "bulk", action="again", documents=keys).status_code == 302
    assert document.jobs.exclude(state="done").exists()
    assert post(signed_in(desk["reviewer"]), "bulk", action="list", documents=[document.pk]).status_code == 409
    reader = signed_in(desk["auditor"])
    assert post(reader, "bulk", action="together", documents=keys).status_code == 409


# -- the register --------------------------------------------------------------------------


def test_the_register_tells_what_came_and_what_is_late(desk: dict[str, Any]) -> None:
    document = only(upload(desk["at"], desk["region"], [("a.html", paper())]))
    division = signed_in(desk["budget_division"])
    page = shown(division, "register", query="?year=2024")
    assert "逾期未公开</span> 0" in page
    given = {"body": desk["region"].pk, "year": 2024, "kind": "budget"}
    given |= {"approved": "2024-01-20", "replied": "2024-02-01"}
    assert post(division, "approve", **given, passed_on="").status_code == 302
    page = shown(division, "register", query="?year=2024")
    assert "逾期未公开</span> 1" in page  # the other department's
    assert "应于 2024-02-21" in page
    assert "公开但逾期</span> 1" in page  # it came today
    document.published_on = "2024-02-20"
    document.save()
    page = shown(division, "register", query="?year=2024&late=1")
    assert "按期公开</span> 1" in page
    assert "某市气象局" in page
    assert f"/departments/{desk['department'].pk}/" not in page
    wrong = post(division, "approve", **{**given, "replied": "2024-01-01"}, passed_on="")
    assert wrong.status_code == 409
    assert post(division, "approve", **{**given, "approved": "2024-13-01"}, passed_on="").status_code == 409
    assert post(division, "approve", **{**given, "body": 0}, passed_on="").status_code == 409
    assert "register-edit" in set(Entry.objects.values_list("verb", flat=True))


# -- exports -------------------------------------------------------------------------------


def test_the_review_goes_out_as_letter_and_list(desk: dict[str, Any]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    document = only(upload(desk["at"], desk["region"], [("a.html", paper(archives="1,010.00"))]))
    (item,) = errors(document)
    post(desk["at"], "judge", document.pk, finding=item.code, decision="sent_back", reason="=1+1 请重算")
    letter = desk["at"].get(reverse("desk:export", args=[document.pk, "docx"]))
    with zipfile.ZipFile(io.BytesIO(letter.content)) as opened:
        text = opened.read("word/document.xml").decode()
    assert "审核意见" in text
    assert "请重算" in text
    listed = desk["at"].get(reverse("desk:export", args=[document.pk, "xlsx"]))
    sheet = openpyxl.load_workbook(io.BytesIO(listed.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "=1+1 请重算" in [cell.value for cell in cells]
    assert 1010 in [cell.value for cell in cells]
    assert desk["at"].get(reverse("desk:export", args=[document.pk, "pdf"])).status_code == 409
    assert desk["at"].get(reverse("desk:export", args=[document.pk, "exe"])).status_code == 404


def test_everything_is_said_in_english_too(desk: dict[str, Any]) -> None:
    document = only(upload(desk["at"], desk["region"], [("a.html", paper(archives="1,010.00"))]))
    desk["at"].cookies["lang"] = "en"
    page = shown(desk["at"], "document", document.pk)
    assert "Does not hold" in page
    assert "属实" not in page
