"""What happens to orders after they were paid: parcels, confirmations, cancellations and returns, each by its own flow."""

import asyncio
from collections.abc import Sequence
from typing import Final

from velora.flows.cancellation.cancel import cancel_order
from velora.flows.demo_world.dice import Dice
from velora.flows.demo_world.plan import Planned
from velora.flows.demo_world.walker import Key, Part, Walker, asked
from velora.flows.fulfilment.ship import deliver, ship
from velora.flows.once import Once
from velora.flows.payment_outcome.capture import take_money
from velora.flows.refund.ask import ReturnAsk, ask_once
from velora.flows.refund.cancel import Cancellation
from velora.flows.refund.decide import Decision, approve, decline
from velora.flows.refund.settle import give_back
from velora.flows.refund.start import Started
from velora.flows.release.release import Confirmation, confirm
from velora.kernel.errors import Refusal
from velora.modules.orders import service as orders
from velora.modules.orders.service import Parcel
from velora.modules.returns import service as returns
from velora.modules.transfers.service import Payee
from velora.platform.db.group_commit import in_one_transaction

_CARRIERS: Final = {
    "DE": ("DHL", "0034"), "DK": ("PostNord", "0037"), "GB": ("Royal Mail", "RM"), "US": ("UPS", "1Z"),
}  # fmt: skip


async def send(walker: Walker, parts: Sequence[Part]) -> None:
    """What is left of each leaves, or its first line ahead of the rest; of those that were not paid, nothing does."""
    keys = await walker.keys_of(parts)
    ahead = [key for key, (order, slug) in zip(keys, parts, strict=True) if order.parts[slug].first == walker.clock.now()]
    async with walker.house.db.read(None) as uow:
        lines = await orders.lines_of(uow, ahead)
    whole = [_parcel(part, key) for part, key in zip(parts, keys, strict=True) if key not in ahead]
    firsts = [
        _parcel(part, key, ((lines[key][0].id, lines[key][0].quantity),))
        for part, key in zip(parts, keys, strict=True)
        if key in lines and lines[key][0].shipped_quantity == 0
    ]
    await _take_what_is_held(walker, keys)
    await in_one_transaction(walker.house.db, ship, [*whole, *firsts])


async def _take_what_is_held(walker: Walker, keys: Sequence[Key]) -> None:
    """Where buyers are charged when their goods leave, this is when."""
    async with walker.house.db.read(None) as uow:
        parts = await orders.parts_by_id(uow, keys)
    held = {(part.tenant_id, part.order_id) for part in parts.values() if part.state == orders.State.AUTHORISED}
    await asyncio.gather(*(take_money(walker.house, *key) for key in sorted(held)))


async def bring(walker: Walker, parts: Sequence[Part]) -> None:
    """The parcels arrive."""
    await in_one_transaction(walker.house.db, deliver, await walker.keys_of(parts))


async def confirm_delivery(walker: Walker, parts: Sequence[Part]) -> None:
    """The buyers say that all is well."""
    await in_one_transaction(walker.house.db, confirm, [Confirmation(*key) for key in await walker.keys_of(parts)])


async def cancel_orders(walker: Walker, planned: Sequence[Planned]) -> None:
    """The buyers change their minds; who has not paid, or too late, is told so and that is all."""
    for order in planned:
        tenant_id, order_id = walker.orders[order.mark]
        buyer = walker.buyer_of(order)
        wanted = Cancellation(tenant_id, order_id, buyer.actor_ref)
        try:
            await cancel_order(walker.house, Once(tenant_id, buyer, asked(f"cancel {order.mark}"), wanted))
        except Refusal:
            continue


async def ask_back(walker: Walker, parts: Sequence[Part]) -> None:
    """The buyers ask to give pieces back."""
    keys = await walker.keys_of(parts)
    async with walker.house.db.read(None) as uow:
        lines = await orders.lines_of(uow, keys)
    requests: list[Once[ReturnAsk]] = []
    for (order, slug), key in zip(parts, keys, strict=True):
        back = order.parts[slug].returned
        assert back is not None
        wanted = ((lines[key][back.line].id, back.quantity),)
        buyer = walker.buyer_of(order)
        payee = Payee(order.buyer.name, back.payee) if back.payee else None
        ask = ReturnAsk(*key, wanted, returns.Reason(back.reason), back.note, buyer, payee=payee)
        requests.append(Once(key[0], buyer, asked(f"return {order.mark} {slug}"), ask))
    await in_one_transaction(walker.house.db, ask_once, requests)


async def decide_returns(walker: Walker, parts: Sequence[Part]) -> None:
    """The sellers say yes, and the money goes back; or no."""
    keys = await walker.keys_of(parts)
    async with walker.house.db.read(None) as uow:
        asked_for = await returns.of_seller_orders(uow, keys)
    yes: list[Decision] = []
    no: list[Decision] = []
    for (order, slug), key in zip(parts, keys, strict=True):
        back = order.parts[slug].returned
        assert back is not None
        for one in asked_for[key]:
            if one.state is returns.State.REQUESTED:
                chosen = yes if back.approved else no
                chosen.append(Decision(key[0], one.order_id, one.id, back.answer, f"account:{walker.world.owner(slug)}"))
    if no:
        await in_one_transaction(walker.house.db, decline, no)
    if yes:
        outcomes = await in_one_transaction(walker.house.db, approve, yes)
        await give_back(walker.house, [one for one in outcomes if isinstance(one, Started)])


def _parcel(part: Part, key: Key, lines: tuple[tuple[int, int], ...] = ()) -> Parcel:
    order, slug = part
    carrier, prefix = _CARRIERS[order.buyer.country if order.buyer.country in _CARRIERS else "DE"]
    number = Dice(f"parcel {order.mark} {slug} {len(lines)}").below(10**12)
    return Parcel(*key, carrier, f"{prefix}{number:012}", lines)
