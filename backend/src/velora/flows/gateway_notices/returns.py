"""The buyer comes back from the bank: to the storefront where the order was placed, which asks what became of it."""

from velora.flows.house import TradingHouse
from velora.kernel.errors import NotFound
from velora.kernel.ids import encode
from velora.modules.payments import service as payments
from velora.modules.tenants import service as tenants
from velora.modules.tenants.policy import address


async def way_back(house: TradingHouse, intent_id: int) -> str:
    """The address of the page that waits for this payment. It tells nobody but the buyer anything. Raises NotFound."""
    async with house.db.read(None) as uow:
        places = {one.id: one for one in await tenants.all_tenants(uow)}
        found = await payments.intents_seen(uow, [(tenant, intent_id) for tenant in places])
    if not found:
        raise NotFound("payment", encode("pi", intent_id))
    [intent] = found.values()
    place = places[intent.tenant_id]
    storefront = address(house.settings.public_url, place.slug, place.domains)
    return f"{storefront}/checkout/confirm/{encode('pi', intent_id)}?order={encode('ord', intent.order_id)}"
