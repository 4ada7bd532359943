"""Endpoints of webhooks, and a house that may send to this machine."""

from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import delete, update

from velora.flows.webhooks import telling
from velora.flows.webhooks.audience import offered
from velora.flows.webhooks.keeping import locked
from velora.flows.webhooks.sending import send_to_quick, send_to_slow
from velora.kernel.events import numbered
from velora.kernel.ids import encode
from velora.modules.sellers.events import SellerApproved
from velora.modules.sellers.models import Seller
from velora.modules.webhooks import service as webhooks
from velora.modules.webhooks.models import WebhookEndpoint
from velora.modules.webhooks.service import Attempt, Delivery, Endpoint, NewEndpoint, Owner
from velora.platform.db import ACROSS_TENANTS, Database
from velora.platform.house import House
from velora.platform.vault import fresh_secret

H = TypeVar("H", bound=House)


def beside_us(house: H) -> H:
    """The house as on a developer's machine whose receiver runs beside it."""
    return replace(house, settings=house.settings.model_copy(update={"webhooks_to_loopback": True}))


async def an_empty_post_room(db: Database) -> None:
    """No endpoint of an earlier test waits: workers send to those of everybody."""
    async with db.begin(None) as uow:
        await uow.change(delete(WebhookEndpoint).execution_options(**ACROSS_TENANTS))


async def a_pro(db: Database, seller_id: int) -> None:
    """The seller is a Pro from now on."""
    async with db.begin(None) as uow:
        await uow.change(update(Seller).where(Seller.id == seller_id).values(tier="pro"))


@dataclass(frozen=True)
class Listener:
    """An endpoint with its secret, and what stands in its log."""

    house: House
    endpoint: Endpoint
    secret: bytes

    async def now(self) -> Endpoint:
        async with self.house.db.read(None) as uow:
            found = await webhooks.one(uow, self.endpoint.owner, self.endpoint.id)
        assert isinstance(found, Endpoint), found
        return found

    async def log(self) -> list[Delivery]:
        """Its deliveries, the oldest event first."""
        async with self.house.db.read(None) as uow:
            return list(reversed((await webhooks.deliveries(uow, self.endpoint.owner, self.endpoint.id, limit=200)).data))

    async def tries(self, event_id: int) -> list[Attempt]:
        """The attempts of one, the newest first."""
        async with self.house.db.read(None) as uow:
            return await webhooks.attempts(uow, self.endpoint.owner, self.endpoint.id, event_id)


async def listens(house: House, owner: Owner, url: str, *types: str) -> Listener:
    """An endpoint of this owner that hears these types, or all that it may."""
    secret = fresh_secret()
    async with house.db.begin(None) as uow:
        id_ = uow.new_id()
        chosen = types or tuple(offered(to_seller=owner.is_seller))
        made = await webhooks.create(uow, NewEndpoint(owner, id_, url, "", chosen, locked(house, id_, secret)))
    assert isinstance(made, Endpoint), made
    return Listener(house, made, secret)


async def both_listen(house: House, tenant_id: int, seller_id: int) -> dict[str, str]:
    """An endpoint of the marketplace (`whe`) and one of its seller (`sellers whe`), and the event that both were told (`evt`)."""
    await a_pro(house.db, seller_id)
    here = await listens(house, Owner.tenant(tenant_id), "https://a.example/")
    theirs = await listens(house, Owner.seller(seller_id), "https://b.example/")
    async with house.db.begin(None) as uow:
        number = uow.new_id()
        await telling.enqueue(uow, [numbered(SellerApproved(tenant_id, seller_id), number)])
    return {"whe": here.endpoint.ref, "sellers whe": theirs.endpoint.ref, "evt": encode("evt", number)}


async def post_all(house: House) -> int:
    """Whatever is due is sent; how many turns endpoints had."""
    turns = 0
    while done := await send_to_quick(house) + await send_to_slow(house):
        turns += done
    return turns
