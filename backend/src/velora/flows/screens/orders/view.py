"""An order put together from everything that knows of it, in a fixed number of reads."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from velora.kernel.errors import NotFound
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.credit import service as credit
from velora.modules.documents import service as documents
from velora.modules.escrow import service as escrow
from velora.modules.orders import service as orders
from velora.modules.orders.service import OrderRead
from velora.modules.payments import service as payments
from velora.modules.returns import service as returns
from velora.modules.sellers import service as sellers
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork

Key = tuple[int, int]


@dataclass(frozen=True)
class OrderView:
    """One order with its sellers, payment, escrow, returns and documents; `credit` where store credit has a part in the payment, `bank`
    where it is to be paid by transfer.
    """

    read: OrderRead
    payment: payments.PaymentIntent | None
    credit: credit.CreditUse | None
    sellers: Mapping[int, sellers.SellerFacts]
    held: Mapping[Key, escrow.Hold]
    returns: Mapping[Key, Sequence[returns.ReturnFacts]]
    documents: Mapping[Key, Sequence[documents.DocumentFacts]]
    bank: tenants.BankDetails | None = None

    @property
    def may_cancel(self) -> bool:
        """Whether some of it has neither left nor been given up."""
        return any(
            part.state in (orders.State.PLACED, orders.State.AUTHORISED, orders.State.AWAITED, orders.State.PAID)
            for part in self.read.parts
        )

    def coming_back(self, part: Key) -> Mapping[int, int]:
        """How many pieces of each line of this seller order are in returns that stand."""
        pieces: dict[int, int] = {}
        for one in self.returns.get(part, ()):
            if one.state in returns.STANDING:
                for line in one.lines:
                    pieces[line.line_id] = pieces.get(line.line_id, 0) + line.worth.quantity
        return pieces

    def returnable(self, line: orders.OrderLine) -> int:
        """How many pieces of a line its buyer can still give back: what has left and whose money is still held."""
        part = (line.tenant_id, line.seller_order_id)
        hold = self.held.get(part)
        return max(line.shipped_quantity - self.coming_back(part).get(line.id, 0), 0) if hold and hold.is_open else 0


async def order_view(uow: UnitOfWork, key: Key) -> OrderView | None:
    """Everything about one order, or None."""
    read = await orders.full_order(uow, key)
    if read is None:
        return None
    parts = [(part.tenant_id, part.id) for part in read.parts]
    payment = (await payments.of_orders(uow, [key])).get(key)
    return OrderView(
        read,
        payment,
        await _credit_of(uow, payment),
        await sellers.facts(uow, {part.seller_id for part in read.parts}),
        await escrow.of_seller_orders(uow, parts),
        await returns.of_seller_orders(uow, parts),
        await documents.of_seller_orders(uow, parts),
        await _bank_for(uow, payment),
    )


async def _bank_for(uow: UnitOfWork, payment: payments.PaymentIntent | None) -> tenants.BankDetails | None:
    """Where to transfer to, while something is to be transferred."""
    if payment is None or payment.method != "invoice" or not payments.outstanding(payment):
        return None
    invoice = (await tenants.by_id(uow, {payment.tenant_id}))[payment.tenant_id].paid_later.invoice
    return invoice.bank if invoice else None


async def _credit_of(uow: UnitOfWork, payment: payments.PaymentIntent | None) -> credit.CreditUse | None:
    if payment is None or not payment.credit_minor:
        return None
    key = (payment.tenant_id, payment.id)
    return (await credit.uses_of(uow, [key])).get(key)


async def seen_by(uow: UnitOfWork, key: Key, caller: Principal, guest_key: str = "") -> OrderView:
    """The order, to its buyer or to whoever has the key of a guest's order. Raises NotFound to everybody else."""
    view = await order_view(uow, key)
    if view is None or not (orders.may_see(view.read.order, caller) or _has_key(view.read.order, guest_key)):
        raise NotFound("order", encode("ord", key[1]))
    return view


async def require_buyer(uow: UnitOfWork, key: Key, caller: Principal, guest_key: str = "") -> None:
    """Returns when the caller bought this order. Raises NotFound otherwise."""
    order = (await orders.orders_by_id(uow, [key])).get(key)
    if order is None or not (orders.may_see(order, caller) or _has_key(order, guest_key)):
        raise NotFound("order", encode("ord", key[1]))


@dataclass(frozen=True)
class OrderSummary:
    """One entry of a buyer's list."""

    order: orders.Order
    lines: Sequence[orders.OrderLine]
    sellers: Sequence[str]


async def orders_of(uow: UnitOfWork, tenant_id: int, buyer_id: int, *, before: int | None, limit: int) -> list[OrderSummary]:
    """A buyer's orders in one marketplace, newest first."""
    found = await orders.of_buyer(uow, tenant_id, buyer_id, before=before, limit=limit)
    parts = await orders.parts_of(uow, [(order.tenant_id, order.id) for order in found])
    lines = await orders.lines_of(uow, [(part.tenant_id, part.id) for part in parts])
    names = await sellers.facts(uow, {part.seller_id for part in parts})
    return [_summary(order, [part for part in parts if part.order_id == order.id], lines, names) for order in found]


def _summary(
    order: orders.Order,
    parts: Collection[orders.SellerOrder],
    lines: Mapping[Key, Sequence[orders.OrderLine]],
    names: Mapping[int, sellers.SellerFacts],
) -> OrderSummary:
    return OrderSummary(
        order,
        [line for part in parts for line in lines.get((part.tenant_id, part.id), ())],
        [names[part.seller_id].name for part in parts if part.seller_id in names],
    )


def _has_key(order: orders.Order, guest_key: str) -> bool:
    return order.buyer_id is None and bool(guest_key) and order.guest_key == guest_key
