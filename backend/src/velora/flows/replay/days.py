"""One day of the replayed year. Everything asks first how it stands, so a day that was lived in part is lived to its end."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Final

from velora.flows.checkout.draft import Buyer, Draft, Placed
from velora.flows.checkout.place import merged, place
from velora.flows.fulfilment import ship as fulfilment
from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.payment_outcome.settle import News, heard_of, settle
from velora.flows.payout_run.run import PayoutRun, resume_payouts, run_payouts
from velora.flows.refund import settle as refunds
from velora.flows.refund.ask import ReturnAsk, ask
from velora.flows.refund.decide import Decision, approve
from velora.flows.refund.start import Started
from velora.flows.release.release import release
from velora.flows.replay.lines import COUNTRIES, NOWHERE
from velora.flows.replay.sheet import Sale, Sheet
from velora.flows.replay.world import ESCROW_DAYS, SLUG, World
from velora.kernel.clock import ManualClock
from velora.kernel.errors import Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.escrow.service import AlreadyReleased
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments.gateways.port import ChargeOrder
from velora.modules.returns import service as returns
from velora.modules.returns.errors import AfterRelease
from velora.platform.db import UnitOfWork
from velora.platform.db.group_commit import in_one_transaction
from velora.platform.db.idempotency import LEASE, Asked, InProgress

SHIPPED_AFTER: Final = timedelta(days=1)
DELIVERED_AFTER: Final = timedelta(days=4)
RELEASED_AFTER: Final = DELIVERED_AFTER + timedelta(days=ESCROW_DAYS)
# The hours of a day's work; the file's own invoices lie between the morning and the evening.
_SHIPPING, _DELIVERY, _RELEASE, _PAYOUTS, _REFUNDS = time(6, 0), time(6, 5), time(6, 10), time(6, 15), time(22, 0)
_LINES_A_BATCH: Final = 800
_RELEASED_A_BATCH: Final = 500
_CARD: Final = "tok_visa"

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class GiveBack:
    """So many pieces of one order's variant, which a cancellation line asks back."""

    sale: Sale
    variant_id: int
    seller_id: int
    quantity: int
    note: str


@dataclass(frozen=True)
class Year:
    """All that there is to live through, by day."""

    sheet: Sheet
    world: World
    sold: Mapping[date, Sequence[Sale]]
    given_back: Mapping[date, Sequence[GiveBack]]

    def ordered_on(self, day: date) -> Sequence[Sale]:
        return self.sold.get(day, ())

    def has_work_on(self, day: date) -> bool:
        """Whether anything is to be ordered, shipped, delivered, released, given back or paid out on this day."""
        later = (timedelta(), SHIPPED_AFTER, DELIVERED_AFTER, RELEASED_AFTER)
        return day.day == 1 or day in self.given_back or any(day - after in self.sold for after in later)


async def live(house: TradingHouse, clock: ManualClock, year: Year, day: date) -> None:
    """The day with everything that belongs to it. Lived again, it changes nothing."""
    clock.set(_at(day, _SHIPPING))
    await _ship(house, year, year.ordered_on(day - SHIPPED_AFTER))
    clock.set(_at(day, _DELIVERY))
    await _deliver(house, year, year.ordered_on(day - DELIVERED_AFTER))
    clock.set(_at(day, _RELEASE))
    while await _release(house) == _RELEASED_A_BATCH:
        pass
    clock.set(_at(day, _PAYOUTS))
    if day.day == 1:
        await _pay_out(house, year.world.tenant_id, day)
    for batch in _batches(year.ordered_on(day)):
        clock.set(batch[-1].moment)
        await _sell(house, clock, year, batch)
    clock.set(_at(day, _REFUNDS))
    await _refund(house, clock, year, year.given_back.get(day, ()))


# ------------------------------------------------------------------------------------------------ selling


