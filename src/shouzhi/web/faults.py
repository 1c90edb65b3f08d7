"""What a person sees when something cannot be done: a page with place and remedy, never a traceback."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import Error, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
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
        return _answer(request, error)


def wants_json(request: HttpRequest) -> bool:
    """Whether the asker is a script of ours rather than a person."""
    return request.headers.get("Accept", "").startswith("application/json")


def _told(error: Exception) -> tuple[int, str, list[str]]:  # noqa: PLR0911 - one answer a kind
    if isinstance(error, Refused):
        return 409, say("现在不能这样做"), [say(reason) for reason in error.reasons]
    if isinstance(error, Stale):
        return 409, say("内容已被他人修改"), [error.what]
    if isinstance(error, PermissionDenied):
        return (
            403,
            say("没有权限"),
            [str(error) or say("您的角色不能进行这一操作；需要时请联系系统管理员")],
        )
    if isinstance(error, Http404):
        return 404, say("没有这个页面"), [say("地址可能已变，或不在您的范围之内")]
    if isinstance(error, IntegrityError):
        _LOG.error("database: %s", error)
        return (
            409,
            say("与已有的内容冲突"),
            [say("同一内容可能刚刚由他人保存；请返回、刷新后再看。您的修改没有保存")],
        )
    if isinstance(error, OperationalError | InterfaceError):
        _LOG.error("database: %s", error)
        return (
            503,
            say("数据库暂时不能写入"),
            [say("您的修改没有保存，也没有丢失；请稍候再试。持续如此时请管理员检查磁盘空间")],
        )
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        _LOG.error("disk: %s", error)
        return 507, say("磁盘已满"), [say("没有保存任何内容；请管理员腾出磁盘空间后再试")]
    return _unusable(error) or _failed(error)


_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def _unusable(error: Exception) -> tuple[int, str, list[str]] | None:
    """The answer to a request that is no good; None where the fault is ours."""
    if isinstance(error, RequestDataTooBig):
        return 413, say("内容太大"), [say("一次送来的内容超过了上限；请分几次保存")]
    if isinstance(
        error, BadRequest | SuspiciousOperation | MultiPartParserError | UnreadablePostError
    ):
        return 400, say("请求无法处理"), [say("送来的内容不完整或不合要求；请返回、刷新后再试")]
    return None


def _failed(error: Exception) -> tuple[int, str, list[str]]:
    number = uuid4().hex[:8]
    _LOG.error("fault %s", number, exc_info=error)
    database = [say("您的修改没有保存，其他内容没有受影响")] if isinstance(error, Error) else []
    return (
        500,
        say("程序出错"),
        [*database, say("已记录，编号 {number}；请把编号告诉管理员", number=number)],
    )


def _answer(request: HttpRequest, error: Exception) -> HttpResponse:
    status, title, reasons = _told(error)
    if wants_json(request):
        return JsonResponse({"error": title, "reasons": reasons}, status=status)
    return render(request, "fault.html", {"title": title, "reasons": reasons}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that there is not."""
    return _answer(request, Http404(str(exception)))


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The page for what is not permitted."""
    return _answer(request, PermissionDenied())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The page for a request that is no good: a wrong host name has no page of ours at all."""
    return _plain(400, "请求无法处理", _told(exception)[2])


def failed(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The page for a fault outside of a view, perhaps of the page itself: words alone.

    Django has written the traceback to its log.
    """
    reasons = [say("您的修改没有保存；请稍候再试。持续如此时请管理员查看服务器日志和磁盘空间")]
    return _plain(500, "程序出错", reasons)


def _plain(status: int, title: str, reasons: list[str]) -> HttpResponse:
    text = "\n".join([say(title), *reasons])
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The page for a form that did not come from here or is too old."""
    title, reasons = say("表单已失效"), [say("页面可能开得太久；请返回、刷新后再试")]
    if wants_json(request):
        return JsonResponse({"error": title, "reasons": reasons}, status=403)
    return render(request, "fault.html", {"title": title, "reasons": reasons}, status=403)
