"""Letters to buyers about their orders: reactions, each for many events of one kind."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from velora.flows.notices.news import Json, fresh, money
from velora.kernel.ids import encode
from velora.modules.notifications import service as notifications
from velora.modules.notifications.policy.patience import is_news
from velora.modules.notifications.policy.words import Template
from velora.modules.notifications.service import Note
from velora.modules.orders import service as orders
from velora.modules.orders.events import OrderAuthorised, OrderAwaited, OrderPaid, SellerOrderDelivered, SellerOrderShipped
from velora.modules.orders.service import Order, OrderLine, SellerOrder
from velora.modules.payments import service as payments
from velora.modules.payments.events import PaymentFailed, RefundSettled
from velora.modules.returns import service as returns
from velora.modules.returns.events import ReturnApproved, ReturnDeclined
from velora.modules.sellers import service as sellers
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork
from velora.platform.house import House

_UNKNOWN_SELLER = "the seller"
_A_BATCH = 200


async def confirm_order(uow: UnitOfWork, events: Sequence[OrderPaid | OrderAuthorised | OrderAwaited]) -> None:
    """Everyone whose order was paid, authorised or is to be paid later has a letter: what they bought, what it costs, how it is paid.

    Only one letter for all of these.
    """
    news = [event for event in events if not (isinstance(event, OrderPaid) and event.was_authorised)]
    keys = {(event.tenant_id, event.order_id): event for event in fresh(uow.now, news, lambda event: event.order_id)}
    found = await orders.orders_by_id(uow, keys)
    parts = await orders.parts_of(uow, keys)
    lines = await orders.lines_of(uow, {(part.tenant_id, part.id) for part in parts})
    bought: dict[tuple[int, int], list[OrderLine]] = {key: [] for key in keys}
    for part in parts:
        bought[part.tenant_id, part.order_id] += lines[part.tenant_id, part.id]
    later = await _to_pay(uow, {key for key, event in keys.items() if isinstance(event, OrderAwaited)})
    notes: list[Note] = []
    for key, order in found.items():
        facts: dict[str, Json] = {"name": _name(order), "lines": _lines(order, bought[key]), "totals": _totals(order, bought[key])}
        if isinstance(keys[key], OrderAwaited):
            if one := later.get(key):  # else it was given up before the letter
                notes.append(_to_buyer(order, one[0], facts | one[1] | _number(order)))
            continue
        template = Template.ORDER_CONFIRMED if isinstance(keys[key], OrderPaid) else Template.ORDER_AUTHORISED
        notes.append(_to_buyer(order, template, facts))
    await notifications.enqueue(uow, notes)


async def say_money_came(uow: UnitOfWork, events: Sequence[OrderPaid]) -> None:
    """Everyone whose order was paid at the door, or by transfer, knows that the money is here, and how much."""
    keys = {(event.tenant_id, event.order_id) for event in events if event.was_authorised}
    intents = {key: one for key, one in (await payments.of_orders(uow, keys)).items() if one.method != "card" and one.captured_minor}
    news = {key: one for key, one in intents.items() if one.settled_at is not None and is_news(uow.now, one.settled_at)}
    found = await orders.orders_by_id(uow, news)
    notes: list[Note] = []
    for key, order in found.items():
        amount = money(news[key].captured_minor, order.currency)
        notes.append(_to_buyer(order, Template.PAYMENT_RECEIVED, {"name": _name(order), "amount": amount, **_number(order)}))
    await notifications.enqueue(uow, notes)


async def remind_overdue(house: House) -> int:
    """Everyone whose invoice is overdue has a letter, each time once however many workers there are; how many letters."""
    async with house.db.begin(None) as uow:
        due = {(one.tenant_id, one.order_id): one for one in await payments.remind(uow, limit=_A_BATCH)}
        found = await orders.orders_by_id(uow, due)
        to_pay = await _to_pay(uow, due.keys())
        notes = [
            _to_buyer(order, Template.INVOICE_REMINDER, {"name": _name(order), **to_pay[key][1], **_number(order)})
            for key, order in found.items()
            if key in to_pay
        ]
        await notifications.enqueue(uow, notes)
    return len(notes)


async def _to_pay(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], tuple[Template, dict[str, Json]]]:
    """How each of these awaited orders is to be paid, and what the letter says of it; what is not awaited any more is missing."""
    intents = {key: one for key, one in (await payments.of_orders(uow, keys)).items() if payments.outstanding(one)}
    places = await tenants.by_id(uow, {tenant_id for tenant_id, _ in intents})
    told: dict[tuple[int, int], tuple[Template, dict[str, Json]]] = {}
    for key, one in intents.items():
        amount: dict[str, Json] = {"amount": money(payments.outstanding(one), one.currency)}
        invoice = places[one.tenant_id].paid_later.invoice
        if one.method == "cash_on_delivery":
            told[key] = Template.ORDER_CASH, amount
        elif invoice and one.due_at is not None:
            bank: dict[str, Json] = {"holder": invoice.bank.holder, "iban": invoice.bank.iban}
            told[key] = Template.ORDER_INVOICE, {**amount, **bank, "until": {"day": one.due_at.date().isoformat()}}
    return told


def _number(order: Order) -> dict[str, Json]:
    """The buyer's own number for the order, as its books know it."""
    return {"number": order.purchase_order}


