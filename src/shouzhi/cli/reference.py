"""Writes the generated pages of docs/ (commands, checks, forms, outlines); `--check` fails when one is stale."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click

from shouzhi.checks.reference import page as checks_page
from shouzhi.cli import main
from shouzhi.cli.forms_page import page as forms_page
from shouzhi.cli.outlines_page import page as outlines_page

DOCS: Final = Path(__file__).parents[3] / "docs"

_WIDTH: Final = 90


def page() -> str:
    """The whole page: `--help` of every command, in order."""
    parts = ["# Commands", "Written by `make docs` from the commands themselves; do not edit."]
    for path, context in commands(main, "shouzhi", None):
        parts += _section(path, context)
    return "\n\n".join(parts) + "\n"


def commands(
    command: click.Command, path: str, parent: click.Context | None
) -> Iterator[tuple[str, click.Context]]:
    """A command and all below it, each with the words that call it."""
    name = path.rpartition(" ")[2]
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH
    )
    yield path, context
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                yield from commands(found, f"{path} {inner}", context)


def _section(path: str, context: click.Context) -> Iterator[str]:
    yield f"## {path}"
    yield f"```text\n{context.get_help().rstrip()}\n```"


PAGES: Final[dict[str, Callable[[], str]]] = {
    "commands.md": page,
    "checks.md": checks_page,
    "forms.md": forms_page,
    "outlines.md": outlines_page,
}


def run(*, check: bool) -> int:
    """Write the pages, or with `check` compare them; the exit status."""
    status = 0
    for name, write in PAGES.items():
        fresh, path = write(), DOCS / name
        if not check:
            path.write_text(fresh, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != fresh:
            click.echo(f"docs/{name} is stale: run `make docs`", err=True)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(run(check="--check" in sys.argv[1:]))
