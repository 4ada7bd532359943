"""A proof as a document that docs/verify_proof.py checks: the journal, its way to the root of its block, and what lies outside."""

from dataclasses import dataclass

from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.seals import SHARD
from velora.modules.tenants import service as tenants
from velora.platform.house import House

VERSION = 1


@dataclass(unsafe_hash=True)
class NotSealedYet(Refusal):
    """Nothing proves the journal yet."""

    code = "ledger.not_sealed_yet"
    status = 409
    title = "This journal waits for its block"

    journal: str

    def detail(self) -> str:
        return f"{self.journal} has not been sealed yet. A worker seals about once a second: ask again, or look at velora ledger seals."


@dataclass(unsafe_hash=True)
class DoesNotProve(Refusal):
    """The journal or its block was changed."""

    code = "ledger.does_not_prove"
    status = 409
    title = "This journal is not what was sealed"

    journal: str
    block: int

    def detail(self) -> str:
        return f"{self.journal} does not lead to the root of block {self.block}: one of them was changed. Run velora ledger verify."


async def prove(house: House, journal_id: int) -> dict[str, object]:
    """The proof of this journal. Raises NotFound, NotSealedYet, DoesNotProve, MonthDropped, AnchorsAway."""
    name = encode("jrn", journal_id)
    async with house.db.read(None) as uow:
        markets = [one.id for one in await tenants.all_tenants(uow)]
        found = await ledger.prove(uow, markets, journal_id)
    match found:
        case None:
            raise NotFound("journal", name)
        case ledger.NotSealedYet():
            raise NotSealedYet(name)
        case ledger.DoesNotProve(n):
            raise DoesNotProve(name, n)
        case ledger.Proof():
            block = found.sealed.block
            pem = house.keys.public_pem(block.key_id)
            return {
                "velora_proof": VERSION,
                "journal": name,
                "form": found.form.decode(),
                "path": [{"side": step.side, "node": step.node.hex()} for step in found.path],
                "block": {"n": block.n, "form": block.form.decode(), "hash": found.sealed.block_hash.hex(), "key_id": block.key_id},
                "signature": block.signature.hex(),
                "anchor": await _anchor(house, block.n),
                "public_key": pem.decode() if pem else None,
            }


async def _anchor(house: House, n: int) -> dict[str, object] | None:
    async for one in house.anchors.read(SHARD, after=n - 1):
        return {"n": one.n, "block_hash": one.block_hash, "kept_in": house.anchors.place} if one.n == n else None
    return None
