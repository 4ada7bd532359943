"""The `velora` command. Exit codes: 0 fine, 1 something is wrong, 2 the command or a setting is, 3 an engine cannot be reached;
and 130, as in every shell, when Ctrl-C has stopped it.

This page lists the commands. Where each is written is loaded when it is called, so that help and completion are there at once.
"""

from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

_STOPPED: Final = 130


class Later(TyperCommand):
    """A command, or a group of them, as the list shows it; `where` says page and name of what is loaded when it is called."""

    def __init__(self, name: str, where: str, panel: str, says: str) -> None:
        super().__init__(name, help=says, rich_help_panel=panel)
        self._where = where

    def load(self) -> Any:
        """The command itself."""
        page, name = self._where.split(":")
        found = getattr(import_module(f"{__name__}.{page}"), name)
        if isinstance(found, typer.Typer):
            return get_group(found)
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(found)
        return get_command(alone)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return self.load().make_context(info_name, args, parent, **extra)


COMMANDS: Final = (
    Later("up", "up:up", "Run", "Run everything in this one process: API, web application and background work."),
    Later("serve", "serving:serve_command", "Run",
          "Answer requests: API and web application, without background work (that is `velora worker`)."),
    Later("worker", "working:worker_command", "Run",
          "Do the background work: seal the ledger, relay events, sweep payments and refunds, release escrow, send mail, make partitions."),
    Later("demo", "demo:app", "Content", "The demo marketplaces, and the replay of a real shop's year."),
    Later("tenant", "people:tenant", "Content", "Marketplaces."),
    Later("seller", "selling:seller", "Content", "Sellers, across all marketplaces."),
    Later("user", "people:user", "Content", "People and their roles."),
    Later("import", "goods:imports", "Content", "Products from a file."),
    Later("search", "searching:search", "Content", "The product index."),
    Later("ledger", "money:app", "Money", "The books: doubt them, sum them up, look for journals, read and prove one."),
    Later("fx", "changing:app", "Money", "What a bank or the gateway changed into another currency: record it, list it."),
    Later("receipts", "receiving:app", "Money", "What came without a gateway: take in a statement, list it, see who has not paid."),
    Later("suspense", "agreeing:suspense", "Money", "Money that matches nothing, and what the gateway has not answered."),
    Later("disputes", "disputing:disputes", "Money", "What buyers' banks took back, and how each dispute has ended."),
    Later("approvals", "agreeing:approvals", "Money", "What waits for a second person: look at it, agree to it, turn it down."),
    Later("archive", "archives:app", "Money", "Months of the ledger as verified files: write, list, check and, when old, drop them."),
    Later("doctor", "care:doctor_command", "Care",
          "Look at every engine and say what is wrong and how to mend it. Exit code 1 when something is wrong."),
    Later("openapi", "document:openapi", "Care", "Write the OpenAPI document, from which the web application's client is generated."),
    Later("asyncapi", "document:asyncapi", "Care", "Write the AsyncAPI document: the topics and what is told on them."),
    Later("bench", "bench:app", "Care", "How fast this machine is with this database."),
    Later("db", "schema:db", "Care", "The schema: bring it up to date, see how far it is, say who may do what."),
    Later("partitions", "upkeep:partitions", "Care", "Monthly partitions of the large tables (MySQL)."),
    Later("documents", "documents:app", "Care", "Invoices, credit notes and return labels: issue those of orders from before."),
    Later("figures", "figures:figures", "Care", "What pages say of whole histories: count it again, compare it with the tables."),
    Later("outbox", "upkeep:outbox", "Care", "Events on their way to the bus."),
    Later("webhooks", "telling:app", "Care", "Whom we tell of what happens by webhook, and whether that goes well."),
    Later("jobs", "jobs:app", "Care", "What workers have still to do, and what they had to give up; have it done again."),
    Later("events", "events:app", "Care", "Who listens to events, how far each is, what nobody could take; tell it again."),
)  # fmt: skip


class Commands(TyperGroup):
    """Every command ends with a sentence and an exit code when it cannot go on, never with a traceback for what a person can mend."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for command in COMMANDS:
            self.add_command(command)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("Stopped. Nothing is half-done: the same command goes on where this one was, or begins again.", err=True)
            raise typer.Exit(_STOPPED) from None
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except Exception as error:
            code = import_module(f"{__name__}.home").explain(error)
            if code is None:
                raise
            raise typer.Exit(code) from error


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine · 1 something is wrong · 2 the command or a setting is · 3 an engine cannot be reached",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"velora {version('velora')}")
        raise typer.Exit


@app.callback()
def velora(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")] = False,
) -> None:
    """Velora, a multi-tenant marketplace. Try it: velora up --demo

    Settings are VELORA_… variables or an .env file; what is not set runs embedded. velora doctor says how all of it fares.
    """


def main() -> None:
    """The entry point."""
    app(prog_name="velora")
