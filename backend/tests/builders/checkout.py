"""Checkouts, and the house with the gateway that they need."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

from sqlalchemy import func, select

from tests.builders.files import files_in
from tests.builders.market import Market
from velora.flows.checkout import draft as checkout
from velora.flows.checkout.draft import Buyer, Draft
from velora.flows.house import TradingHouse
from velora.modules.catalog.service import OfferKey, offers
from velora.modules.inventory.models import StockHold
from velora.modules.orders.models import Order, OrderLine, SellerOrder
from velora.modules.payments.gateways.sandbox import SandboxGateway
from velora.modules.payments.models import PaymentIntent
from velora.modules.payouts.gateways.sandbox import SandboxBank
from velora.modules.pricing.service import Basket, BasketLine, quote
from velora.platform.anchors.folder import FolderAnchors
from velora.platform.bus.outbox import OutboxBus
from velora.platform.cache.sqlite import SqliteCache
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.group_commit import Writes
from velora.platform.db.idempotency import Asked, IdempotencyKeyRow
from velora.platform.mail.folder import FolderMail
from velora.platform.search.tantivy import TantivyIndex
from velora.platform.settings import Settings
from velora.platform.signing import SigningKeys

# Test cards by what they do (see the sandbox gateway).
NO_FUNDS, CHALLENGED, REPLY_LOST, REQUEST_LOST = "4000000000009995", "4000000000003220", "4000000000000341", "4000000000000259"
CAPTURE_REPLY_LOST = "4000000000004210"
ADDRESS = {"name": "Ada Lovelace", "line1": "Holstenstraße 12", "postal_code": "24103", "city": "Kiel", "country": "DE"}
GUEST = Buyer(None, "a-guest-of-the-tests", "ada@example.com")


@asynccontextmanager
async def a_trading_house(db: Database, folder: Path) -> AsyncGenerator[tuple[TradingHouse, SandboxGateway]]:
    """Embedded engines in `folder`, and a gateway that keeps 2.9 % + 0.30 of each charge."""
    cache, search, bank = SqliteCache(folder / "cache.db"), TantivyIndex(folder / "search"), SandboxBank(folder / "bank.db")
    gateway = SandboxGateway(folder / "gateway.db", challenge_base="/challenge", fee_bps=290, fee_fixed_minor=30, clock=db.clock)
    house = TradingHouse(
        settings=Settings(home=folder), secret_key=b"a key of this test", clock=db.clock, db=db, sealing=db,
        writes=Writes(db), bus=OutboxBus(db), cache=cache, search=search, mail=FolderMail(folder / "mailbox"),
        files=files_in(folder, b"a key of this test", db.clock),
        keys=SigningKeys(folder / "keys"), anchors=FolderAnchors(folder / "anchors"), gateway=gateway, bank=bank,
    )  # fmt: skip
    yield house, gateway
    for engine in (cache, search, bank, gateway):
        await engine.close()


def asked(key: str, body: str = "the same body") -> Asked:
    """What a caller sends: this Idempotency-Key with this body."""
    return Asked(sha256(key.encode()).digest(), sha256(body.encode()).digest())


async def total_of(uow: UnitOfWork, market: Market, lines: Sequence[tuple[int, int]]) -> int:
    """What these (variant, quantity) cost in the market today, with delivery and tax."""
    found = await offers(uow, {OfferKey(market.tenant.id, variant) for variant, _ in lines})
    priced = [(found[OfferKey(market.tenant.id, variant)], quantity) for variant, quantity in lines]
    basket = tuple(BasketLine(one.variant_id, one.seller_id, one.price_minor, quantity, one.tax_class) for one, quantity in priced)
    [quoted] = await quote(uow, [Basket(market.tenant.id, market.tenant.currency, market.tenant.tax_mode, "DE", basket)])
    return quoted.total_minor


async def a_draft(
    db: Database,
    market: Market,
    *lines: tuple[int, int],
    key: str | None = None,
    body: str = "the same body",
    token: str = "tok_visa",
    buyer: Buyer = GUEST,
    expects: int | None = None,
) -> Draft:
    """An order of these (variant, quantity) by a buyer who agrees to today's price, or who `expects` another."""
    if expects is None:
        async with db.read(market.tenant.id) as uow:
            expects = await total_of(uow, market, lines)
    return Draft(
        market=checkout.Market(market.tenant.id, market.tenant.currency, market.tenant.tax_mode, charged=market.tenant.charged),
        buyer=buyer,
        address=ADDRESS,
        country="DE",
        lines=lines,
        token=token,
        expected_total_minor=expects,
        asked=asked(key or f"key-{db.new_id()}", body),
        order_id=db.new_id(),
    )


async def a_card(gateway: SandboxGateway, number: str) -> str:
    """A token for this card."""
    card = await gateway.tokenize(number, 12, 2030)
    assert card is not None
    return card.token


async def written(db: Database, market: Market) -> dict[str, int]:
    """How many rows a checkout would write stand for this market."""
    tenant_id = market.tenant.id
    async with db.read(tenant_id) as uow:
        counts = {
            table.__tablename__: await uow.scalar(select(func.count()).select_from(table).where(table.tenant_id == tenant_id)) or 0
            for table in (Order, SellerOrder, OrderLine, PaymentIntent, IdempotencyKeyRow)
        }
        holds = select(func.count()).select_from(StockHold).where(StockHold.seller_id == market.seller.id)
        return counts | {"stock_hold": await uow.scalar(holds) or 0}