async def _sell(house: TradingHouse, clock: ManualClock, year: Year, sales: Sequence[Sale]) -> None:
    """Each invoice is an order, placed and paid, unless it is one already."""
    async with house.db.read(None) as uow:
        there = await orders.orders_by_id(uow, _keys(year, sales))
    waiting = [sale for key, sale in zip(_keys(year, sales), sales, strict=True) if key not in there or _unpaid(there[key])]
    if not waiting:
        return
    drafts = [_draft(year, sale) for sale in waiting]
    placed = await in_one_transaction(house.db, place, drafts)
    if any(isinstance(one, InProgress) for one in placed):
        # Whoever began this is gone, for only one replay runs. Its lease of the order ends with this minute.
        clock.advance(LEASE + timedelta(seconds=1))
        placed = await in_one_transaction(house.db, place, drafts)
    charged = [one for one in placed if isinstance(one, Placed)]
    heard = await asyncio.gather(*(house.gateway.charge(_charge(one)) for one in charged))
    news = [
        News(heard_of(one.tenant_id, one.intent_id, outcome), one.identity) for one, outcome in zip(charged, heard, strict=True)
    ]  # fmt: skip
    await in_one_transaction(house.db, settle, news)


def _draft(year: Year, sale: Sale) -> Draft:
    sheet, world = year.sheet, year.world
    lines = [(world.items[sheet.article[row], sheet.pence[row]].variant_id, sheet.quantity[row]) for row in sale.rows]
    total = sum(sheet.quantity[row] * sheet.pence[row] for row in sale.rows)
    country = COUNTRIES.get(sale.country, NOWHERE)
    name = f"Customer {sale.customer}" if sale.customer else "Guest"
    address = {"name": name, "line1": "", "line2": "", "postal_code": "", "city": "", "country": country, "phone": ""}
    asked = Asked(sha256(f"{SLUG}:{sale.invoice}".encode()).digest(), sha256(repr((lines, total)).encode()).digest())
    return Draft(world.market, buyer_of(world, sale), address, country, merged(lines), _CARD, total, asked, sale.order_id)


def buyer_of(world: World, sale: Sale) -> Buyer:
    """The customer's account; a guest is known by the invoice alone."""
    if sale.customer:
        return Buyer(world.accounts[sale.customer], "", f"customer-{sale.customer}@{SLUG}.example")
    return Buyer(None, f"{SLUG}-{sale.invoice}", f"guest-{sale.invoice}@{SLUG}.example")


def _charge(placed: Placed) -> ChargeOrder:
    return ChargeOrder(
        encode("pi", placed.intent_id), encode("ord", placed.order_id), placed.charge_minor, placed.currency, placed.token
    )  # fmt: skip


def _unpaid(order: orders.Order) -> bool:
    return order.state == orders.State.PLACED


# ------------------------------------------------------------------------------------ shipping to payouts


async def _ship(house: TradingHouse, year: Year, sales: Sequence[Sale]) -> None:
    for batch in _batches(sales):
        parts = await _parts(house, year, batch, orders.State.PAID)
        parcels = [orders.Parcel(part.tenant_id, part.id, "Royal Mail", encode("sor", part.id)[4:]) for part in parts]
        if parcels:
            await in_one_transaction(house.db, fulfilment.ship, parcels)


async def _deliver(house: TradingHouse, year: Year, sales: Sequence[Sale]) -> None:
    for batch in _batches(sales):
        parts = await _parts(house, year, batch, orders.State.SHIPPED)
        if parts:
            await in_one_transaction(house.db, fulfilment.deliver, [(part.tenant_id, part.id) for part in parts])


async def _parts(house: TradingHouse, year: Year, sales: Sequence[Sale], state: orders.State) -> list[orders.SellerOrder]:
    async with house.db.read(None) as uow:
        return [part for part in await orders.parts_of(uow, _keys(year, sales)) if part.state == state]


