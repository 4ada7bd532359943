"""How far the ledger is sealed and anchored, for a person who looks after it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.seals import SHARD
from velora.platform.anchors.port import Anchor
from velora.platform.db import UnitOfWork
from velora.platform.house import House
from velora.platform.signing import NoSigningKey

_LATE_SECONDS: Final = 60  # a worker seals about once a second; after so long somebody should look
_A_MOMENT: Final = timedelta(seconds=30)  # that a write and the next look may take


@dataclass(frozen=True)
class Standing:
    """`waiting_seconds` is the age of the oldest journal that no block seals yet.

    `is_anchored` says whether no block waits for its anchor longer than it may; `anchored_n` which one was the last.
    """

    block_n: int
    block_hash: str
    sealed_at: datetime | None
    journals: int
    key_id: str
    signing_key_id: str
    anchors: str
    is_anchored: bool
    anchored_n: int
    waiting_seconds: int

    @property
    def is_late(self) -> bool:
        """Whether somebody should look."""
        return self.waiting_seconds > _LATE_SECONDS or not self.is_anchored


async def standing(house: House) -> Standing:
    """Where the chain stands now. Raises AnchorsAway."""
    anchored = await house.anchors.newest(SHARD)
    async with house.db.read(None) as uow:
        found = await ledger.seals(uow)
        late = await anchors_are_late(uow, anchored, house.anchors.every)
        waiting = max(int((uow.now - found.oldest_waiting).total_seconds()), 0) if found.oldest_waiting else 0
    newest = found.newest
    return Standing(
        block_n=newest.block.n if newest else 0,
        block_hash=newest.block_hash.hex() if newest else "",
        sealed_at=newest.block.sealed_at if newest else None,
        journals=newest.total if newest else 0,
        key_id=newest.block.key_id if newest else "",
        signing_key_id=_signing(house),
        anchors=house.anchors.place,
        is_anchored=not late,
        anchored_n=anchored.n if anchored else 0,
        waiting_seconds=waiting,
    )


async def anchors_are_late(uow: UnitOfWork, anchored: Anchor | None, every: timedelta) -> bool:
    """Whether a block has been without its anchor for longer than its place lets it wait for others to go with it.

    Where there is no anchor at all, none is on its way either.
    """
    waiting = await ledger.block(uow, anchored.n + 1 if anchored else 1)
    return waiting is not None and (anchored is None or uow.now - waiting.block.sealed_at > every + _A_MOMENT)


def _signing(house: House) -> str:
    try:
        return house.keys.key_id
    except NoSigningKey:
        return ""
