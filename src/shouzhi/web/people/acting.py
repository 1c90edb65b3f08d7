"""A page with one form: what it asks is done, or the form comes back with what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shouzhi.cycle.moves import Refused
from shouzhi.web.faults import Stale
from shouzhi.web.language import say


def act(
    request: HttpRequest,
    form: Form,
    do: Callable[[Mapping[str, Any]], str],
    *,
    page: str,
    done: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """Show a form, or do what it asks and go to the address that `do` gives.

    Refused puts its reasons above the form.  Stale shows both versions, 409; sending the
    form once more then replaces the other's version, knowingly.
    """
    if request.method == "POST" and form.is_valid():
        try:
            address = do(form.cleaned_data)
        except Refused as error:
            for reason in error.reasons:
                form.add_error(None, reason)
        except Stale as error:
            told = {"what": error.what, "rows": differences(form, error.yours, error.theirs)}
            return render(request, page, {**context, "form": form, "stale": told}, status=409)
        else:
            messages.success(request, say(done))
            return redirect(address)
    status = 422 if request.method == "POST" else 200
    return render(request, page, {**context, "form": form, "stale": None}, status=status)


def differences(form: Form, yours: object, theirs: object) -> list[tuple[str, object, object]]:
    """What differs between two versions: the field in words, yours, theirs."""
    mine, other = (side if isinstance(side, Mapping) else {} for side in (yours, theirs))
    rows = []
    for key in mine:
        label = str(form.fields[key].label) if key in form.fields else key
        if mine[key] != other.get(key):
            rows.append((say(label), mine[key], other.get(key)))
    return rows
