"""The months, hour by hour: everything that is planned happens at its time, and the marketplaces' own routine beside it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from velora.flows.demo_world import deeds, later
from velora.flows.demo_world.arrivals import arrivals, arrive
from velora.flows.demo_world.buying import buy
from velora.flows.demo_world.data import FINANCE, ConversionSheet, conversions, markets
from velora.flows.demo_world.plan import DAILY, Planned
from velora.flows.demo_world.restock import restock
from velora.flows.demo_world.walker import BankCounter, Walker, asked
from velora.flows.demo_world.wares import Ref
from velora.flows.fx.posting import Changed, Conversion, conversion_key
from velora.flows.fx.record import Wish, record
from velora.flows.once import Once
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.flows.payout_run.run import PayoutRun, run_payouts
from velora.flows.release.release import release_due
from velora.flows.second_person import Hand
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.ledger import service as ledger
from velora.platform.db.group_commit import in_one_transaction

Deed = Callable[[Walker, Sequence[Any]], Awaitable[None]]
Progress = Callable[[str, int, int], None]

# An earlier try that ended in the middle of a day is gone over from so long before its last order; what was done is not done again.
_GO_BACK: Final = timedelta(hours=36)
_CLOSED_ACCOUNT: Final = "orchard-row"
_FRIDAY: Final = 4
_RELEASES: Final = (1, 4)


@dataclass(frozen=True)
class Step:
    """At this moment this is done, with this; what stands at the same moment is done together."""

    at: datetime
    deed: Deed
    item: Any  # what the deed takes


async def walk(walker: Walker, steps: Sequence[Step], since: datetime | None, progress: Progress) -> None:
    """Every step is taken, in order; those of an earlier try are gone over from a little before its end."""
    due = [step for step in steps if since is None or step.at >= since - _GO_BACK]
    done = len(steps) - len(due)
    for (at, deed), group in groupby(due, key=lambda step: (step.at, step.deed)):
        taken = list(group)
        walker.clock.set(at)
        await deed(walker, [step.item for step in taken])
        done += len(taken)
        progress(f"Living through {at:%B}", done, len(steps))


def steps(planned: Iterable[Planned], began: datetime, until: datetime, delivery: Mapping[Ref, int]) -> list[Step]:
    """Everything that happens between the beginning and now, in its order."""
    every: list[Step] = []
    for order in planned:
        every += _of_order(order)
    every += _routine(began, until)
    every += [Step(middle(began, until), restock, supply) for supply in delivery.items()]
    every += [Step(at, arrive, seller) for at, seller in arrivals(until)]
    every += [Step(until - timedelta(hours=sheet.hours), convert, sheet) for sheet in conversions()]
    ranks = {deed: rank for rank, deed in enumerate(_ORDER)}
    return sorted((step for step in every if began < step.at <= until), key=lambda step: (step.at, ranks[step.deed]))


def middle(began: datetime, until: datetime) -> datetime:
    """When new goods come."""
    return began + (until - began) / 2


def _of_order(order: Planned) -> list[Step]:
    taken = [Step(order.at, buy, order)]
    if order.card in ("lost", "unsent", "abandoned"):
        taken.append(Step(order.at + timedelta(minutes=20), sweep, order.mark))
    if order.cancelled:
        taken.append(Step(order.cancelled, deeds.cancel_orders, order))
    if paid := order.later:
        moments = ((paid.received.at if paid.received else None, later.receive), (paid.given_up, later.give_up))
        taken += [Step(at, deed, order) for at, deed in moments if at is not None]
    for slug, fate in order.parts.items():
        back = fate.returned
        moments = (
            (fate.first, deeds.send),
            (fate.shipped, deeds.send),
            (fate.delivered, deeds.bring),
            (fate.confirmed, deeds.confirm_delivery),
            (fate.refused, later.come_back),
            (back.at if back else None, deeds.ask_back),
            (back.decided if back else None, deeds.decide_returns),
        )
        taken += [Step(at, deed, (order, slug)) for at, deed in moments if at is not None]
    return taken


def _routine(began: datetime, until: datetime) -> list[Step]:
    """Every morning money is released and buyers are reminded; payouts go out on Fridays, or on the first of a month."""
    taken: list[Step] = []
    day = began.replace(hour=5, minute=30, second=0, microsecond=0)
    closed_on = (until - timedelta(days=1)).date().replace(day=1)
    while day <= until:
        if until - day < DAILY or day.weekday() in _RELEASES:
            taken += [Step(day, release, None), Step(day, later.remind, None)]
        paying = {"fridays": day.weekday() == _FRIDAY, "monthly": day.day == 1}
        taken += [Step(day + timedelta(hours=2), pay_out, market.slug) for market in markets() if paying[market.payout_days]]
        if day.date() == closed_on:
            taken += [Step(day + timedelta(hours=1), close_account, None), Step(day + timedelta(hours=6), open_account, None)]
        day += timedelta(days=1)
    return taken


async def release(walker: Walker, _: Sequence[None]) -> None:
    """What is due goes to its sellers."""
    await release_due(walker.house)


async def pay_out(walker: Walker, slugs: Sequence[str]) -> None:
    """Everybody who has reached the threshold is paid."""
    finance = Principal(account_id=walker.world.accounts[FINANCE.email])
    for slug in slugs:
        tenant_id = walker.world.markets[slug].id
        key = asked(f"payouts {slug} {walker.clock.now():%Y-%m-%d}")
        await run_payouts(walker.house, Once(tenant_id, finance, key, PayoutRun(tenant_id, finance.actor_ref)))


async def convert(walker: Walker, sheets: Sequence[ConversionSheet]) -> None:
    """The gateway has changed what stood there in one currency, and finance records it as its statement says, unless it has."""
    by = Hand(Principal(account_id=walker.world.accounts[FINANCE.email]).actor_ref)
    limit = walker.house.settings.fx_second_person_from_minor
    every = {(one.tenant_id, conversion_key(one.reference)): one for one in (_conversion(walker, sheet) for sheet in sheets)}
    async with walker.house.db.read(None) as uow:
        there = await ledger.find(uow, set(every))
    await in_one_transaction(walker.house.db, record, [Wish(every[key], by, limit) for key in every if key not in there])


def _conversion(walker: Walker, sheet: ConversionSheet) -> Conversion:
    sold, bought = Changed("gateway", *sheet.sold), Changed("gateway", *sheet.bought)
    market = walker.world.markets[sheet.market]
    return Conversion(market.id, sheet.reference, sold, bought, sheet.rate, sheet.source, walker.clock.now())


async def sweep(walker: Walker, _: Sequence[str]) -> None:
    """Payments of which nothing was heard are asked for."""
    await sweep_payments(walker.house)


async def close_account(walker: Walker, _: Sequence[None]) -> None:
    """One seller's bank has closed its account, so that the next payout to it fails."""
    if isinstance(walker.house.bank, BankCounter):
        await walker.house.bank.close_account(encode("sel", walker.world.sellers[_CLOSED_ACCOUNT]))


async def open_account(walker: Walker, _: Sequence[None]) -> None:
    """The seller has a new account."""
    if isinstance(walker.house.bank, BankCounter):
        await walker.house.bank.open_account(encode("sel", walker.world.sellers[_CLOSED_ACCOUNT]))


# What comes first where several things fall on one moment.
_ORDER: Final[tuple[Deed, ...]] = (
    release, later.remind, pay_out, close_account, open_account, restock, arrive, buy, sweep, deeds.cancel_orders, deeds.send, deeds.bring,
    later.come_back, later.receive, later.give_up, deeds.confirm_delivery, deeds.ask_back, deeds.decide_returns, convert,
)  # fmt: skip
