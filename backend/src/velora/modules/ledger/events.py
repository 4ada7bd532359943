"""What the ledger tells."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event
from velora.kernel.ids import JournalId


@dataclass(frozen=True)
class JournalsPosted(Event):
    """These journals of one tenant were written together; one event a batch keeps the order path light."""

    type: ClassVar[str] = "ledger.journals_posted.v1"
    aggregate: ClassVar[str] = "ledger"
    key: ClassVar[str] = "first_journal_id"

    first_journal_id: JournalId
    journal_ids: tuple[JournalId, ...]
