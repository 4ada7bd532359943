"""`velora openapi`."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from velora.apps.api import create_app
from velora.apps.cli.console import say
from velora.apps.front_desk import ProcessDesk
from velora.apps.wiring import open_house
from velora.platform.settings import Settings


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
