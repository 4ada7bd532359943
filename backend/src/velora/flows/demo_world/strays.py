"""Money that matches nothing, so that finance's desk is not empty: one amount that needs two people, and one of a few cents."""

from typing import Final

from velora.flows.demo_world.world import World
from velora.flows.house import TradingHouse
from velora.flows.suspense.open import open_case
from velora.modules.payments.gateways.port import Captured, ChargeOrder
from velora.modules.suspense.service import NewCase

# (marketplace, what was taken); the key tells them from the charges of orders, and makes each of them once.
STRAYS: Final = (("nordmarkt", 249_00), ("harbour", 4_20))


async def leave_strays(house: TradingHouse, world: World, token: str) -> None:
    """The gateway has taken these from somebody, and nobody here asked it to. Called again, it changes nothing."""
    for slug, amount_minor in STRAYS:
        market = world.markets[slug]
        charge = await house.gateway.charge(ChargeOrder(f"stray:{slug}", "", amount_minor, market.currency, token))
        assert isinstance(charge, Captured)
        said: dict[str, object] = {"status": "succeeded", "card": charge.brand, "our_reference": "none"}
        new = NewCase(market.id, house.settings.gateway, charge.ref, amount_minor, market.currency, said)
        async with house.db.begin(None) as uow:
            await open_case(uow, [new])
