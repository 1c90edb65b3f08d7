"""What the desk has learned: words of headings and labels, and names of departments."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from shouzhi.catalogue.lexicon import lexicon
from shouzhi.web.audit.log import actor
from shouzhi.web.desk import services
from shouzhi.web.desk.models import Alias, Word
from shouzhi.web.language import say
from shouzhi.web.pages import page
from shouzhi.web.people.models import Body
from shouzhi.web.people.rights import can, within


@page("desk.view")
def words(request: HttpRequest) -> HttpResponse:
    """The learned words and names."""
    return render(request, "desk/words.html", {
        "words": Word.objects.select_related("by"),
        "aliases": Alias.objects.filter(body__in=within(request.user, "desk.view")).select_related("by", "body"),
        "known_words": sorted(word for word in lexicon().words() if 1 < len(word) <= 24),
        "may": can(request.user, "desk.review"),
    })  # fmt: skip


@page("desk.review", methods=("POST",))
def learn(request: HttpRequest) -> HttpResponse:
    """Learn a word, and go back to where it was met."""
    made = services.learn_word(request.POST.get("says", ""), request.POST.get("like", ""), actor(request))
    told = say("已记住“{says}”等同于“{like}”；以后读取时生效，已读的文件请重新读取", says=made.says, like=made.like)
    messages.success(request, told)
    back = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if back and inside else "desk:words")


@page("desk.review", methods=("POST",))
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a word."""
    services.forget_word(get_object_or_404(Word, pk=pk), actor(request))
    return redirect("desk:words")


def alias_body(pk: int) -> AliasOf:
    """A learned name, at the body that it stands for."""
    return AliasOf(get_object_or_404(Alias.objects.select_related("body"), pk=pk))


class AliasOf:
    """A learned name as an object that stands at its body."""

    def __init__(self, alias: Alias) -> None:
        self.alias = alias

    @property
    def body(self) -> Body:
        """The body that the name stands for."""
        return self.alias.body


@page("desk.review", of=alias_body, methods=("POST",))
def forget_name(request: HttpRequest, found: AliasOf) -> HttpResponse:
    """Forget a name."""
    services.forget_alias(found.alias, actor(request))
    return redirect("desk:words")
