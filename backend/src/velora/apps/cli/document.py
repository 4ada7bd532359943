"""`velora openapi` and `velora asyncapi`: what others program against."""

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from velora.apps.api import create_app
from velora.apps.cli.console import Complaint, Exit, say
from velora.apps.front_desk import ProcessDesk
from velora.apps.wiring import open_house
from velora.platform.bus import asyncapi as events
from velora.platform.settings import Settings


def openapi(file: Annotated[Path | None, typer.Argument(help="File to write; standard output if not given.")] = None) -> None:
    """Write the OpenAPI document, from which the web application's client is generated.

    Examples:

      velora openapi frontend/openapi.json

      velora openapi | jq '.paths | keys'
    """
    _write(document(), file)


def asyncapi(file: Annotated[Path | None, typer.Argument(help="File to write; standard output if not given.")] = None) -> None:
    """Write the AsyncAPI document: the topics and what is told on them.

    Exit code 1, and nothing is written, when whoever reads by the file as it is would break.

    Examples:

      velora asyncapi docs/asyncapi.json

      velora asyncapi | jq '.channels | keys'
    """
    told = events.document()
    if file is not None and file.exists() and (broken := events.breaks(_schemas(file), told["components"]["schemas"])):
        mend = "Leave what is told as it is, and tell it anew beside it, under a type with the next number."
        raise Complaint(f"Whoever reads by {file} would break:\n" + "\n".join(f"  {one}" for one in broken) + f"\n{mend}")
    _write(as_text(told), file)


def _schemas(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())["components"]["schemas"]
    except (ValueError, KeyError, TypeError) as error:
        raise Complaint(f"{file} is no AsyncAPI document of ours. Name another file, or remove it.", Exit.USAGE) from error


def _write(written: str, file: Path | None) -> None:
    if file is None:
        sys.stdout.write(written)
    else:
        file.write_text(written)
        say(f"Written: {file}")


def document() -> str:
    """The OpenAPI document as it is kept: keys sorted, so that a change of the API is a small change of the file."""
    api = create_app(lambda: open_house(Settings()), ProcessDesk)
    return as_text(api.openapi())


def as_text(written: Any) -> str:
    """A document as it is kept in a file."""
    return orjson.dumps(written, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE).decode()
