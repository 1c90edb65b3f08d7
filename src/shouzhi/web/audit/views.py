"""The audit log on screen: filtered, with what was before and after, and as CSV."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from shouzhi.web.audit.export import HEAD, rows
from shouzhi.web.audit.models import Entry
from shouzhi.web.audit.words import MOST, differences, kind_word, label_words, verb_word
from shouzhi.web.exports import csv_download
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.forms import day
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import within


class Filter(forms.Form):
    """What of the log is wanted; everything may be left open."""

    person = forms.CharField(label="人员", max_length=60, required=False)
    verb = forms.ChoiceField(label="操作", required=False)
    kind = forms.ChoiceField(label="对象类别", required=False)
    label = forms.CharField(label="对象", max_length=100, required=False)
    body = forms.ModelChoiceField(label="机构", queryset=Body.objects.none(), required=False)
    since = day("自", required=False)
    until = day("至", required=False)

    def __init__(self, *arguments: Any, bodies: QuerySet[Body], **named: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*arguments, **named)
        verbs, kinds = (
            Entry.objects.order_by().values_list(name, flat=True).distinct()
            for name in ("verb", "kind")
        )
        verb, kind = self.data.get("verb", ""), self.data.get("kind", "")
        fields: dict[str, Any] = self.fields
        fields["verb"].choices = _choices({key: verb_word(key) for key in {*verbs, verb}})
        fields["kind"].choices = _choices({key: kind_word(key) for key in {*kinds, kind}})
        fields["body"].queryset = bodies
        fields["body"].empty_label = say("全部")


def _choices(named: dict[str, str]) -> list[tuple[str, str]]:
    told = sorted(
        ((key, say(name)) for key, name in named.items() if key), key=lambda pair: pair[1]
    )
    return [("", say("全部")), *told]


def visible(user: Any) -> QuerySet[Entry]:  # noqa: ANN401 - a user
    """The entries of one's range; those of no body are for who audits the whole tree."""
    reach = within(user, "audit.view")
    seen = Q(body__in=reach)
    if reach.filter(parent=None).exists():
        seen |= Q(body=None)
    return Entry.objects.filter(seen)


def _chosen(entries: QuerySet[Entry], told: dict[str, Any]) -> QuerySet[Entry]:
    if told.get("person"):
        entries = entries.filter(actor_name__icontains=told["person"])
    if told.get("label"):
        entries = entries.filter(label__icontains=told["label"])
    if told.get("body"):
        entries = entries.filter(body__path__startswith=told["body"].path)
    for key in ("verb", "kind"):
        if told.get(key):
            entries = entries.filter(**{key: told[key]})
    if told.get("since"):
        entries = entries.filter(at__gte=_moment(told["since"]))
    if told.get("until"):
        entries = entries.filter(at__lt=_moment(told["until"] + timedelta(days=1)))
    return entries


def _moment(on: date) -> str:
    """The begin of a local day as entries write moments: in UTC, so that text sorts as time."""
    begin = timezone.make_aware(datetime.combine(on, time()))
    return begin.astimezone(UTC).isoformat(timespec="milliseconds")


@page("audit.view")
def entries(request: HttpRequest) -> HttpResponse:
    """The log, newest first, a hundred a page."""
    seen = visible(request.user)
    form = Filter(request.GET, bodies=within(request.user, "audit.view"))
    found = _chosen(seen, form.cleaned_data if form.is_valid() else {})
    pages = Paginator(found.select_related("body"), 100).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    shown = [
        (entry, verb_word(entry.verb, entry.kind), kind_word(entry.kind), label_words(entry), moment(entry))
        for entry in pages
    ]
    context = {
        "form": form,
        "pages": pages,
        "shown": shown,
        "query": query.urlencode(),
        "filtered": any(query.values()),
    }
    return render(request, "audit/entries.html", context)


def moment(entry: Entry) -> datetime:
    """When an entry was written."""
    return datetime.fromisoformat(entry.at)


@page("audit.view")
def export(request: HttpRequest) -> HttpResponseBase:
    """What the filter leaves, oldest first, as CSV."""
    seen = visible(request.user)
    form = Filter(request.GET, bodies=within(request.user, "audit.view"))
    found = _chosen(seen, form.cleaned_data if form.is_valid() else {}).order_by("number")
    return csv_download(f"{say('审计日志')}-{timezone.localdate()}.csv", HEAD, rows(found))


@page("audit.view")
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """One entry: everything it says, and what it changed."""
    found = get_object_or_404(visible(request.user).select_related("body"), number=number)
    changes = differences(found)
    context = {
        "entry": found, "verb": verb_word(found.verb, found.kind), "kind": kind_word(found.kind), "at": moment(found),
        "label": label_words(found),
        "changes": changes[:MOST], "more": len(changes) > MOST, "holds": found.sealed() == found.hash,
    }  # fmt: skip
    return render(request, "audit/entry.html", context)
