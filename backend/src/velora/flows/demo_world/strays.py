"""Money that matches nothing, so that finance's desk is not empty: one amount that needs two people, one of a few coins, and a transfer."""

from typing import Final

from velora.flows.demo_world.data import FINANCE
from velora.flows.demo_world.later import limits_of
from velora.flows.demo_world.world import World
from velora.flows.house import TradingHouse
from velora.flows.receipts.record import Receipt, record
from velora.flows.second_person import Hand
from velora.flows.suspense.open import open_case
from velora.kernel.principal import Principal
from velora.modules.payments.gateways.port import Captured, ChargeOrder
from velora.modules.suspense.service import NewCase
from velora.platform.db.group_commit import in_one_transaction

# (marketplace, what was taken); the key tells them from the charges of orders, and makes each of them once.
STRAYS: Final = (("nordmarkt", 249_00), ("harbour", 4_20))
# (marketplace, what was transferred, the statement's reference, the payer's words), which name no order.
UNNAMED: Final = ("nordmarkt", 64_90, "S25-3352-9", "Invoice of last week, thank you")


async def leave_strays(house: TradingHouse, world: World, token: str) -> None:
    """The gateway has taken these from somebody, and nobody here asked it to; and a transfer came without a word for what.

    Called again, it changes nothing.
    """
    for slug, amount_minor in STRAYS:
        market = world.markets[slug]
        charge = await house.gateway.charge(ChargeOrder(f"stray:{slug}", "", amount_minor, market.currency, token))
        assert isinstance(charge, Captured)
        said: dict[str, object] = {"status": "succeeded", "card": charge.brand, "our_reference": "none"}
        new = NewCase(market.id, house.settings.gateway, charge.ref, amount_minor, market.currency, said)
        async with house.db.begin(None) as uow:
            await open_case(uow, [new])
    slug, amount_minor, reference, words = UNNAMED
    market, finance = world.markets[slug], Hand(Principal(account_id=world.accounts[FINANCE.email]).actor_ref)
    receipt = Receipt(
        market.id, reference, amount_minor, market.currency, house.clock.now().date(), words, finance, limits_of(house.settings)
    )  # fmt: skip
    await in_one_transaction(house.db, record, [receipt])