async def say_lapsed(uow: UnitOfWork, events: Sequence[PaymentFailed]) -> None:
    """Everyone whose order was given up because nothing was sent in time knows; who was declined was told at the checkout."""
    keys = {(event.tenant_id, event.order_id) for event in events if event.reason == "expired"}
    found = await orders.orders_by_id(uow, keys)
    ended = {key: intent.settled_at for key, intent in (await payments.of_orders(uow, keys)).items()}
    news = [order for key, order in found.items() if (at := ended[key]) is not None and is_news(uow.now, at)]
    await notifications.enqueue(uow, [_to_buyer(order, Template.PAYMENT_LAPSED, {"name": _name(order)}) for order in news])


async def say_shipped(uow: UnitOfWork, events: Sequence[SellerOrderShipped]) -> None:
    """Everyone whose parcel left has a letter with its tracking number."""
    news = fresh(uow.now, events, lambda event: event.shipment_id)
    found = await orders.orders_by_id(uow, {(event.tenant_id, event.order_id) for event in news})
    parts = await orders.parts_by_id(uow, {(event.tenant_id, event.seller_order_id) for event in news})
    names = await _names(uow, parts.values())
    parcels = {(parcel.tenant_id, parcel.id): parcel for parcel in await orders.parcels_of(uow, parts.keys())}
    notes: list[Note] = []
    for event in news:
        parcel = parcels[event.tenant_id, event.shipment_id]
        seller = names[parts[event.tenant_id, event.seller_order_id].seller_id]
        facts: dict[str, Json] = {"seller": seller, "carrier": parcel.carrier, "tracking": parcel.tracking}
        notes.append(_to_buyer(found[event.tenant_id, event.order_id], Template.ORDER_SHIPPED, facts))
    await notifications.enqueue(uow, notes)


async def say_delivered(uow: UnitOfWork, events: Sequence[SellerOrderDelivered]) -> None:
    """Everyone whose parcel arrived knows until when to complain before the seller is paid."""
    found = await orders.orders_by_id(uow, {(event.tenant_id, event.order_id) for event in events})
    parts = await orders.parts_by_id(uow, {(event.tenant_id, event.seller_order_id) for event in events})
    names = await _names(uow, parts.values())
    places = await tenants.by_id(uow, {event.tenant_id for event in events})
    carriers = {(parcel.tenant_id, parcel.seller_order_id): parcel.carrier for parcel in await orders.parcels_of(uow, parts.keys())}
    notes: list[Note] = []
    for event in events:
        part = parts[event.tenant_id, event.seller_order_id]
        if part.delivered_at is None or not is_news(uow.now, part.delivered_at):
            continue
        until = (part.delivered_at + timedelta(days=places[event.tenant_id].escrow_days)).date()
        carrier = carriers.get((event.tenant_id, part.id), "")
        facts: dict[str, Json] = {"seller": names[part.seller_id], "carrier": carrier, "until": {"day": until.isoformat()}}
        notes.append(_to_buyer(found[event.tenant_id, event.order_id], Template.ORDER_DELIVERED, facts))
    await notifications.enqueue(uow, notes)


