"""The command line: `shouzhi` and its commands, each imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from shouzhi import __version__

COMMANDS = {
    "read": ("shouzhi.cli.read:read", "Read published budgets and accounts into tables and facts."),
    "check": (
        "shouzhi.cli.check:check",
        "Check published budgets and accounts: what is wrong, where, and what it should be.",
    ),
    "book": (
        "shouzhi.cli.book:book",
        "Keep a department's book: start one, look it over, convert it.",
    ),
    "publish": (
        "shouzhi.cli.publish:publish",
        "Publish a book: every table and sentence, as Word, PDF, Excel, web page and open data.",
    ),
    "compare": (
        "shouzhi.cli.compare:compare",
        "Compare two books or documents: what was added, removed and changed.",
    ),
    "classification": (
        "shouzhi.cli.classification:classification",
        "Look into the official lists of account codes, and bring newer ones.",
    ),
    "corpus": (
        "shouzhi.cli.corpus:corpus",
        "Keep a warehouse of many documents: add, list, search, ask in SQL, export.",
    ),
    "site": (
        "shouzhi.web.public.command:site",
        "Make the public site of books and documents, as files for any web server.",
    ),
    "serve": (
        "shouzhi.web.command:serve",
        "Run the application in the browser, and its queue, until Ctrl+C.",
    ),
    "audit": ("shouzhi.web.command:audit", "Prove or export the audit log."),
    "backup": (
        "shouzhi.web.command:backup",
        "Write the database and the files of the data folder to one file OUT, while the server runs.",
    ),
    "restore": (
        "shouzhi.web.command:restore",
        "Bring back what `shouzhi backup` has written to FILE; the server must not be running.",
    ),
    "demo": ("shouzhi.cli.demo:demo", "Read the example documents and print what they hold."),
}
"""Each command: where it stands, and its line in `shouzhi --help`."""


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - tells the type checker
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup)
@click.version_option(__version__, prog_name="shouzhi")
def main() -> None:
    """Shouzhi 收支: government budgets and accounts as checked facts."""
