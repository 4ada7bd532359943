"""How commands speak: to a person in short lines, to a machine in JSON, and to a shell by exit codes."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Annotated, Any, Final, NoReturn, TypeVar

import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from velora.apps.process import spare_the_collector

T = TypeVar("T")

_WIDE: Final = 200  # into a file or a pipe, lines are not cut

out: Final = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _WIDE)
err: Final = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Tell = Callable[[str, int, int], None]


class Exit(IntEnum):
    """What the exit code of every command means."""

    FINE = 0
    WRONG = 1  # it ran, and found something wrong or could not do what was asked
    USAGE = 2  # the command or a setting is not as it should be
    AWAY = 3  # an engine cannot be reached


class Complaint(Exception):
    """A command cannot go on: what is wrong and what to do, with the exit code that says so."""

    def __init__(self, message: str, code: Exit = Exit.WRONG) -> None:
        super().__init__(message)
        self.code = code


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on uvloop."""
    spare_the_collector()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def say(text: str) -> None:
    """One line for a person."""
    out.print(text, markup=False)


def give(value: object) -> None:
    """The answer for a machine: JSON on standard output, keys sorted."""
    sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n")


def stop_with(code: Exit) -> NoReturn:
    """End the command with this exit code."""
    raise typer.Exit(int(code))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> None:
    """Rows under headings; the columns named in `right` are figures."""
    shown = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        shown.add_column(column, justify="right" if column in right else "left", no_wrap=column in right)
    for row in rows:
        shown.add_row(*(str(cell) for cell in row))
    out.print(shown)


def facts(of: Mapping[str, object]) -> None:
    """Names and values, one a line."""
    width = max(map(len, of), default=0)
    for name, value in of.items():
        say(f"{name:<{width}}  {value}")


@contextmanager
def progress(title: str, *, quiet: bool = False) -> Generator[Tell]:
    """A bar on a terminal: call what is given with (what is being done, how much is done, of how much; 0 of 0 is not known)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    if not quiet and not err.is_terminal:
        err.print(f"{title} …", markup=False)
    with Progress(*columns, console=err, transient=True, disable=quiet or not err.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def tell(step: str, done: int, total: int) -> None:
            bar.update(task, description=step or title, completed=done, total=total or None)

        yield tell
