"""Signing in and out, and the password."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import auth, messages
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from shouzhi.web.audit.log import Actor, actor, record
from shouzhi.web.language import say
from shouzhi.web.pages import public, signed_in
from shouzhi.web.people.guessing import spread_out
from shouzhi.web.people.sessions import SINCE


@public("GET", "POST")
def login(request: HttpRequest) -> HttpResponse:
    """Sign in; after five failures the name is locked for a quarter of an hour at that address."""
    if request.method == "POST" and spread_out(request, request.POST.get("username", "")):
        return locked_out(request)
    form = AuthenticationForm(request, request.POST if request.method == "POST" else None)
    form.fields["username"].label = "登录名"
    if request.method == "POST" and form.is_valid():
        auth.login(request, form.get_user())
        request.session[SINCE] = time.time()
        with transaction.atomic():
            record(actor(request), "sign-in", request.user)
        return redirect(_next(request))
    return render(request, "people/login.html", {"form": form, "next": request.GET.get("next", "")})


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    secure = request.is_secure()
    if wanted and url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=secure
    ):
        return wanted
    return resolve_url("home")


@signed_in("POST")
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    with transaction.atomic():
        record(actor(request), "sign-out", request.user)
    auth.logout(request)
    return redirect("people:login")


@signed_in("GET", "POST")
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password; other sessions of the same person end."""
    form = PasswordChangeForm(request.user, request.POST if request.method == "POST" else None)
    form.fields["new_password1"].help_text = ""  # the rules stand above the form, as a list
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user = form.save()
            user.must_change_password = False
            user.save(update_fields=["must_change_password"])
            record(actor(request), "password", user)
        auth.update_session_auth_hash(request, user)
        messages.success(request, say("密码已修改"))
        return redirect("home")
    context = {"form": form, "rules": password_validators_help_texts()}
    return render(request, "people/password.html", context)


def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:  # noqa: ANN401 - the lock's signature
    """Too many failures: told how long to wait, and recorded."""
    from shouzhi.web.people.models import User  # noqa: PLC0415 - the lock asks before apps are ready

    name = request.POST.get("username", "")[:60]
    if user := User.objects.filter(username=name).first():
        with transaction.atomic():
            record(Actor(None, request.META.get("REMOTE_ADDR", "")), "locked-out", user)
    reasons = [say("登录失败次数过多；请 15 分钟后再试，或请系统管理员重设密码")]
    return render(
        request, "fault.html", {"title": say("暂时不能登录"), "reasons": reasons}, status=429
    )
