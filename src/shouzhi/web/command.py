"""`shouzhi serve`, `audit`, `backup` and `restore`: the application from the terminal.

Django is imported by the commands, never by `--help`: the settings read the environment
that the options set.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial, wraps
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from shouzhi.cli.messages import Language, Messages, language_option

if TYPE_CHECKING:
    from shouzhi.web.ready import Ready

UNUSABLE: Final = 2
_NEEDED: Final = (
    "django",
    "granian",
    "axes",
    "csp",
    "whitenoise",
    "dj_database_url",
    "argon2",
    "huey",
)

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="SHOUZHI_DATA",
    default=Path("shouzhi-data"),
    show_default=True,
    help="Folder of the database, uploads, releases and the secret key.",
)


def _told(messages: Messages, key: str, **values: object) -> None:
    click.echo(messages(key, **values), err=True)
    sys.exit(UNUSABLE)


def _application(messages: Messages, data: Path) -> None:
    """Set the environment of the settings; ends with a message where the extra is missing."""
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        _told(messages, "serve-extra", missing=", ".join(missing))
    os.environ["SHOUZHI_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouzhi.web.settings")


@contextmanager
def _gently(messages: Messages) -> Iterator[None]:
    """Tell why something cannot be done in one line and end with 2."""
    from shouzhi.web.serving import CannotServe  # noqa: PLC0415 - needs the extra

    try:
        yield
    except CannotServe as error:
        _told(messages, error.key, **error.values)


def _with_database(command: Callable[..., None]) -> Callable[..., None]:
    """A command that works on the database of a data folder that is there."""

    @wraps(command)
    def answer(*, data: Path, lang: Language, **options: Any) -> None:  # noqa: ANN401 - the command's own
        messages = Messages(lang)
        if not data.is_dir():
            _told(messages, "serve-no-data", folder=data)
        _application(messages, data)
        with _gently(messages):
            _set_up(data)
            from django.db import Error  # noqa: PLC0415 - after the set-up

            try:
                command(messages=messages, **options)
            except Error as error:
                _told(messages, "serve-database", why=str(error).strip().partition("\n")[0])

    return answer


def _set_up(data: Path) -> None:
    """Load the application; raises CannotServe for a folder that is not ours to read."""
    import django  # noqa: PLC0415 - after the environment

    from shouzhi.web.serving import CannotServe  # noqa: PLC0415 - needs the extra

    try:
        django.setup()
    except OSError as error:
        raise CannotServe("serve-folder", folder=data, why=error.strerror or str(error)) from None


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on.",
)
@data_option
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Processes that answer.",
)
@click.option(
    "--demo", is_flag=True, help="Lay out an invented department with one person of each role."
)
@language_option
def serve(*, host: str, port: int, data: Path, workers: int, demo: bool, lang: Language) -> None:
    """Run the application in the browser, and its queue, until Ctrl+C.

    SQLite in the data folder, or the PostgreSQL database that DATABASE_URL names.
    SHOUZHI_HOSTS names the hosts under which it is reached, SHOUZHI_HTTPS=1 says that it
    is reached by HTTPS, SHOUZHI_PROXIES how many proxies stand in front of it.
    """
    messages = Messages(lang)
    _application(messages, data)
    os.environ["SHOUZHI_SERVING"] = "1"
    os.environ.setdefault("SHOUZHI_HOSTS", ",".join(_names(host)))
    with _gently(messages):
        from shouzhi.web import ready, serving  # noqa: PLC0415 - needs the extra

        serving.make_folder(data)
        serving.free_port(host, port)
        with serving.alone(data):
            _welcome(messages, ready.make_ready(demo=demo))
            address = f"http://{_name(host)}:{port}/"
            told = messages("serve-ready", address=address, folder=data.absolute())
            serving.run(host, port, workers, partial(click.echo, told))
    click.echo(messages("serve-ended"))


def _names(host: str) -> list[str]:
    """The names under which the server is reached: this machine's own too, where it listens everywhere."""
    names = ["localhost", "127.0.0.1", "[::1]", _name(host)]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - what the person asked for
        names += [socket.gethostname(), socket.getfqdn()]
        with suppress(OSError):
            names += socket.gethostbyname_ex(socket.gethostname())[2]
    return list(dict.fromkeys(names))


def _name(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _welcome(messages: Messages, made: Ready) -> None:
    """Say with which names one can sign in, where this run has made any."""
    for role, name, password in made.people:
        click.echo(messages("serve-person", role=role, name=name, password=password))
    if not made.examples:
        click.echo(messages("serve-no-examples"), err=True)
    if made.first:
        click.echo(messages("serve-first", name=made.first[0], password=made.first[1]))


@click.group()
def audit() -> None:
    """Prove or export the audit log."""


@audit.command()
@data_option
@language_option
@_with_database
def verify(*, messages: Messages) -> None:
    """Walk the hash chain of the audit log: exit 0 where it holds, 1 where it does not."""
    from shouzhi.web.audit.log import verify as broken_places  # noqa: PLC0415 - after the set-up
    from shouzhi.web.audit.models import Entry  # noqa: PLC0415 - as above

    broken = 0
    for place in broken_places():
        broken += 1
        click.echo(messages("audit-broken", number=place.number, why=place.why))
    last = Entry.objects.order_by("-number").first()
    count = Entry.objects.count()
    if broken:
        click.echo(messages("audit-fails", count=count, broken=broken), err=True)
        sys.exit(1)
    click.echo(messages("audit-holds", count=count, hash=last.hash if last else "-"))


@audit.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; else printed.",
)
@click.option(
    "--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True
)
@data_option
@language_option
@_with_database
def export(*, messages: Messages, output: Path | None, form: str) -> None:
    """Write the whole audit log as CSV or JSON lines."""
    from shouzhi.web.audit.export import lines  # noqa: PLC0415 - after the set-up

    if output is None:
        for line in lines(form):
            click.echo(line, nl=False)
        return
    part = output.with_name(f".{output.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines(form))
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        _told(messages, "backup-write", file=output, why=error.strerror or str(error))
    click.echo(messages("audit-written", file=output))


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@data_option
@language_option
@_with_database
def backup(*, messages: Messages, out: Path) -> None:
    """Write the database and the files of the data folder to one file OUT, while the server runs."""
    from shouzhi.web.backup import back_up  # noqa: PLC0415 - after the set-up

    made = back_up(out)
    click.echo(
        messages("backup-done", file=made.file, files=made.files, mib=f"{made.size / 2**20:.1f}")
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@data_option
@click.option(
    "--force",
    is_flag=True,
    help="Put aside the data that is there and take the place of its database.",
)
@language_option
def restore(*, file: Path, data: Path, force: bool, lang: Language) -> None:
    """Bring back what `shouzhi backup` has written to FILE; the server must not be running."""
    messages = Messages(lang)
    _application(messages, data)
    with _gently(messages):
        from shouzhi.web.restoring import bring_back  # noqa: PLC0415 - needs the extra

        back = bring_back(file, data, force=force)
    if back.aside is not None:
        click.echo(messages("restore-aside", folder=back.aside))
    click.echo(messages("restore-done", folder=data, files=back.files, entries=back.entries))
    if back.broken:
        click.echo(messages("restore-chain", broken=back.broken), err=True)
        sys.exit(1)
