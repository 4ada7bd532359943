"""What is paid past the gateway: money comes, or it never does, parcels come back from the door, and buyers are reminded."""

from collections.abc import Sequence

from velora.flows.demo_world.data import FINANCE
from velora.flows.demo_world.plan import Planned
from velora.flows.demo_world.walker import Part, Walker
from velora.flows.fulfilment.refused import Refused, refuse
from velora.flows.invoice_terms import give_up as giving_up
from velora.flows.notices.buyers import remind_overdue
from velora.flows.notices.sending import send_due
from velora.flows.receipts.record import Receipt, record
from velora.flows.second_person import Hand
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.suspense.service import Limits
from velora.platform.db.group_commit import in_one_transaction
from velora.platform.settings import Settings


def limits_of(settings: Settings) -> Limits:
    """From where on finance needs a second person for what it received, and how little it may write off."""
    return Limits(settings.suspense_second_person_from_minor, settings.suspense_write_off_up_to_minor)


async def receive(walker: Walker, planned: Sequence[Planned]) -> None:
    """Finance records what came for these, as the statement says; the same reference counts once."""
    await in_one_transaction(walker.house.db, record, [_receipt(walker, order) for order in planned])


def _receipt(walker: Walker, order: Planned) -> Receipt:
    came = order.later.received if order.later else None
    assert came is not None
    tenant_id, order_id = walker.orders[order.mark]
    words = came.words.format(order=encode("ord", order_id), buyer=order.buyer.name)
    amount, today = walker.totals[order.mark] + came.off, walker.clock.now().date()
    return Receipt(
        tenant_id, came.reference, amount, order.currency, today, words, _finance(walker), limits_of(walker.house.settings)
    )  # fmt: skip


async def give_up(walker: Walker, planned: Sequence[Planned]) -> None:
    """Finance waits for the money of these no longer; of what was given up before, nothing is left to give up."""
    least = walker.house.settings.awaited_second_person_from_minor
    wishes = [
        giving_up.Wish(*walker.orders[order.mark], "Reminded twice, and no answer", _finance(walker), least) for order in planned
    ]  # fmt: skip
    await in_one_transaction(walker.house.db, giving_up.give_up, wishes)


async def come_back(walker: Walker, parts: Sequence[Part]) -> None:
    """Nobody paid at the door: the sellers have their goods again, and sell them again."""
    refused = [
        Refused(*walker.orders[order.mark], key[1], f"account:{walker.world.owner(slug)}")
        for key, (order, slug) in zip(await walker.keys_of(parts), parts, strict=True)
    ]
    await in_one_transaction(walker.house.db, refuse, refused)


async def remind(walker: Walker, _: Sequence[None]) -> None:
    """Buyers whose invoices are overdue have a letter, of that day: later it would be no news."""
    await remind_overdue(walker.house)
    await send_due(walker.house)


def _finance(walker: Walker) -> Hand:
    return Hand(Principal(account_id=walker.world.accounts[FINANCE.email]).actor_ref)
