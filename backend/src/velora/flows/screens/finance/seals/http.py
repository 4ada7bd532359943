"""Routes of the seals: where the chain of blocks stands, and its last blocks."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from velora.flows.bookkeeping.seals import standing
from velora.kernel.errors import Forbidden, Invalid
from velora.kernel.paging import decode_cursor, encode_cursor
from velora.modules.ledger import service as ledger
from velora.platform.web import FinanceAdmin, HouseDep, MoneyOut, Schema, problems
from velora.platform.web.callers import NotSignedIn

router = APIRouter(prefix="/finance/seals", tags=["finance"])


class BlockOut(Schema):
    """`sums` is what moved, by currency. `total` counts the journals of all blocks up to this one."""

    n: int
    sealed_at: datetime
    journals: int
    total: int
    sums: list[MoneyOut]
    hash: str
    previous_hash: str
    merkle_root: str
    key_id: str
    anchored: bool


class SealsOut(Schema):
    """`waiting_seconds` is the age of the oldest journal that no block seals yet; `late` says that somebody should look."""

    last: BlockOut | None
    signing_key_id: str = Field(description="The key that signs here; empty where blocks are made elsewhere")
    anchors: str = Field(description="Where the anchors are kept")
    is_anchored: bool
    waiting_seconds: int
    late: bool
    now: datetime
    data: list[BlockOut]
    next_cursor: str | None
    has_more: bool


@router.get("", responses=problems(Invalid, NotSignedIn, Forbidden))
async def list_seals(
    caller: FinanceAdmin, house: HouseDep, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> SealsOut:
    """How far the ledger is sealed and anchored, and its blocks, newest first."""
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    stands = await standing(house)
    async with house.db.read(None) as uow:
        found = await ledger.newest_blocks(uow, before=before, limit=limit + 1)
        newest = next(iter(found), None) if before is None else await ledger.newest_block(uow)
        now = uow.now
    upto = stands.anchored_n
    following = encode_cursor(found[limit - 1].block.n) if len(found) > limit else None
    return SealsOut(
        last=_block(newest, upto) if newest else None, signing_key_id=stands.signing_key_id, anchors=stands.anchors,
        is_anchored=stands.is_anchored, waiting_seconds=stands.waiting_seconds,
        late=stands.is_late, now=now,
        data=[_block(one, upto) for one in found[:limit]], next_cursor=following, has_more=following is not None,
    )  # fmt: skip


def _block(one: ledger.SealedBlock, anchored_upto: int) -> BlockOut:
    block = one.block
    return BlockOut(
        n=block.n, sealed_at=block.sealed_at, journals=block.journals, total=one.total,
        sums=[MoneyOut.of(amount, currency) for currency, amount in sorted(block.sums.items())], hash=one.block_hash.hex(),
        previous_hash=block.prev_hash.hex(), merkle_root=block.merkle_root.hex(), key_id=block.key_id, anchored=block.n <= anchored_upto,
    )  # fmt: skip
