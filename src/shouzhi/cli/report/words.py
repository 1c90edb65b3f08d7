"""Places, corrections and relations in words: the same in every report."""

from __future__ import annotations

from typing import Any, Final

from shouzhi.cli.messages import Messages

Json = dict[str, Any]

EVEN: Final = frozenset({"same-number", "between-documents", "new-version"})
"""Checks of two numbers of which either may be wrong, where nothing names the one."""
MOST_PLACES: Final = 8
"""Places of the prose that one finding shows."""
SIGNS: Final = {"error": "✗", "warning": "!", "rounding": "≈", "note": "·"}
"""The sign of each severity, told apart without colours."""


def severity(name: str, messages: Messages) -> str:
    """The sign and the word of a severity."""
    return f"{SIGNS[name]} {messages(f'severity-{name}')}"


def table_name(place: Json, messages: Messages) -> str:
    """The number and the title of a table, as a place or the table itself carries them."""
    number = place.get("table_number") or place.get("number") or ""
    title = place.get("table_title") or place.get("title") or ""
    return f"{number} {title}".strip() or messages("untitled")


def position(place: Json, messages: Messages) -> str:
    """Where in the file: sheet and cell, page, or line; nothing when the source has none."""
    parts = []
    if place.get("sheet"):
        parts.append(messages("at-sheet", sheet=place["sheet"]))
    if place.get("cell"):
        parts.append(messages("at-cell", cell=place["cell"]))
    if place.get("page") and not place.get("sheet"):
        parts.append(messages("at-page", page=place["page"]))
    if place.get("line"):
        parts.append(messages("at-line", line=place["line"]))
    return " ".join(parts)


def short_name(view: Json, place: Json) -> str:
    """The document of a place, where a view holds several; else nothing."""
    if len(view["documents"]) == 1:
        return ""
    about = view["documents"][place["document"]]
    return str(about.get("title") or about["file"])


def spot(place: Json, messages: Messages) -> str:
    """A cell by the words of its row and column, or the words of the prose that are meant."""
    parts = [place["label"], place.get("heading") or ""]
    said = "".join(messages("quoted", text=part) for part in parts if part)
    if said or not place["text"] or place["text"] == place.get("table_title"):
        return said
    return messages("quoted", text=place["text"])


def left(places: int, messages: Messages) -> str:
    """That there are more places than are shown; nothing when there are not."""
    return messages("more-places", count=places - MOST_PLACES) if places > MOST_PLACES else ""


def clause(place: Json) -> tuple[str, str, str] | None:
    """The words of the prose before, at and after a place; None where they are not known."""
    before, found, after = str(place["label"]).partition(place["text"] or "\0")
    return (before, found, after) if found and place["row"] is None and before + after else None


def either(finding: Json) -> str:
    """How the list of other corrections is named: beside a suspect, or when none is sure."""
    return "candidates" if finding["suspect"] else "candidates-only"


def place_line(view: Json, place: Json, messages: Messages) -> str:
    """A place in full: document, table, cell, position."""
    named = place["table"] is not None
    said = "" if place["row"] is not None or place["text"] in place["label"] else place["text"]
    parts = [
        short_name(view, place),
        table_name(place, messages) if named else messages("prose"),
        spot(place, messages),
        messages("quoted", text=said) if said and place["label"] and said != place.get("table_title") else "",
        position(place, messages),
    ]
    return " · ".join(filter(None, parts))


def should_be(finding: Json) -> str:
    """The message for an expected value: sure, or likely where other places may be the wrong ones."""
    suspect = finding["suspect"]
    if not suspect and finding["check"] in EVEN:
        return "other-place"
    sure = suspect["sure"] if suspect else len(finding["where"]) == 1
    return "should-be" if sure else "should-be-likely"


def sides(finding: Json, messages: Messages) -> list[str]:
    """What is printed, what is expected and the gap, each in words; what is not known is left out."""
    keys = {"found": "side-found", "expected": should_be(finding), "difference": "side-difference"}
    if keys["expected"] == "should-be":
        keys["expected"] = "side-expected"
    return [messages(key, value=finding[name]) for name, key in keys.items() if finding[name]]


def expected_at(finding: Json, place: Json, messages: Messages) -> str:
    """What is expected at a place that stands in no table, in words; nothing where none is known."""
    suspect = finding["suspect"]
    if suspect:
        other = suspect["where"]
        same = all(place[name] == other[name] for name in ("document", "page", "line", "text", "label"))
        value = suspect["value"] if same else None
    else:
        value = finding["expected"] if place is finding["where"][0] else None
    return messages(should_be(finding), value=value) if value else ""


def correction(view: Json, suspect: Json, messages: Messages) -> str:
    """One possible correction: the place, what is printed, what it should be, and the slip."""
    place = suspect["where"]
    named = table_name(place, messages) if place["table"] is not None else messages("prose")
    text = messages(
        "correction", table=" ".join(filter(None, (short_name(view, place), named))),
        spot=spot(place, messages), printed=place["text"] or messages("empty-cell"),
        value=suspect["value"],
    )  # fmt: skip
    told = messages.maybe("pattern", suspect["pattern"])
    return text + (messages("in-brackets", text=told) if told != suspect["pattern"] else "")


def relation(broken: Json, messages: Messages) -> str:
    """A broken relation: its words, and both sides and the gap where the words do not tell them."""
    sides = {name: broken[name] for name in ("expected", "found", "difference")}
    if all(value in broken["words"] for name, value in sides.items() if name != "difference"):
        return str(broken["words"])
    parts = [messages(f"side-{name}", value=value) for name, value in sides.items() if value]
    told = messages("list-comma").join(parts)
    return messages("relation", words=broken["words"], sides=told) if told else str(broken["words"])


def other_relations(finding: Json) -> list[Json]:
    """The broken relations that the message does not tell already."""
    return [each for each in finding["broken"] if each["words"] not in finding["message"]]


def todo(view: Json, finding: Json, messages: Messages) -> str:
    """What to do about a finding, in one sentence."""
    suspect = finding["suspect"]
    if suspect is None:
        if finding["candidates"]:
            return messages("todo-candidates", count=len(finding["candidates"]))
        return messages.maybe("todo", finding["kind"])
    key = "todo-suspect" if suspect["sure"] and not finding["candidates"] else "todo-likely"
    return messages(key, correction=correction(view, suspect, messages))


def counts(findings: list[Json]) -> dict[str, int]:
    """How many findings there are of each severity."""
    found = dict.fromkeys(SIGNS, 0)
    for finding in findings:
        found[finding["severity"]] += 1
    return found


def count_line(found: dict[str, int], messages: Messages) -> str:
    """The counts in words, the gravest first; that nothing was found where nothing was."""
    parts = [messages(f"count-{name}", count=count) for name, count in found.items() if count]
    return messages("list-dot").join(parts) if parts else messages("nothing-wrong")
