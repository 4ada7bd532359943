"""`velora doctor` and `velora openapi`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer

from velora.apps import doctor
from velora.apps.api import create_app
from velora.apps.cli.console import AsJson, Exit, give, run, say, stop_with
from velora.apps.doctor import Finding, State
from velora.apps.front_desk import ProcessDesk
from velora.apps.wiring import open_house
from velora.platform.settings import Settings, read_settings

app = typer.Typer()

_MARKS: Final = {State.OK: "✓", State.NOTE: "·", State.WRONG: "✗"}


@app.command("doctor", rich_help_panel="Care")
def doctor_command(json: AsJson = False) -> None:
    """Look at every engine and say what is wrong and how to mend it. Exit code 1 when something is wrong.

    Examples:

      velora doctor

      velora doctor --json | jq '.findings[] | select(.state == "wrong")'
    """
    found = run(doctor.examine(read_settings(), (lambda _: None) if json else _tell))
    wrong = [one for one in found if one.state is State.WRONG]
    if json:
        give({"well": not wrong, "findings": [asdict(one) for one in found]})
    else:
        say("")
        say(f"{len(wrong)} wrong." if wrong else "All is well.")
    if wrong:
        stop_with(Exit.WRONG)


@app.command(rich_help_panel="Care")
def openapi(file: Annotated[Path | None, typer.Argument(help="File to write; standard output if not given.")] = None) -> None:
    """Write the OpenAPI document, from which the web application's client is generated.

    Examples:

      velora openapi frontend/openapi.json

      velora openapi | jq '.paths | keys'
    """
    written = document()
    if file is None:
        sys.stdout.write(written)
    else:
        file.write_text(written)
        say(f"Written: {file}")


def document() -> str:
    """The OpenAPI document as it is kept: keys sorted, so that a change of the API is a small change of the file."""
    api = create_app(lambda: open_house(Settings()), ProcessDesk)
    return orjson.dumps(api.openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE).decode()


def _tell(finding: Finding) -> None:
    took = f" ({finding.ms} ms)" if finding.ms is not None else ""
    say(f"{_MARKS[finding.state]} {finding.subject:<16} {finding.says}{took}")
    if finding.mend:
        say(f"  {'':<16} → {finding.mend}")
