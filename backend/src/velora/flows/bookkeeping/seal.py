"""Sealing the ledger: about once a second, what was posted since goes into a block that is chained, signed and anchored.

Each step is a transaction of its own and can be taken by any process, so a sealer that dies leaves nothing half-done, and two that
seal at once get in nobody's way. The next epoch is open before the old one is closed, so that no order waits for a sealer; the
closing waits for those who are still posting, so that nothing can be added to what is sealed.
"""

from collections.abc import Sequence
from typing import Final

from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.seals import SHARD
from velora.modules.ledger.service import SealedBlock
from velora.platform.anchors.port import Anchor, AnchorConflict
from velora.platform.db import Duplicate
from velora.platform.house import House
from velora.platform.signing import Signer

_A_BATCH: Final = 500


async def seal_once(house: House, *, round_journals: int = ledger.ROUND_JOURNALS) -> int:
    """Everything posted until now is sealed and anchored; how many blocks were added.

    Raises NoSigningKey, AnchorsAway, and AnchorConflict where the chain in the database is not the anchored one: then postings go
    on, and are sealed when that is mended.
    """
    await anchor_in_time(house)
    added = 0
    while await _seal_next(house, round_journals):
        added += 1
    if added:
        await anchor_in_time(house)
    return added


async def _seal_next(house: House, round_journals: int) -> bool:
    """The epoch after the newest block is closed and sealed, if anything was posted in it."""
    db = house.sealing
    async with db.read(None) as uow:
        n = await ledger.next_to_close(uow)
    if n is None:
        return False
    signer = await _signer(house)
    async with db.begin(None) as uow:
        await ledger.open_epoch(uow, n + 1)
    async with db.begin(None) as uow:
        await ledger.close_epoch(uow, n)
    try:
        async with db.begin(None) as uow:
            sealed = await ledger.seal(uow, n, key_id=signer.key_id, sign=signer.sign, round_journals=round_journals)
    except Duplicate:
        return False  # another sealer was first
    return sealed is not None


async def _signer(house: House) -> Signer:
    """The key that signs; the first one is made when nothing has been sealed yet. Raises NoSigningKey when there was one and is none."""
    if not house.keys.known():
        async with house.sealing.read(None) as uow:
            if not await ledger.blocks_after(uow, 0, limit=1):
                return house.keys.make()
    return house.keys.signer()


async def anchor_in_time(house: House) -> int:
    """No block waits for its anchor longer than a write to their place may wait for others to go with it; as `anchor` otherwise."""
    newest = await _last_anchor(house)
    if newest is None or abs(house.clock.now() - newest.sealed_at) >= house.anchors.every:
        return await _anchor_after(house, newest)
    return 0


async def anchor(house: House) -> int:
    """Every block has its anchor; how many were written. The last anchored block must still be what it was, or nothing is added to it."""
    return await _anchor_after(house, await _last_anchor(house))


async def _anchor_after(house: House, newest: Anchor | None) -> int:
    after = newest.n if newest else 0
    written = 0
    while True:
        async with house.sealing.read(None) as uow:
            blocks = await ledger.blocks_after(uow, after, limit=_A_BATCH)
        if not blocks:
            return written
        await house.anchors.write(anchors_of(blocks))
        after = blocks[-1].block.n
        written += len(blocks)


async def _last_anchor(house: House) -> Anchor | None:
    """The newest anchor. Raises AnchorConflict where its block is not what it was."""
    newest = await house.anchors.newest(SHARD)
    if newest is None:
        return None
    async with house.sealing.read(None) as uow:
        tip = await ledger.block(uow, newest.n)
    if tip is None or anchors_of([tip]) != [newest]:
        raise AnchorConflict(
            f"Block {newest.n} is not the one that was anchored in {house.anchors.place}. Nothing is sealed until it is known who "
            "changed the ledger: velora ledger verify"
        )
    return newest


def anchors_of(blocks: Sequence[SealedBlock]) -> list[Anchor]:
    """What is kept of these blocks outside the database."""
    return [
        Anchor(
            one.block.shard, one.block.n, one.block_hash.hex(), one.block.key_id, one.block.signature.hex(), one.block.sealed_at
        )
        for one in blocks
    ]  # fmt: skip
