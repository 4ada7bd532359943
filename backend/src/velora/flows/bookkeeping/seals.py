"""How far the ledger is sealed and anchored, for a person who looks after it."""

from dataclasses import dataclass
from datetime import datetime

from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.seals import SHARD
from velora.platform.house import House
from velora.platform.signing import NoSigningKey


@dataclass(frozen=True)
class Standing:
    """`waiting_seconds` is the age of the oldest journal that no block seals yet; `is_anchored` says whether the last block is."""

    block_n: int
    block_hash: str
    sealed_at: datetime | None
    journals: int
    key_id: str
    signing_key_id: str
    anchors: str
    is_anchored: bool
    waiting_seconds: int


async def standing(house: House) -> Standing:
    """Where the chain stands now. Raises AnchorsAway."""
    anchored = await house.anchors.newest(SHARD)
    async with house.db.read(None) as uow:
        found = await ledger.seals(uow)
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
        is_anchored=newest is None or (anchored is not None and anchored.n >= newest.block.n - 1),
        waiting_seconds=waiting,
    )


def _signing(house: House) -> str:
    try:
        return house.keys.key_id
    except NoSigningKey:
        return ""
