"""Making the data folder ready to be served, in a process of its own that ends before the server starts."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final, NamedTuple

from shouzhi.web import serving

_DEMO: Final = "demo"


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
    command = [sys.executable, "-m", __name__, *([_DEMO] if demo else [])]
    # A session of its own: Ctrl+C ends the command after it, and nothing is left half laid out.
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as apart:  # noqa: S603 - our own
        try:
            told, _ = apart.communicate()
        except KeyboardInterrupt:
            apart.wait()
            raise
    if apart.returncode != 0:
        raise RuntimeError("the data folder could not be made ready: see above")
    return _read(json.loads(told))


def _read(told: dict[str, Any]) -> Ready:
    if "cannot" in told:
        raise serving.CannotServe(told["cannot"], **told["values"])
    people = [(role, name, password) for role, name, password in told["people"]]
    return Ready(people, told["examples"], tuple(told["first"]) if told["first"] else None)


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


def main() -> None:
    """Make ready, and tell how it went as one JSON object."""
    try:
        told: dict[str, Any] = _made_ready(demo=_DEMO in sys.argv[1:])._asdict()
    except serving.CannotServe as cannot:
        told = {"cannot": cannot.key, "values": cannot.values}
    sys.stdout.write(json.dumps(told, default=str, ensure_ascii=True))


if __name__ == "__main__":
    main()
