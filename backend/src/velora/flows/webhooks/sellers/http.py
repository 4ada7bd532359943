"""Routes of webhooks for a seller: its people look, its owners change. The shapes are those of the marketplace's."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from velora.flows.webhooks import keeping
from velora.flows.webhooks.http import (
    CALLER,
    EndpointId,
    EventId,
    Limit,
    States,
    WebhookDeliveryFullOut,
    WebhookDeliveryOut,
    WebhookIn,
    WebhookOut,
    WebhookReplayedOut,
    WebhookReplayIn,
    WebhookSecretOut,
    WebhooksOut,
    added,
    changed,
    page_of,
    shown,
    whole,
)
from velora.flows.webhooks.keeping import Hand
from velora.kernel.errors import Invalid, NotFound, unrefused
from velora.modules.webhooks import service as webhooks
from velora.modules.webhooks.errors import EndpointChanged, EndpointDisabled, EndpointVersionMissing, NeedsPro, TooManyEndpoints
from velora.modules.webhooks.service import Owner
from velora.platform.web import HouseDep, PageOut, SellerStaff, acting_for_seller, address_of, ident, problems
from velora.platform.web.versions import IfMatch

router = APIRouter(tags=["webhooks"])

SellerId = Annotated[int, ident("sel")]


def _owner(seller_id: int, caller: SellerStaff) -> Owner:
    acting_for_seller(caller, seller_id)
    return Owner.seller(seller_id)


def _hand(seller_id: int, caller: SellerStaff, request: Request) -> Hand:
    return Hand(_owner(seller_id, caller), caller, address_of(request))


@router.get("/seller/{seller_id}/webhooks", responses=problems(NotFound, *CALLER))
async def list_seller_webhooks(seller_id: SellerId, request: Request, caller: SellerStaff, house: HouseDep) -> WebhooksOut:
    """Where what concerns this seller is sent, from all marketplaces."""
    hand = _hand(seller_id, caller, request)
    async with house.db.read(None) as uow:
        refusal = await keeping.may_change(uow, hand)
        return WebhooksOut.of(await webhooks.of_owner(uow, hand.owner), hand.owner, refusal)


@router.post("/seller/{seller_id}/webhooks", status_code=201, responses=problems(NotFound, Invalid, TooManyEndpoints, NeedsPro, *CALLER))
async def add_seller_webhook(
    seller_id: SellerId, body: WebhookIn, request: Request, caller: SellerStaff, house: HouseDep
) -> WebhookSecretOut:
    """Send the chosen events to this URL from now on. The secret is shown in this answer alone."""
    return await added(house, _hand(seller_id, caller, request), body.wish())


@router.get("/seller/{seller_id}/webhooks/{endpoint_id}", responses=problems(NotFound, *CALLER))
async def read_seller_webhook(
    seller_id: SellerId, endpoint_id: EndpointId, caller: SellerStaff, house: HouseDep, reply: Response
) -> WebhookOut:
    """One endpoint, for editing."""
    async with house.db.read(None) as uow:
        return shown(reply, unrefused(await webhooks.one(uow, _owner(seller_id, caller), endpoint_id)))


@router.put(
    "/seller/{seller_id}/webhooks/{endpoint_id}",
    responses=problems(NotFound, Invalid, EndpointChanged, EndpointVersionMissing, NeedsPro, *CALLER),
)
async def change_seller_webhook(
    seller_id: SellerId,
    endpoint_id: EndpointId,
    body: WebhookIn,
    request: Request,
    caller: SellerStaff,
    house: HouseDep,
    reply: Response,
    if_match: IfMatch = None,
) -> WebhookOut:
    """Another URL, description or choice of events. Needs the version that you loaded."""
    return await changed(house, _hand(seller_id, caller, request), endpoint_id, body.wish(), if_match, reply)


@router.delete("/seller/{seller_id}/webhooks/{endpoint_id}", status_code=204, responses=problems(NotFound, NeedsPro, *CALLER))
async def remove_seller_webhook(
    seller_id: SellerId, endpoint_id: EndpointId, request: Request, caller: SellerStaff, house: HouseDep
) -> None:
    """Send nothing there any more, and forget its secret and its log."""
    async with house.db.begin(None) as uow:
        unrefused(await keeping.remove(uow, _hand(seller_id, caller, request), endpoint_id))


@router.post("/seller/{seller_id}/webhooks/{endpoint_id}/rotate-secret", responses=problems(NotFound, NeedsPro, *CALLER))
async def rotate_seller_webhook_secret(
    seller_id: SellerId, endpoint_id: EndpointId, request: Request, caller: SellerStaff, house: HouseDep
) -> WebhookSecretOut:
    """A new secret, shown in this answer alone. For 24 hours the old one signs as well."""
    async with house.db.begin(None) as uow:
        return WebhookSecretOut.of(unrefused(await keeping.rotate(uow, house, _hand(seller_id, caller, request), endpoint_id)))


@router.post("/seller/{seller_id}/webhooks/{endpoint_id}/enable", responses=problems(NotFound, NeedsPro, *CALLER))
async def enable_seller_webhook(
    seller_id: SellerId, endpoint_id: EndpointId, request: Request, caller: SellerStaff, house: HouseDep
) -> WebhookOut:
    """Send there again, what still waits first. What happened while it was disabled is not sent."""
    async with house.db.begin(None) as uow:
        return WebhookOut.of(unrefused(await keeping.enable(uow, _hand(seller_id, caller, request), endpoint_id)))


@router.post("/seller/{seller_id}/webhooks/{endpoint_id}/disable", responses=problems(NotFound, NeedsPro, *CALLER))
async def disable_seller_webhook(
    seller_id: SellerId, endpoint_id: EndpointId, request: Request, caller: SellerStaff, house: HouseDep
) -> WebhookOut:
    """Send nothing there for now."""
    async with house.db.begin(None) as uow:
        return WebhookOut.of(unrefused(await keeping.disable(uow, _hand(seller_id, caller, request), endpoint_id)))


@router.post(
    "/seller/{seller_id}/webhooks/{endpoint_id}/test", status_code=202, responses=problems(NotFound, EndpointDisabled, NeedsPro, *CALLER)
)
async def test_seller_webhook(
    seller_id: SellerId, endpoint_id: EndpointId, request: Request, caller: SellerStaff, house: HouseDep
) -> WebhookDeliveryOut:
    """Send `webhooks.test.v1`, which means nothing; the delivery says what came of it."""
    async with house.db.begin(None) as uow:
        return WebhookDeliveryOut.of(unrefused(await keeping.test(uow, _hand(seller_id, caller, request), endpoint_id)))


@router.get("/seller/{seller_id}/webhooks/{endpoint_id}/deliveries", responses=problems(NotFound, Invalid, *CALLER))
async def list_seller_webhook_deliveries(
    seller_id: SellerId,
    endpoint_id: EndpointId,
    caller: SellerStaff,
    house: HouseDep,
    state: States = None,
    type: str | None = None,  # noqa: A002 -- the field's name
    cursor: str | None = None,
    limit: Limit = 50,
) -> PageOut[WebhookDeliveryOut]:
    """What was sent there in the last 30 days, the newest event first; `state` narrows and may be repeated."""
    return await page_of(house, _owner(seller_id, caller), endpoint_id, state, type, cursor, limit)


@router.get("/seller/{seller_id}/webhooks/{endpoint_id}/deliveries/{event_id}", responses=problems(NotFound, *CALLER))
async def read_seller_webhook_delivery(
    seller_id: SellerId, endpoint_id: EndpointId, event_id: EventId, caller: SellerStaff, house: HouseDep
) -> WebhookDeliveryFullOut:
    """One delivery with every request and reply."""
    return await whole(house, _owner(seller_id, caller), endpoint_id, event_id)


@router.post(
    "/seller/{seller_id}/webhooks/{endpoint_id}/deliveries/{event_id}/replay",
    status_code=202,
    responses=problems(NotFound, EndpointDisabled, NeedsPro, *CALLER),
)
async def replay_seller_webhook_delivery(
    seller_id: SellerId, endpoint_id: EndpointId, event_id: EventId, request: Request, caller: SellerStaff, house: HouseDep
) -> WebhookDeliveryOut:
    """Send this event again, with the same id and body."""
    async with house.db.begin(None) as uow:
        return WebhookDeliveryOut.of(unrefused(await keeping.replay(uow, _hand(seller_id, caller, request), endpoint_id, event_id)))


@router.post(
    "/seller/{seller_id}/webhooks/{endpoint_id}/replay", status_code=202, responses=problems(NotFound, EndpointDisabled, NeedsPro, *CALLER)
)
async def replay_failed_seller_webhook_deliveries(
    seller_id: SellerId, endpoint_id: EndpointId, body: WebhookReplayIn, request: Request, caller: SellerStaff, house: HouseDep
) -> WebhookReplayedOut:
    """Send again everything since then that was not heard."""
    async with house.db.begin(None) as uow:
        events = unrefused(await keeping.replay_failed(uow, _hand(seller_id, caller, request), endpoint_id, body.since))
    return WebhookReplayedOut(events=events)
