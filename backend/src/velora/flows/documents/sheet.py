"""What stands on a document, as it is kept for good: amounts in minor units, days as they are, words left to the page. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from velora.kernel.ids import encode
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.returns import service as returns
from velora.modules.sellers import service as sellers
from velora.modules.tenants import service as tenants

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One seller's part of an order, with everybody whom its documents name."""

    order: orders.Order
    part: orders.SellerOrder
    lines: Sequence[orders.OrderLine]
    seller: sellers.SellerFacts
    imprint: sellers.Imprint | None
    market: tenants.TenantFacts
    payment: payments.PaymentIntent | None
    now: datetime


def invoice(case: Case) -> Json:
    """The whole part as it was sold. Its rows and delivery sum to what the part costs its buyer, to the cent."""
    part = case.part
    rows = [_row(line, line.quantity, line.net_minor, line.tax_minor) for line in case.lines]
    delivery = {"net": part.shipping_minor, "tax": part.shipping_tax_minor}
    return {**_head(case), "rows": rows, "delivery": delivery, "supplied_on": _day(part.shipped_at), "payment": _payment(case)}


def credit_for_return(case: Case, back: returns.ReturnFacts, number: str) -> Json:
    """The pieces of a return, for what they were worth; `number` is that of the invoice."""
    sold = {line.id: line for line in case.lines}
    rows = [_row(sold[one.line_id], one.worth.quantity, one.worth.net_minor, one.worth.tax_minor) for one in back.lines]
    return {**_head(case), "rows": rows, "delivery": None, "invoice": number, "about": encode("ret", back.id)}


def credit_for_all(billed: Json, number: str) -> Json:
    """Everything that an invoice asked for, as nothing of it is owed any longer."""
    return {name: value for name, value in billed.items() if name not in ("payment", "supplied_on")} | {"invoice": number, "about": ""}


def label(case: Case, back: returns.ReturnFacts, imprint: sellers.Imprint) -> Json:
    """Where the pieces of a return go, and from whom."""
    sold = {line.id: line for line in case.lines}
    rows = [{"title": orders.title_of(sold[one.line_id]), "quantity": one.worth.quantity} for one in back.lines]
    to = [imprint.legal_name, *_place(asdict(imprint))]
    return {"language": case.market.locale, "about": encode("ret", back.id), "from": _buyer(case.order), "to": to, "rows": rows}


def totals(facts: Json) -> dict[int | None, tuple[int, int]]:
    """(net, tax) of what stands there by rate in basis points, highest first; last, under None, delivery at none of the goods' rates."""
    by_rate: dict[int | None, tuple[int, int]] = {}
    for rate, net, tax in _taxed(facts):
        before = by_rate.get(rate, (0, 0))
        by_rate[rate] = before[0] + net, before[1] + tax
    return dict(sorted(by_rate.items(), key=lambda one: -1 if one[0] is None else one[0], reverse=True))


def _taxed(facts: Json) -> Iterable[tuple[int | None, int, int]]:
    rows, delivery = facts["rows"], facts["delivery"]
    for row in rows:
        yield row["tax_bps"], row["net"], row["tax"]
    if delivery and (delivery["net"] or delivery["tax"]):
        rates = sorted({int(row["tax_bps"]) for row in rows}, reverse=True)
        of_goods = next((rate for rate in rates if abs(delivery["net"] * rate - delivery["tax"] * 10_000) <= 10_000), None)
        yield of_goods, delivery["net"], delivery["tax"]


def _head(case: Case) -> Json:
    order, imprint = case.order, case.imprint
    issuer = {
        "name": imprint.legal_name if imprint else case.seller.name,
        "place": _place(asdict(imprint)) if imprint else [case.seller.country],
        "tax_number": imprint.tax_number if imprint else "",
    }
    return {
        "language": case.market.locale, "currency": case.part.currency, "marketplace": case.market.name, "issuer": issuer,
        "buyer": _buyer(order), "order": encode("ord", order.id), "purchase_order": order.purchase_order,
        "ordered_on": _day(order.placed_at),
    }  # fmt: skip


def _row(line: orders.OrderLine, quantity: int, net: int, tax: int) -> Json:
    return {"title": orders.title_of(line), "sku": line.sku, "quantity": quantity, "tax_bps": line.tax_bps, "net": net, "tax": tax}


def _payment(case: Case) -> Json:
    """Whether anything is still to be paid, and how; of what is to be transferred, until when and to whom."""
    paid, terms = case.payment, case.market.paid_later.invoice
    if paid is None or not payments.outstanding(paid):
        return {"method": "paid"}
    if paid.method == "invoice" and paid.due_at is not None and terms is not None:
        bank = terms.bank
        return {"method": "invoice", "until": _day(paid.due_at), "holder": bank.holder, "iban": bank.iban, "bic": bank.bic}
    return {"method": paid.method}


def _buyer(order: orders.Order) -> list[str]:
    return [str(order.address.get("name") or order.email), *_place(order.address)]


def _place(address: Mapping[str, object]) -> list[str]:
    """The lines of an address under its name."""
    said = {name: str(address.get(name) or "") for name in ("line1", "line2", "postal_code", "city", "country")}
    town = f"{said['postal_code']} {said['city']}".strip()
    return [line for line in (said["line1"], said["line2"], town, said["country"]) if line]


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
