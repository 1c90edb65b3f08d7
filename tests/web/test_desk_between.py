"""Findings between documents: decided, told, exported and carried on as those within one document are."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from desk_papers import paper
from desk_steps import at_the_desk, only, post, shown, signed_in, upload
from django.urls import reverse

from shouzhi.web.audit.log import verify
from shouzhi.web.audit.models import Entry

if TYPE_CHECKING:
    from shouzhi.web.desk.cases import Item
    from shouzhi.web.desk.models import Comparison


@pytest.fixture
def desk(db: None, people: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - the database first
    """A reviewer of the whole region, and two papers that do not agree held together: `held`."""
    scene = at_the_desk(people)
    batch = upload(scene["at"], scene["region"], [("a.html", paper()), ("b.html", paper(running=590))])
    keys = list(batch.documents.values_list("pk", flat=True))
    return {**scene, "keys": keys, "held": together(scene, keys)}


def together(scene: dict[str, Any], keys: list[int]) -> Comparison:
    from shouzhi.web.desk.models import Comparison
    from shouzhi.web.desk.worker import drain

    response = post(scene["at"], "together", scene["department"].pk, documents=keys)
    assert response.status_code == 302, response.content.decode()
    drain()
    return Comparison.objects.get(pk=response["Location"].strip("/").split("/")[-1])


def items(held: Comparison) -> list[Item]:
    from shouzhi.cli.messages import Messages
    from shouzhi.web.desk.cases import Case
    from shouzhi.web.desk.models import Comparison

    return Case(Comparison.objects.get(pk=held.pk), Messages("zh")).items


def text_of(letter: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(letter)) as opened:
        return opened.read("word/document.xml").decode()


def test_every_decision_is_kept_with_its_trail(desk: dict[str, Any]) -> None:
    held, at = desk["held"], desk["at"]
    one, two, three, four = items(held)
    assert post(at, "judge_between", held.pk, finding=one.code, decision="dismissed", reason=" ").status_code == 409
    assert post(at, "judge_between", held.pk, finding="x", decision="confirmed").status_code == 409
    post(at, "judge_between", held.pk, finding=one.code, decision="dismissed", reason="口径不同")
    post(at, "judge_between", held.pk, finding=two.code, decision="confirmed", comment="两处都核过")
    onward = post(at, "judge_between", held.pk, finding=three.code, decision="sent_back", reason="请说明")
    assert f"?f={four.code}" in onward["Location"]  # on to what is open
    post(at, "remark_between", held.pk, finding=four.code, text="<i>再问一次</i>")
    assert post(at, "remark_between", held.pk, finding=four.code, text=" ").status_code == 409
    found = [(i.judgement.decision if i.judgement else None, [r.text for r in i.remarks]) for i in items(held)]
    assert found == [
        ("dismissed", []), ("confirmed", ["两处都核过"]), ("sent_back", []), (None, ["<i>再问一次</i>"]),
    ]  # fmt: skip
    held.refresh_from_db()
    assert (held.total, held.left) == (4, 1)
    page = shown(at, "comparison", held.pk, query=f"?f={four.code}")
    assert "&lt;i&gt;再问一次" in page
    assert "已处理 3 / 4" in page
    post(at, "judge_between", held.pk, finding=one.code, decision="")
    assert items(held)[0].open
    verbs = list(Entry.objects.order_by("number").values_list("verb", flat=True))
    assert verbs.count("desk-judge") == 4
    assert verbs.count("desk-remark") == 2
    assert not list(verify())


def test_all_that_are_alike_are_decided_at_once(desk: dict[str, Any]) -> None:
    held, at = desk["held"], desk["at"]
    first = items(held)[0]
    assert "其余 3 个同类的未处理问题也这样处理" in shown(at, "comparison", held.pk)
    post(at, "judge_between", held.pk, finding=first.code, decision="dismissed", reason="口径不同", alike="1")
    assert {i.judgement.reason for i in items(held) if i.judgement} == {"口径不同"}
    held.refresh_from_db()
    assert (held.total, held.left) == (4, 0)


def test_a_dismissal_holds_for_the_same_figures_in_another_file(desk: dict[str, Any]) -> None:
    first = items(desk["held"])[0]
    post(desk["at"], "judge_between", desk["held"].pk, finding=first.code, decision="dismissed", reason="口径不同")
    printed_anew = paper(running=590) + b"<!-- printed anew -->"
    third = only(upload(desk["at"], desk["region"], [("c.html", printed_anew)]))
    later = together(desk, [desk["keys"][0], third.pk])
    same = next(item for item in items(later) if item.code == first.code)
    assert same.dismissed
    # Between two others of which neither is the one that it was dismissed at.
    second = only(upload(desk["at"], desk["region"], [("d.html", paper() + b"<!-- again -->")]))
    anew = together(desk, [second.pk, third.pk])
    carried = next(item for item in items(anew) if item.code == first.code)
    assert carried.carried
    assert "以前判为不成立（1）" in shown(desk["at"], "comparison", anew.pk)
    assert "在另一份文件上，数字相同" in shown(desk["at"], "comparison", anew.pk, query=f"?f={first.code}")


def test_each_document_tells_of_them_and_shows_both_tables(desk: dict[str, Any]) -> None:
    first = items(desk["held"])[0]
    for key in desk["keys"]:
        page = shown(desk["at"], "document", key)
        assert "与其他文件之间（4）" in page
        assert f"{reverse('desk:comparison', args=[desk['held'].pk])}?f={first.code}" in page
    page = shown(desk["at"], "comparison", desk["held"].pk, query=f"?f={first.code}")
    assert page.count('class="desk-sheet read"') == 2
    assert "600.00<ins>另一处为 590.00</ins>" in page


def test_they_go_out_with_the_review_of_their_documents(desk: dict[str, Any]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    held, at = desk["held"], desk["at"]
    first, second, *_ = items(held)
    post(at, "judge_between", held.pk, finding=first.code, decision="sent_back", reason="=1+1 与预算不符")
    post(at, "judge_between", held.pk, finding=second.code, decision="dismissed", reason="不算")
    addresses = [reverse("desk:export", args=[key, "docx"]) for key in desk["keys"]]
    for address in (*addresses, reverse("desk:export_between", args=[held.pk, "docx"])):
        text = text_of(at.get(address).content)
        assert "与预算不符" in text
        assert "不算" not in text
    for address in (
        reverse("desk:export", args=[desk["keys"][0], "xlsx"]), reverse("desk:export_between", args=[held.pk, "xlsx"]),
    ):  # fmt: skip
        sheet = openpyxl.load_workbook(io.BytesIO(at.get(address).content)).active
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        assert [cell.value for cell in cells].count("=1+1 与预算不符") == 1
    assert at.get(reverse("desk:export_between", args=[held.pk, "exe"])).status_code == 404


def test_who_may_only_look_or_reaches_one_of_them_only_decides_nothing(desk: dict[str, Any]) -> None:
    held = desk["held"]
    first = items(held)[0]
    auditor = signed_in(desk["auditor"])
    assert 'name="decision"' not in shown(auditor, "comparison", held.pk)
    for name in ("judge_between", "remark_between", "again_between"):
        given = {"finding": first.code, "decision": "confirmed", "text": "x"}
        assert post(auditor, name, held.pk, **given).status_code == 403, name
    other = only(upload(desk["at"], desk["region"], [("x.html", paper("某市气象局"))]))
    held.documents = [*held.documents, other.pk]
    held.save()
    reviewer = signed_in(desk["reviewer"])  # of the one department
    for address in ("comparison", "export_between"):
        arguments = [held.pk, "docx"] if address == "export_between" else [held.pk]
        assert reviewer.get(reverse(f"desk:{address}", args=arguments)).status_code == 409
    assert post(reviewer, "judge_between", held.pk, finding=first.code, decision="confirmed").status_code == 409
    assert not items_judged()


def items_judged() -> bool:
    from shouzhi.web.desk.models import Judgement

    return Judgement.objects.exists()


def test_a_corrected_document_is_held_together_anew(desk: dict[str, Any]) -> None:
    from shouzhi.web.desk.worker import drain

    held = desk["held"]
    place = items(held)[0].finding["where"][1]
    wrong = desk["keys"][1]
    cells = {(i.finding["where"][1]["row"], i.finding["where"][1]["column"]): i.finding["found"] for i in items(held)}
    for (row, column), reads in cells.items():
        post(desk["at"], "correct", wrong, place["table"], row=row + 1, column=column + 1, reads=reads)
    drain()
    held.refresh_from_db()
    assert held.state == "done"
    assert not items(held)
    assert "与其他文件之间" not in shown(desk["at"], "document", wrong)


def test_a_document_recognised_as_something_else_is_held_together_anew(desk: dict[str, Any]) -> None:
    from shouzhi.web.desk.worker import drain

    held, at = desk["held"], desk["at"]
    given = {"department": "某市档案局", "kind": "budget", "scope": "department", "body": desk["department"].pk}
    post(at, "recognise", desk["keys"][1], year="2024", published_on="2024-02-20", revision=0, **given)
    held.refresh_from_db()
    assert held.state == "done"  # another day of publication changes nothing between them
    assert "与其他文件之间（4）" in shown(at, "document", desk["keys"][1])
    post(at, "recognise", desk["keys"][1], year="2021", revision=1, **given)
    assert "后来有更正或重新识别" in shown(at, "comparison", held.pk)
    drain()
    held.refresh_from_db()
    assert held.state == "done"
    assert not items(held)  # figures of another year


def test_documents_are_held_together_department_by_department(desk: dict[str, Any]) -> None:
    from shouzhi.web.desk.models import Comparison
    from shouzhi.web.desk.worker import drain

    more = {"m.html": paper("某市气象局"), "n.html": paper("某市气象局", word="决算"), "o.html": paper("无名之局")}
    upload(desk["at"], desk["region"], more.items())
    shown(desk["at"], "home")
    response = post(desk["at"], "bulk", action="together", scope="all")
    assert response["Location"] == reverse("desk:comparisons")
    drain()
    made = Comparison.objects.filter(body=desk["other_department"]).get()
    assert len(made.documents) == 2
    assert made.state == "done"
    page = shown(desk["at"], "comparisons")
    assert "没有对不上的地方" in page
    assert "剩 4 / 4" in page
    assert "没有对不上的地方" not in shown(desk["at"], "comparisons", query="?left=1")
    onward = 'data-key="n" href="' + reverse("desk:comparison", args=[desk["held"].pk])
    assert onward in shown(desk["at"], "comparison", made.pk)


def test_a_new_version_is_gone_through_line_by_line(desk: dict[str, Any]) -> None:
    from shouzhi.web.desk.models import Comparison, Document
    from shouzhi.web.desk.worker import drain

    first, second = (Document.objects.get(pk=key) for key in desk["keys"])
    assert second.replaces == first
    post(desk["at"], "versions", second.pk, earlier=first.pk)
    drain()
    held = Comparison.objects.get(kind="versions")
    assert [item.finding["severity"] for item in items(held)] == ["warning", "warning"]  # one a line
    page = shown(desk["at"], "comparison", held.pk)
    assert "“行政运行”行 合计：600.00 改为 590.00；基本支出：600.00 改为 590.00" in page
    assert "不同 4 行" in page
    post(desk["at"], "judge_between", held.pk, finding=items(held)[0].code, decision="sent_back", reason="没有说明")
    letter = desk["at"].get(reverse("desk:export", args=[second.pk, "docx"])).content
    assert "没有说明" in text_of(letter)


def test_what_could_not_be_done_is_tried_again(desk: dict[str, Any]) -> None:
    from shouzhi.web.desk.worker import drain

    held = desk["held"]
    held.state, held.cause, held.remedy = "failed", "处理时程序多次中断", "请再核对一次"
    held.save()
    page = shown(desk["at"], "comparison", held.pk)
    assert "处理时程序多次中断" in page
    assert post(desk["at"], "judge_between", held.pk, finding="x", decision="confirmed").status_code == 409
    assert post(desk["at"], "again_between", held.pk).status_code == 302
    assert "正在核对" in shown(desk["at"], "comparison", held.pk)
    drain()
    assert "已处理 0 / 4" in shown(desk["at"], "comparison", held.pk)


def test_everything_is_said_in_english_too(desk: dict[str, Any]) -> None:
    desk["at"].cookies["lang"] = "en"
    page = shown(desk["at"], "comparison", desk["held"].pk)
    assert "Does not hold" in page
    assert "属实" not in page
    assert "4 of 4 left" in shown(desk["at"], "comparisons")