async def say_return_approved(uow: UnitOfWork, events: Sequence[ReturnApproved]) -> None:
    """Everyone whose return was accepted knows what they get back."""
    news = fresh(uow.now, events, lambda event: event.return_id)
    found = await orders.orders_by_id(uow, {(event.tenant_id, event.order_id) for event in news})
    parts = await orders.parts_by_id(uow, {(event.tenant_id, event.seller_order_id) for event in news})
    names = await _names(uow, parts.values())
    notes: list[Note] = []
    for event in news:
        seller = names[parts[event.tenant_id, event.seller_order_id].seller_id]
        facts: dict[str, Json] = {"seller": seller, "amount": money(event.amount_minor, event.currency)}
        notes.append(_to_buyer(found[event.tenant_id, event.order_id], Template.RETURN_APPROVED, facts))
    await notifications.enqueue(uow, notes)


async def say_return_declined(uow: UnitOfWork, events: Sequence[ReturnDeclined]) -> None:
    """Everyone whose return was declined knows why."""
    news = fresh(uow.now, events, lambda event: event.return_id)
    found = await orders.orders_by_id(uow, {(event.tenant_id, event.order_id) for event in news})
    parts = await orders.parts_by_id(uow, {(event.tenant_id, event.seller_order_id) for event in news})
    names = await _names(uow, parts.values())
    asked = await returns.by_id(uow, {(event.tenant_id, event.return_id) for event in news})
    notes: list[Note] = []
    for event in news:
        seller = names[parts[event.tenant_id, event.seller_order_id].seller_id]
        facts: dict[str, Json] = {"seller": seller, "note": asked[event.tenant_id, event.return_id].note}
        notes.append(_to_buyer(found[event.tenant_id, event.order_id], Template.RETURN_DECLINED, facts))
    await notifications.enqueue(uow, notes)


async def say_refunded(uow: UnitOfWork, events: Sequence[RefundSettled]) -> None:
    """Everyone whose money went back, or became store credit, knows which; where it did not, nobody is told it had."""
    news = [event for event in fresh(uow.now, events, lambda event: event.refund_id) if event.succeeded]
    found = await orders.orders_by_id(uow, {(event.tenant_id, event.order_id) for event in news})
    parts = [
        (found[event.tenant_id, event.order_id], template, amount_minor)
        for event in news
        for template, amount_minor in (
            (Template.REFUND_PAID, event.amount_minor - event.credit_minor),
            (Template.REFUND_CREDITED, event.credit_minor),
        )
        if amount_minor
    ]
    await notifications.enqueue(
        uow, [_to_buyer(order, template, {"amount": money(amount, order.currency)}) for order, template, amount in parts]
    )


def _to_buyer(order: Order, template: Template, facts: dict[str, Json]) -> Note:
    number = encode("ord", order.id)
    path = f"/orders/{number}" if order.buyer_id is not None else f"/orders/{number}?key={order.guest_key}"
    return Note(order.tenant_id, order.email, template, {"order": number, "path": path, **facts})


def _name(order: Order) -> str:
    return str(order.address.get("name") or order.email.partition("@")[0])


def _lines(order: Order, lines: Sequence[OrderLine]) -> list[Json]:
    """What was bought, at prices as the storefront shows them: with tax where its prices contain it."""
    return [
        {
            "quantity": line.quantity,
            "title": orders.title_of(line),
            "amount": money(_shown(order, line), order.currency),
        }
        for line in lines
    ]


def _totals(order: Order, lines: Sequence[OrderLine]) -> list[Json]:
    if order.tax_mode == "inclusive":
        items = sum(_shown(order, line) for line in lines)
        sums = {"items": items, "shipping": order.total_minor - items, "tax_within": order.tax_minor}
    else:
        sums = {"items": order.items_minor, "shipping": order.shipping_minor, "tax": order.tax_minor}
    shown = {label: amount for label, amount in sums.items() if amount or not label.startswith("tax")}
    return [{"label": label, "amount": money(amount, order.currency)} for label, amount in (shown | {"total": order.total_minor}).items()]


def _shown(order: Order, line: OrderLine) -> int:
    return line.net_minor + line.tax_minor if order.tax_mode == "inclusive" else line.net_minor


async def _names(uow: UnitOfWork, parts: Collection[SellerOrder]) -> dict[int, str]:
    """The name of every seller of these seller orders."""
    found = await sellers.facts(uow, {part.seller_id for part in parts})
    return {part.seller_id: found[part.seller_id].name if part.seller_id in found else _UNKNOWN_SELLER for part in parts}
