"""The `velora` command. Exit codes: 0 fine, 1 something is wrong, 2 the command or a setting is, 3 an engine cannot be reached."""

from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from velora.apps.cli import bench, care, demo, goods, money, people, schema, serving
from velora.apps.cli.console import err
from velora.apps.cli.home import KNOWN, complaint_of


class Commands(TyperGroup):
    """Every command ends with a sentence and an exit code when it cannot go on, never with a traceback for what a person can mend."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KNOWN as error:
            complaint = complaint_of(error)
            err.print(str(complaint), markup=False)
            raise typer.Exit(int(complaint.code)) from error


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine · 1 something is wrong · 2 the command or a setting is · 3 an engine cannot be reached",
)
app.add_typer(serving.app)
app.add_typer(demo.app, name="demo", rich_help_panel="Content")
app.add_typer(people.tenant, name="tenant", rich_help_panel="Content")
app.add_typer(people.user, name="user", rich_help_panel="Content")
app.add_typer(goods.imports, name="import", rich_help_panel="Content")
app.add_typer(goods.search, name="search", rich_help_panel="Content")
app.add_typer(money.app, name="ledger", rich_help_panel="Money")
app.add_typer(care.app)
app.add_typer(bench.app, name="bench", rich_help_panel="Care")
app.add_typer(schema.db, name="db", rich_help_panel="Care")
app.add_typer(schema.partitions, name="partitions", rich_help_panel="Care")
app.add_typer(schema.outbox, name="outbox", rich_help_panel="Care")


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
