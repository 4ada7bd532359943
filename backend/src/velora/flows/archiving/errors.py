"""Why a month is not archived."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class NotOver(Refusal):
    code = "archive.not_over"
    title = "The month is not over"

    month: str

    def detail(self) -> str:
        return f"{self.month} is not over: journals are still posted into it. Archive it an hour after its end, or name an earlier month."


@dataclass(unsafe_hash=True)
class NotSealed(Refusal):
    code = "archive.not_sealed"
    title = "The month is not sealed"

    month: str
    epoch: int

    def detail(self) -> str:
        return f"Journals of {self.month} are in epoch {self.epoch}, which no block seals yet. Seal them first: velora ledger seal --once"


@dataclass(unsafe_hash=True)
class DoesNotHold(Refusal):
    """What was written does not lead to the blocks, so it does not stand."""

    code = "archive.does_not_hold"
    title = "The month does not lead to its blocks"

    month: str
    problems: tuple[str, ...]

    def detail(self) -> str:
        said = "\n".join(f"  {one}" for one in self.problems)
        return f"{self.month} was not archived, because its journals do not lead to its blocks:\n{said}\nAsk velora ledger verify first."


@dataclass(unsafe_hash=True)
class ArchivedOtherwise(Refusal):
    """An archive is written once."""

    code = "archive.archived_otherwise"
    title = "The month was archived with other content"

    month: str
    folder: str

    def detail(self) -> str:
        return (
            f"{self.folder} holds {self.month} with other content than the database has now, and an archive is never overwritten. "
            f"Ask velora archive verify {self.month} and velora ledger verify which of the two was changed. If journals came into the "
            "month after it was archived, move the old folder away and archive the month again."
        )


@dataclass(unsafe_hash=True)
class NotArchived(Refusal):
    code = "archive.not_archived"
    status = 404
    title = "The month has no archive"

    month: str
    folder: str

    def detail(self) -> str:
        return f"There is no archive of {self.month} in {self.folder}. Write it: velora archive run --until {self.month}"
