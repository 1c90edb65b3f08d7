"""Making the data folder ready to be served, in a process of its own that ends before the server starts."""

from __future__ import annotations

import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

from shouzhi.web import serving


class Ready(NamedTuple):
    """Who can sign in."""

    people: list[tuple[str, str, str]]
    """Of the examples: role, sign-in name, password."""
    examples: bool
    """Whether the example books could be found, where they were asked for."""
    first: tuple[str, str] | None
    """Sign-in name and password of the administrator whom this run has made."""


def make_ready(*, demo: bool) -> Ready:
    """Bring the data folder to this version, with the examples where they are asked for.

    It runs apart, for the server's processes are forked: what has laid out a PDF or asked
    a warehouse holds threads, which no fork has and which its child would wait for in vain.
    Raises serving.CannotServe.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), _to_its_end) as apart:
        return apart.submit(_made_ready, demo=demo).result()


def _to_its_end() -> None:
    """Ctrl+C ends the command, after this: nothing is left half laid out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _made_ready(*, demo: bool) -> Ready:
    serving.prepare()
    people: list[tuple[str, str, str]] = []
    examples = True
    if demo:
        from shouzhi.web.demo import lay_out  # noqa: PLC0415 - after the set-up

        try:
            people = list(lay_out())
        except FileNotFoundError:
            examples = False
    return Ready(people, examples, serving.first_administrator())
