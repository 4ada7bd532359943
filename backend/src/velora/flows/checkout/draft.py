"""What goes into a checkout and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from velora.kernel.errors import Refusal
from velora.kernel.ids import encode
from velora.modules.payments.service import Capture, Method
from velora.platform.db.idempotency import Asked, Identity, Keyed

# How long goods are set aside for somebody who is paying.
HOLD_FOR: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Market:
    """What a checkout needs to know of its marketplace. `currency` is its main one, or (`further`) another that it sells in."""

    tenant_id: int
    currency: str
    tax_mode: str
    dispatch_days: int = 2
    charged: str = "at_order"
    further: bool = False


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: an account, or a guest known by a key."""

    account_id: int | None
    guest_key: str
    email: str

    @property
    def ref(self) -> str:
        return f"account:{self.account_id}" if self.account_id is not None else f"guest:{self.guest_key}"


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as the buyer sends it. `expected_total_minor` is what the buyer was shown and agrees to.

    `credit_minor` of the total is paid with the buyer's store credit, and the rest by card: with `token`, which is empty where nothing is.
    `customer` is what the gateway knows a buyer by who pays with a saved card, or wants this one kept (`keep_card`) once it has paid.
    Any other `method` than a card is paid later, past the gateway; an invoice until `due_at`.
    """

    market: Market
    buyer: Buyer
    address: Mapping[str, object]
    country: str
    lines: tuple[tuple[int, int], ...]
    token: str
    expected_total_minor: int
    asked: Asked
    order_id: int
    keep_card: bool = False
    customer: str = ""
    credit_minor: int = 0
    method: Method = "card"
    due_at: datetime | None = None
    purchase_order: str = ""

    @property
    def concerns(self) -> int:
        """What its events name, so that they keep the trace of this request in a batch with others."""
        return self.order_id

    @property
    def keyed(self) -> Keyed:
        return Keyed(self.market.tenant_id, self.buyer.ref, self.asked, self.order_id)


@dataclass(frozen=True, slots=True)
class Placed:
    """The order stands; the gateway can be asked under its key for `charge_minor`, or need not be asked at all.

    `is_awaited`: its money comes later, past the gateway.
    """

    tenant_id: int
    order_id: int
    intent_id: int
    charge_minor: int
    currency: str
    token: str
    placed_at: datetime
    identity: Identity
    capture: Capture = "now"
    customer: str = ""
    asks_gateway: bool = True
    is_awaited: bool = False


@dataclass(unsafe_hash=True)
class LineOutOfStock(Refusal):
    code = "inventory.out_of_stock"
    status = 409
    title = "Out of stock"

    lines: list[dict[str, object]] = field(default_factory=list[dict[str, object]], hash=False)

    def detail(self) -> str:
        said = [
            f"Only {line['left']} of {line['title']} left; you asked for {line['wanted']}."
            if line["left"]
            else f"{line['title']} is sold out."
            for line in self.lines
        ]
        return " ".join(said) + " Lower the quantity or remove the line."


@dataclass(unsafe_hash=True)
class NotOnSale(Refusal):
    """`currency` names the one in which it is not for sale, where it is in another."""

    code = "catalog.not_on_sale"
    status = 409
    title = "Not for sale any more"

    variant_id: int
    currency: str = ""

    def detail(self) -> str:
        if self.currency:
            return f"One of the things in your cart is not for sale in {self.currency}. Remove it, or order in another currency."
        return "One of the things in your cart is no longer for sale here. Remove it and try again."

    def facts(self) -> dict[str, object]:
        facts: dict[str, object] = {"variant_id": encode("var", self.variant_id)}
        return facts | {"currency": self.currency} if self.currency else facts


@dataclass(unsafe_hash=True)
class PriceChanged(Refusal):
    code = "pricing.price_changed"
    status = 409
    title = "The price has changed"

    expected_minor: int
    actual_minor: int
    currency: str

    def detail(self) -> str:
        return "The total is not what you were shown. Look at the new total; if you agree, order again with it."

    def facts(self) -> dict[str, object]:
        return {
            "expected": {"amount": self.expected_minor, "currency": self.currency},
            "actual": {"amount": self.actual_minor, "currency": self.currency},
        }


@dataclass(unsafe_hash=True)
class EmptyCart(Refusal):
    code = "cart.empty"
    status = 409
    title = "Nothing to order"

    def detail(self) -> str:
        return "Your cart is empty. Put something into it first."
