"""Why a month is not archived, or not dropped."""

from dataclasses import dataclass
from datetime import datetime

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


@dataclass(unsafe_hash=True)
class KeptByEngine(Refusal):
    """An embedded database keeps everything."""

    code = "archive.kept_by_engine"
    title = "SQLite keeps everything"

    def detail(self) -> str:
        return (
            "SQLite has no partitions, and its triggers let nobody remove a row of the ledger, so months stay in it for ever. "
            "Archives of them can be written and verified all the same; months are dropped on MySQL."
        )


@dataclass(unsafe_hash=True)
class NothingToDrop(Refusal):
    code = "archive.nothing_to_drop"
    status = 404
    title = "The month is not in the database"

    month: str

    def detail(self) -> str:
        return f"The database has no journal of {self.month}. velora archive status shows which months it has."


@dataclass(unsafe_hash=True)
class NotItsTurn(Refusal):
    """Months go oldest first, so that what is gone is all that lies before one moment."""

    code = "archive.not_its_turn"
    title = "An older month goes first"

    month: str
    oldest: str

    def detail(self) -> str:
        return f"Months are dropped oldest first: {self.oldest} comes before {self.month}. Ask for that one."


@dataclass(unsafe_hash=True)
class NotOldEnough(Refusal):
    code = "archive.not_old_enough"
    title = "Books are kept for seven years"

    month: str
    may_go_from: datetime

    def detail(self) -> str:
        return f"{self.month} has journals that are younger than seven years until {self.may_go_from:%Y-%m-%d}. Come back then."


@dataclass(unsafe_hash=True)
class NotTheArchive(Refusal):
    """What would be dropped is not what the archive keeps."""

    code = "archive.not_the_archive"
    title = "The archive does not hold"

    month: str
    problems: tuple[str, ...]

    def detail(self) -> str:
        said = "\n".join(f"  {one}" for one in self.problems)
        return f"{self.month} stays in the database, because its archive does not hold:\n{said}\nAsk velora archive verify {self.month}."


@dataclass(unsafe_hash=True)
class NoRoundBehind(Refusal):
    """What accounts stood at when the month ended is not written down yet."""

    code = "archive.no_round_behind"
    title = "Snapshots do not reach behind the month yet"

    month: str
    epoch: int

    def detail(self) -> str:
        return (
            f"Balances are written down up to a block before {self.epoch}, the last of {self.month}. They are again with the first block "
            "of another day: come back when something was posted and sealed."
        )
