"""What the commands of `velora archive` have in common: where archives lie, which month is meant, how far it is."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from velora.apps.cli.console import Complaint, Exit, Tell
from velora.flows.archiving.check import Progress
from velora.flows.archiving.shelf import Shelf
from velora.modules.ledger.policy.months import Month
from velora.platform.settings import Settings

OutOption = Annotated[Path | None, typer.Option("--out", help="Folder of the archives; archive in VELORA_HOME if not given.")]


def shelf_of(settings: Settings, out: Path | None) -> Shelf:
    return Shelf(out or settings.home / "archive")


def month_named(text: str) -> Month:
    """The month that is written so. Raises Complaint."""
    if (found := Month.named(text)) is None:
        raise Complaint(f"{text} is no month. Write it as 2026-10.", Exit.USAGE)
    return found


def counting(tell: Tell) -> Progress:
    """Tells how many there were so far of each step."""
    done: Counter[str] = Counter()

    def count(step: str, more: int) -> None:
        done[step] += more
        tell(step, done[step], 0)

    return count