async def _release(house: TradingHouse) -> int:
    async with house.db.begin(None) as uow:
        return await release(uow, _RELEASED_A_BATCH)


async def _pay_out(house: TradingHouse, tenant_id: int, day: date) -> None:
    """Everybody who has money here is paid, once a month; a run that would pay nobody is none."""
    await resume_payouts(house)
    async with house.db.read(None) as uow:
        payable = await ledger.accounts(uow, tenant_id=tenant_id, code_prefix="2020:")
    if any(account.balance_minor > 0 for account in payable):
        key = sha256(f"payouts:{day.isoformat()}".encode()).digest()
        await run_payouts(house, Once(tenant_id, Principal(guest_key=SLUG), Asked(key, key), PayoutRun(tenant_id)))


# ----------------------------------------------------------------------------------------------- refunds


async def _refund(house: TradingHouse, clock: ManualClock, year: Year, wanted: Sequence[GiveBack]) -> None:
    """Each is given back, unless it was before or its money has gone to the seller. What was left open is settled first."""
    if not wanted:
        return
    asks = await _not_asked_yet(house, year, wanted)
    outcomes = await in_one_transaction(house.db, _ask_and_approve, asks) if asks else ()
    refused = next((one for one in outcomes if isinstance(one, Refusal) and not isinstance(one, AfterRelease | AlreadyReleased)), None)
    if refused is not None:
        raise refused
    await refunds.give_back(house, [one for one in outcomes if isinstance(one, Started)])
    if len(outcomes) < len(wanted):
        # An earlier run may have died before the gateway's answer: what it left open is asked for again under its key.
        clock.advance(timedelta(minutes=1))
        await refunds.sweep_refunds(house)


async def _ask_and_approve(uow: UnitOfWork, asks: Sequence[ReturnAsk]) -> list[Started | Refusal]:
    asked = await ask(uow, asks)
    made = [one for one in asked if isinstance(one, returns.ReturnFacts)]
    decisions = [Decision(one.tenant_id, one.order_id, one.id, "Taken back as the file says", "system") for one in made]
    started = iter(await approve(uow, decisions))
    return [next(started) if isinstance(one, returns.ReturnFacts) else one for one in asked]


async def _not_asked_yet(house: TradingHouse, year: Year, wanted: Sequence[GiveBack]) -> list[ReturnAsk]:
    async with house.db.read(None) as uow:
        parts = await orders.parts_of(uow, {(year.world.tenant_id, one.sale.order_id) for one in wanted})
        by_seller = {(part.order_id, part.seller_id): (part.tenant_id, part.id) for part in parts}
        keys = [by_seller[one.sale.order_id, one.seller_id] for one in wanted]
        lines = await orders.lines_of(uow, set(keys))
        before = await returns.of_seller_orders(uow, set(keys))
    asks: list[ReturnAsk] = []
    for one, key in zip(wanted, keys, strict=True):
        if one.note in {made.buyer_note for made in before[key]}:
            continue
        line = next(line.id for line in lines[key] if line.variant_id == one.variant_id)
        buyer = Principal(account_id=year.world.accounts[one.sale.customer], tenant_id=key[0])
        asks.append(ReturnAsk(*key, ((line, one.quantity),), returns.Reason.NO_LONGER_WANTED, one.note, buyer))
    return asks


def _keys(year: Year, sales: Sequence[Sale]) -> list[Key]:
    return [(year.world.tenant_id, sale.order_id) for sale in sales]


def _batches(sales: Sequence[Sale]) -> Iterator[list[Sale]]:
    """The day's invoices in portions of some hundred lines, so that a transaction stays short."""
    batch: list[Sale] = []
    lines = 0
    for sale in sales:
        if batch and lines + len(sale.rows) > _LINES_A_BATCH:
            yield batch
            batch, lines = [], 0
        batch.append(sale)
        lines += len(sale.rows)
    if batch:
        yield batch


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=UTC)
