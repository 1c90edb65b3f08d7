"""What a person sees when something cannot be done: a page with place and remedy, never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from shouzhi.cycle.moves import Refused
from shouzhi.web.language import say

_LOG = logging.getLogger("shouzhi.web")


class Stale(Exception):
    """An edit of something that has changed meanwhile; `yours` and `theirs` are the two versions."""

    def __init__(self, what: str, yours: object = None, theirs: object = None) -> None:
        super().__init__(what)
        self.what = what
        self.yours = yours
        self.theirs = theirs


class FaultMiddleware:
    """Turns what a view raises into an answer with a reason and a remedy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        """The answer to an exception that a view let through."""
        status, title, reasons = _told(error)
        if wants_json(request):
            return JsonResponse({"error": title, "reasons": reasons}, status=status)
        return render(request, "fault.html", {"title": title, "reasons": reasons}, status=status)


def wants_json(request: HttpRequest) -> bool:
    """Whether the asker is a script of ours rather than a person."""
    return request.headers.get("Accept", "").startswith("application/json")


def _told(error: Exception) -> tuple[int, str, list[str]]:
    if isinstance(error, Refused):
        return 409, say("现在不能这样做"), [say(reason) for reason in error.reasons]
    if isinstance(error, Stale):
        return 409, say("内容已被他人修改"), [error.what]
    if isinstance(error, PermissionDenied):
        return 403, say("没有权限"), [str(error) or say("您的角色不能进行这一操作；需要时请联系系统管理员")]
    if isinstance(error, Http404):
        return 404, say("没有这个页面"), [say("地址可能已变，或不在您的范围之内")]
    if isinstance(error, OperationalError | DatabaseError):
        _LOG.error("database: %s", error)
        return 503, say("数据库暂时不能写入"), [say("您的修改没有保存，也没有丢失；请稍候再试。持续如此时请管理员检查磁盘空间")]
    number = uuid4().hex[:8]
    _LOG.exception("fault %s", number)
    return 500, say("程序出错"), [say("已记录，编号 {number}；请把编号告诉管理员", number=number)]


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that there is not."""
    status, title, reasons = _told(Http404(str(exception)))
    return render(request, "fault.html", {"title": title, "reasons": reasons}, status=status)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The page for a form that did not come from here or is too old."""
    reasons = [say("页面可能开得太久；请返回、刷新后再试")]
    return render(request, "fault.html", {"title": say("表单已失效"), "reasons": reasons}, status=403)
