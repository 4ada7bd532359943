"""What journals are about: from an order, a payment, a refund, a transfer, a dispute, a case or a payout to the journals that moved it.

The way leads by their business keys, which say what each is for; a payload is never searched.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from velora.flows import awaited_postings, dispute_postings, postings, suspense_postings
from velora.kernel.errors import Invalid
from velora.kernel.ids import encode, try_decode
from velora.modules.disputes import service as disputes
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseFacts
from velora.modules.transfers import service as transfers
from velora.platform.db import UnitOfWork

Key = tuple[int, int]  # tenant, id
BusinessKey = tuple[int, str]  # tenant, what for

OF_INTENT: Final = (
    postings.authorisation_key, postings.authorisation_ended_key, awaited_postings.awaited_key, awaited_postings.awaited_ended_key,
    postings.capture_key, postings.fee_key,
)  # fmt: skip
OF_REFUND: Final = (postings.refund_key, postings.refund_paid_key, postings.refund_failed_key)
_ACCOUNTS: Final = 50  # each is a walk of its own through two indexes
_OF_PAYOUT: Final = (postings.payout_key, postings.payout_paid_key, postings.payout_failed_key)


def of_part(part_id: int) -> tuple[str, ...]:
    """The keys of what moves, or lowers, the money of one seller's part of an order alone."""
    return postings.release_key(part_id), awaited_postings.awaited_lowered_key(encode("sor", part_id))


async def about(uow: UnitOfWork, tenant_ids: Sequence[int], what: str) -> list[Key]:
    """(tenant, journal) of every journal about this: a journal, order, parcel of one, payment, refund, transfer, dispute, case or payout by
    id, or a key as it stands in the journal (`capture:pi_…`). Nothing for what is none of them.
    """
    prefix = what.partition("_")[0]
    if ":" in what:
        return await _behind(uow, [(tenant_id, what) for tenant_id in tenant_ids])
    id_ = try_decode(prefix, what)
    if id_ is None:
        return []  # an id that cannot be finds nothing
    everywhere = [(tenant_id, id_) for tenant_id in tenant_ids]
    match prefix:
        case "jrn":
            return everywhere
        case "ord":
            return await _behind(uow, await _keys_of_orders(uow, everywhere))
        case "sor":
            return await _of_part(uow, everywhere, what)
        case "pi":
            return await _behind(uow, [(tenant_id, key(id_)) for tenant_id in tenant_ids for key in OF_INTENT])
        case "rfd":
            return await _behind(uow, [(tenant_id, key(id_)) for tenant_id in tenant_ids for key in OF_REFUND])
        case "sus":
            return await _behind(uow, await _keys_of_cases(uow, list((await suspense.by_id(uow, everywhere)).values())))
        case "trf":
            made = (await transfers.by_id(uow, everywhere)).values()
            return [key for one in made for key in await about(uow, [one.tenant_id], one.about.partition(":")[0])]
        case "dp":
            return await _behind(uow, _keys_of_disputes((await disputes.by_id(uow, everywhere)).values()))
        case "pay":
            return await _behind(uow, [(tenant_id, key(id_)) for tenant_id in tenant_ids for key in _OF_PAYOUT])
        case _:
            return []


async def of_order(uow: UnitOfWork, order: Key) -> list[Key]:
    """(tenant, journal) of every journal of this (tenant, order)."""
    return await _behind(uow, await _keys_of_orders(uow, [order]))


async def accounts_like(uow: UnitOfWork, tenant_ids: Sequence[int], asked: str) -> set[tuple[int, int]]:
    """(tenant, account) of an account's id, or of all that stand under a code. Raises Invalid where those are too many to go through."""
    if asked.startswith("lac_"):
        id_ = try_decode("lac", asked)
        one = await ledger.account(uow, id_) if id_ is not None else None
        return {(one.tenant_id, one.id)} if one and one.tenant_id in tenant_ids else set()
    of = tenant_ids[0] if len(tenant_ids) == 1 else None
    # One more than may be: a code that is the beginning of others ("20") names none of them.
    found = await ledger.accounts(uow, tenant_id=of, code_prefix=asked, limit=_ACCOUNTS + 1)
    mine = {(one.tenant_id, one.id) for one in found if one.code == asked or one.code.startswith(f"{asked}:")}
    if len(found) > _ACCOUNTS:
        raise Invalid(
            "/account", f"More than {_ACCOUNTS} accounts begin with {asked}. Name one of them whole, as in 2010:sel_…, or by its id."
        )
    return mine


async def _behind(uow: UnitOfWork, keys: Collection[BusinessKey]) -> list[Key]:
    return [(tenant_id, journal_id) for (tenant_id, _), journal_id in (await ledger.find(uow, keys)).items()]


async def _keys_of_orders(uow: UnitOfWork, keys: Collection[Key]) -> list[BusinessKey]:
    intents = await payments.of_orders(uow, keys)
    refunds = await payments.refunds_of_orders(uow, keys)
    parts = await orders.parts_of(uow, keys)
    return [
        *((one.tenant_id, key(one.id)) for one in intents.values() for key in OF_INTENT),
        *((one.tenant_id, key(one.id)) for one in refunds for key in OF_REFUND),
        *((one.tenant_id, key) for one in parts for key in of_part(one.id)),
        *_keys_of_disputes(await disputes.of_orders(uow, keys)),
        *await came_for(uow, keys),
    ]


async def came_for(uow: UnitOfWork, keys: Collection[Key]) -> list[BusinessKey]:
    """How the money came into suspense that is kept for these (tenant, order) or has paid them."""
    mine = [one for cases in (await suspense.of_orders(uow, keys)).values() for one in cases]
    return [(one.tenant_id, suspense_postings.came_key(one.gateway, one.gateway_ref)) for one in await _with_parents(uow, mine)]


async def _with_parents(uow: UnitOfWork, cases: Sequence[CaseFacts]) -> list[CaseFacts]:
    """These, and those that they were split off."""
    return [*cases, *(await suspense.by_id(uow, {(one.tenant_id, one.parent_id) for one in cases if one.parent_id})).values()]


async def _keys_of_cases(uow: UnitOfWork, cases: Sequence[CaseFacts]) -> list[BusinessKey]:
    """What came as these cases, what became of them, and the captures of the orders that they paid."""
    paid = await payments.of_orders(uow, {one.order for one in cases if one.order_id})
    return [
        *(
            (one.tenant_id, key)
            for one in await _with_parents(uow, cases)
            for key in suspense_postings.keys_of(one.gateway, one.gateway_ref, one.id, one.tries)
        ),
        *((one.tenant_id, postings.capture_key(one.id)) for one in paid.values()),
    ]


def _keys_of_disputes(found: Iterable[disputes.DisputeFacts]) -> list[BusinessKey]:
    return [(one.tenant_id, key) for one in found for key in dispute_postings.keys_of(one)]


async def _of_part(uow: UnitOfWork, keys: Collection[Key], part: str) -> list[Key]:
    found = await orders.parts_by_id(uow, keys)
    whole = await _behind(uow, await _keys_of_orders(uow, [(one.tenant_id, one.order_id) for one in found.values()]))
    journals = await ledger.journals(uow, whole)
    return [(one.tenant_id, one.id) for one in journals if one.payload.get("seller_order") == part]
