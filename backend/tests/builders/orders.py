"""Orders that were placed and paid, without a catalogue or a checkout behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from velora.flows.payment_outcome.settle import News, Settled, settle
from velora.flows.store_credit.moves import Gift, grant
from velora.modules.commission.policy import amount_of
from velora.modules.credit import service as credit
from velora.modules.escrow import service as escrow
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.platform.db import UnitOfWork

GUEST = "guest-of-the-tests"


@dataclass(frozen=True)
class Paid:
    """One paid order; `parts` are its seller orders with the ids of their lines."""

    tenant_id: int
    order_id: int
    intent_id: int
    total_minor: int
    charge_ref: str
    parts: tuple[orders.NewPart, ...]

    @property
    def part(self) -> tuple[int, int]:
        return self.tenant_id, self.parts[0].id


def a_line(uow: UnitOfWork, *, quantity: int = 1, net: int = 10000, tax: int = 700, bps: int = 1000) -> orders.NewLine:
    """A line whose commission is a plain percentage."""
    return orders.NewLine(
        id=uow.new_id(), variant_id=uow.new_id(), product_id=uow.new_id(), slug="brass-lamp", title="Brass Lamp", variant_title="",
        sku="LAMP", picture="light-bulb", tone="amber", quantity=quantity, unit_minor=net // quantity, net_minor=net, tax_bps=700,
        tax_minor=tax, commission_rule_id=0, commission_rule_version=0, commission_bps=bps, commission_fixed_minor=0,
        commission_minor=amount_of(net, bps, 0),
    )  # fmt: skip


def a_part(
    uow: UnitOfWork, *lines: orders.NewLine, seller_id: int | None = None, shipping: int = 800, shipping_tax: int = 56
) -> orders.NewPart:
    return orders.NewPart(uow.new_id(), seller_id or uow.new_id(), shipping, shipping_tax, lines or (a_line(uow),))


async def a_paid_order(
    uow: UnitOfWork,
    tenant_id: int,
    parts: Sequence[orders.NewPart] = (),
    *,
    charge_ref: str = "",
    fee_minor: int = 0,
    buyer_id: int | None = None,
    credit_minor: int = 0,
) -> Paid:
    """Placed by a guest, or by this account, and paid, so much of it with store credit; the money is held in escrow and posted."""
    order = orders.NewOrder(
        tenant_id=tenant_id, id=uow.new_id(), buyer_id=buyer_id, guest_key=GUEST, email="ada@example.com", address={"country": "DE"},
        currency="EUR", country="DE", tax_mode="exclusive", ship_by=uow.now + timedelta(days=2), parts=tuple(parts) or (a_part(uow),),
    )  # fmt: skip
    orders.place(uow, [order])
    intent_id = uow.new_id()
    card = order.total_minor - credit_minor
    if credit_minor:
        account_id = buyer_id or 0
        await grant(uow, [Gift(tenant_id, f"goodwill:{intent_id}", "goodwill", account_id, "EUR", credit_minor, "system")])
        await credit.hold(uow, [credit.Wish(tenant_id, intent_id, order.id, account_id, "EUR", credit_minor)])
    payments.intend(uow, [payments.NewIntent(tenant_id, intent_id, order.id, card, "EUR", "tok_visa", credit_minor=credit_minor)])
    charge_ref = charge_ref or f"ch_{intent_id}"
    heard = payments.Heard(tenant_id, intent_id, payments.IntentState.CAPTURED, "", charge_ref, "Visa", "4242", fee_minor)
    (outcome,) = await settle(uow, [News(heard)])
    assert isinstance(outcome, Settled), outcome
    return Paid(tenant_id, order.id, intent_id, order.total_minor, charge_ref, order.parts)


async def shipped(uow: UnitOfWork, paid: Paid) -> None:
    """Everything of the order has left; stock is none of these orders' concern."""
    parcels = [orders.Parcel(paid.tenant_id, part.id, "DHL", "JD01") for part in paid.parts]
    assert not [one for one in await orders.ship(uow, parcels) if isinstance(one, Exception)]


async def delivered(uow: UnitOfWork, paid: Paid, *, escrow_days: int = 14) -> None:
    """Everything has arrived, and the release clock runs."""
    await shipped(uow, paid)
    keys = [(paid.tenant_id, part.id) for part in paid.parts]
    assert await orders.deliver(uow, keys) == sorted(keys)
    await escrow.start_clock(uow, [escrow.Delivery(*key, uow.now, escrow_days) for key in keys])
