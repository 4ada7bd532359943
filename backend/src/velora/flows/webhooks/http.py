"""Routes of webhooks for a marketplace's administrators, and what both these and a seller's routes say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, Field

from velora.flows.webhooks import keeping
from velora.flows.webhooks.audience import offered
from velora.flows.webhooks.keeping import Hand, Shown, Wish
from velora.kernel.errors import Forbidden, Invalid, NotFound, Refusal, unrefused
from velora.kernel.paging import Page
from velora.modules.webhooks import service as webhooks
from velora.modules.webhooks.errors import EndpointChanged, EndpointDisabled, EndpointVersionMissing, TooManyEndpoints
from velora.modules.webhooks.policy.endpoints import DeliveryState, EndpointState
from velora.modules.webhooks.service import Attempt, Delivery, Endpoint, Owner
from velora.platform.house import House
from velora.platform.web import HouseDep, MarketplaceAdmin, PageOut, Schema, Tenant, address_of, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn, UnknownHost
from velora.platform.web.versions import IfMatch, tagged, version_of

router = APIRouter(tags=["webhooks"])

EndpointId = Annotated[int, ident("whe")]
EventId = Annotated[int, ident("evt")]
Limit = Annotated[int, Query(ge=1, le=200)]
States = Annotated[list[DeliveryState] | None, Query()]
CALLER = (NotSignedIn, Forbidden, BadCsrfToken)
_ADMIN = (*CALLER, UnknownHost)


class WebhookIn(Schema):
    url: str = Field(examples=["https://erp.example.com/velora"], description="https, on port 443 or 8443, on the public internet.")
    description: str = Field(default="", examples=["Our ERP"])
    event_types: list[str] = Field(max_length=100, examples=[["orders.order_paid.v1"]])

    def wish(self) -> Wish:
        return Wish(self.url, self.description.strip(), tuple(sorted(set(self.event_types))))


class WebhookOut(Schema):
    """An endpoint; the header `ETag` names its version where one is read alone. `reason` says why it is disabled."""

    id: EndpointId
    url: str
    description: str
    event_types: list[str]
    state: EndpointState
    reason: str = Field(description="asked, gone (it answered 410), failing (nothing but failures for three days), or empty")
    since: datetime
    failures: int = Field(description="How many requests in a row have failed")
    failing_since: datetime | None
    old_secret_until: datetime | None = Field(description="Until then the secret before the last rotation signs as well")
    created_at: datetime
    version: int

    @classmethod
    def of(cls, one: Endpoint) -> "WebhookOut":
        return cls(
            id=one.id, url=one.url, description=one.description, event_types=list(one.event_types), state=one.state,
            reason=one.reason.value, since=one.since, failures=one.failures, failing_since=one.failing_since,
            old_secret_until=one.old_secret_until, created_at=one.created_at, version=one.version,
        )  # fmt: skip


class WebhooksOut(Schema):
    """The endpoints, and the event types that may be chosen."""

    data: list[WebhookOut]
    event_types: list[str]
    refused_with: str | None = Field(description="The code with which a change by the caller would be refused", examples=[None])

    @classmethod
    def of(cls, found: Sequence[Endpoint], owner: Owner, refusal: Refusal | None) -> "WebhooksOut":
        types = offered(to_seller=owner.is_seller)
        return cls(data=[WebhookOut.of(one) for one in found], event_types=types, refused_with=refusal.code if refusal else None)


class WebhookSecretOut(Schema):
    """An endpoint with its secret, which nobody can be shown again."""

    endpoint: WebhookOut
    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])

    @classmethod
    def of(cls, one: Shown) -> "WebhookSecretOut":
        return cls(endpoint=WebhookOut.of(one.endpoint), secret=one.secret)


class WebhookDeliveryOut(Schema):
    """An event for an endpoint. `id` is its `webhook-id`, the same at every try."""

    id: EventId
    endpoint_id: EndpointId
    type: str
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    last_status: int | None
    last_error: str
    created_at: datetime
    delivered_at: datetime | None

    @classmethod
    def of(cls, one: Delivery) -> "WebhookDeliveryOut":
        return cls(
            id=one.event_id, endpoint_id=one.endpoint_id, type=one.type, state=one.state, attempts=one.attempts, next_at=one.next_at,
            last_status=one.last_status, last_error=one.last_error, created_at=one.created_at, delivered_at=one.delivered_at,
        )  # fmt: skip


class WebhookAttemptOut(Schema):
    """One request: what was sent besides the body, and the beginning of what came back."""

    at: datetime
    request_headers: dict[str, str]
    status: int | None
    reply: str
    duration_ms: int
    error: str

    @classmethod
    def of(cls, one: Attempt) -> "WebhookAttemptOut":
        return cls(
            at=one.at, request_headers=dict(one.request_headers), status=one.status, reply=one.reply, duration_ms=one.duration_ms,
            error=one.error,
        )  # fmt: skip


class WebhookDeliveryFullOut(Schema):
    delivery: WebhookDeliveryOut
    body: str = Field(description="What is sent, to the letter", examples=['{"type":"orders.order_paid.v1","timestamp":"…","data":{}}'])
    attempts: list[WebhookAttemptOut]


class WebhookReplayIn(Schema):
    since: AwareDatetime = Field(description="Events from this moment on", examples=["2026-11-16T10:00:00Z"])


class WebhookReplayedOut(Schema):
    events: int = Field(description="How many events are sent again")


def shown(reply: Response, endpoint: Endpoint) -> WebhookOut:
    """An endpoint alone, with its version."""
    return WebhookOut.of(tagged(reply, endpoint))


async def added(house: House, hand: Hand, wish: Wish) -> WebhookSecretOut:
    """A new endpoint, with its secret."""
    await keeping.check_wish(house, hand.owner, wish)
    async with house.db.begin(None) as uow:
        return WebhookSecretOut.of(unrefused(await keeping.create(uow, house, hand, wish)))


async def changed(house: House, hand: Hand, endpoint_id: int, wish: Wish, if_match: str | None, reply: Response) -> WebhookOut:
    """The endpoint as wished; one that is not there is not there whatever is wished."""
    version = version_of(if_match, EndpointVersionMissing)
    async with house.db.read(None) as uow:
        unrefused(await webhooks.one(uow, hand.owner, endpoint_id))
    await keeping.check_wish(house, hand.owner, wish)
    async with house.db.begin(None) as uow:
        endpoint = unrefused(await keeping.change(uow, hand, endpoint_id, wish, version))
    return shown(reply, endpoint)


async def page_of(
    house: House, owner: Owner, endpoint_id: int, states: Sequence[DeliveryState] | None, type_: str | None, cursor: str | None, limit: int
) -> PageOut[WebhookDeliveryOut]:
    """One page of an endpoint's log."""
    async with house.db.read(None) as uow:
        unrefused(await webhooks.one(uow, owner, endpoint_id))
        found = await webhooks.deliveries(
            uow, owner, endpoint_id, states=states or tuple(DeliveryState), type_=type_, cursor=cursor, limit=limit
        )
    return PageOut[WebhookDeliveryOut].of(Page([WebhookDeliveryOut.of(one) for one in found.data], found.next_cursor))


async def whole(house: House, owner: Owner, endpoint_id: int, event_id: int) -> WebhookDeliveryFullOut:
    """A delivery with its body and every try."""
    async with house.db.read(None) as uow:
        unrefused(await webhooks.one(uow, owner, endpoint_id))
        found = unrefused(await webhooks.delivery(uow, owner, endpoint_id, event_id))
        tries = await webhooks.attempts(uow, owner, endpoint_id, event_id)
    return WebhookDeliveryFullOut(
        delivery=WebhookDeliveryOut.of(found), body=found.body, attempts=[WebhookAttemptOut.of(one) for one in tries]
    )


def _hand(tenant: Tenant, caller: MarketplaceAdmin, request: Request) -> Hand:
    return Hand(Owner.tenant(tenant.id), caller, address_of(request))


@router.get("/admin/webhooks", responses=problems(*_ADMIN))
async def list_webhooks(tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> WebhooksOut:
    """Where this marketplace's events are sent."""
    owner = Owner.tenant(tenant.id)
    async with house.db.read(None) as uow:
        return WebhooksOut.of(await webhooks.of_owner(uow, owner), owner, None)


@router.post("/admin/webhooks", status_code=201, responses=problems(Invalid, TooManyEndpoints, *_ADMIN))
async def add_webhook(body: WebhookIn, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> WebhookSecretOut:
    """Send the chosen events to this URL from now on. The secret is shown in this answer alone."""
    return await added(house, _hand(tenant, caller, request), body.wish())


@router.get("/admin/webhooks/{endpoint_id}", responses=problems(NotFound, *_ADMIN))
async def read_webhook(endpoint_id: EndpointId, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep, reply: Response) -> WebhookOut:
    """One endpoint, for editing."""
    async with house.db.read(None) as uow:
        return shown(reply, unrefused(await webhooks.one(uow, Owner.tenant(tenant.id), endpoint_id)))


@router.put("/admin/webhooks/{endpoint_id}", responses=problems(NotFound, Invalid, EndpointChanged, EndpointVersionMissing, *_ADMIN))
async def change_webhook(
    endpoint_id: EndpointId,
    body: WebhookIn,
    request: Request,
    tenant: Tenant,
    caller: MarketplaceAdmin,
    house: HouseDep,
    reply: Response,
    if_match: IfMatch = None,
) -> WebhookOut:
    """Another URL, description or choice of events. Needs the version that you loaded."""
    return await changed(house, _hand(tenant, caller, request), endpoint_id, body.wish(), if_match, reply)


@router.delete("/admin/webhooks/{endpoint_id}", status_code=204, responses=problems(NotFound, *_ADMIN))
async def remove_webhook(endpoint_id: EndpointId, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> None:
    """Send nothing there any more, and forget its secret and its log."""
    async with house.db.begin(None) as uow:
        unrefused(await keeping.remove(uow, _hand(tenant, caller, request), endpoint_id))


@router.post("/admin/webhooks/{endpoint_id}/rotate-secret", responses=problems(NotFound, *_ADMIN))
async def rotate_webhook_secret(
    endpoint_id: EndpointId, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep
) -> WebhookSecretOut:
    """A new secret, shown in this answer alone. For 24 hours the old one signs as well."""
    async with house.db.begin(None) as uow:
        return WebhookSecretOut.of(unrefused(await keeping.rotate(uow, house, _hand(tenant, caller, request), endpoint_id)))


@router.post("/admin/webhooks/{endpoint_id}/enable", responses=problems(NotFound, *_ADMIN))
async def enable_webhook(
    endpoint_id: EndpointId, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep
) -> WebhookOut:
    """Send there again, what still waits first. What happened while it was disabled is not sent."""
    async with house.db.begin(None) as uow:
        return WebhookOut.of(unrefused(await keeping.enable(uow, _hand(tenant, caller, request), endpoint_id)))


@router.post("/admin/webhooks/{endpoint_id}/disable", responses=problems(NotFound, *_ADMIN))
async def disable_webhook(
    endpoint_id: EndpointId, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep
) -> WebhookOut:
    """Send nothing there for now."""
    async with house.db.begin(None) as uow:
        return WebhookOut.of(unrefused(await keeping.disable(uow, _hand(tenant, caller, request), endpoint_id)))


@router.post("/admin/webhooks/{endpoint_id}/test", status_code=202, responses=problems(NotFound, EndpointDisabled, *_ADMIN))
async def test_webhook(
    endpoint_id: EndpointId, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep
) -> WebhookDeliveryOut:
    """Send `webhooks.test.v1`, which means nothing; the delivery says what came of it."""
    async with house.db.begin(None) as uow:
        return WebhookDeliveryOut.of(unrefused(await keeping.test(uow, _hand(tenant, caller, request), endpoint_id)))


@router.get("/admin/webhooks/{endpoint_id}/deliveries", responses=problems(NotFound, Invalid, *_ADMIN))
async def list_webhook_deliveries(
    endpoint_id: EndpointId,
    tenant: Tenant,
    caller: MarketplaceAdmin,
    house: HouseDep,
    state: States = None,
    type: str | None = None,  # noqa: A002 -- the field's name
    cursor: str | None = None,
    limit: Limit = 50,
) -> PageOut[WebhookDeliveryOut]:
    """What was sent there in the last 30 days, the newest event first; `state` narrows and may be repeated."""
    return await page_of(house, Owner.tenant(tenant.id), endpoint_id, state, type, cursor, limit)


@router.get("/admin/webhooks/{endpoint_id}/deliveries/{event_id}", responses=problems(NotFound, *_ADMIN))
async def read_webhook_delivery(
    endpoint_id: EndpointId, event_id: EventId, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep
) -> WebhookDeliveryFullOut:
    """One delivery with every request and reply."""
    return await whole(house, Owner.tenant(tenant.id), endpoint_id, event_id)


@router.post(
    "/admin/webhooks/{endpoint_id}/deliveries/{event_id}/replay",
    status_code=202,
    responses=problems(NotFound, EndpointDisabled, *_ADMIN),
)
async def replay_webhook_delivery(
    endpoint_id: EndpointId, event_id: EventId, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep
) -> WebhookDeliveryOut:
    """Send this event again, with the same id and body."""
    async with house.db.begin(None) as uow:
        return WebhookDeliveryOut.of(unrefused(await keeping.replay(uow, _hand(tenant, caller, request), endpoint_id, event_id)))


@router.post("/admin/webhooks/{endpoint_id}/replay", status_code=202, responses=problems(NotFound, EndpointDisabled, *_ADMIN))
async def replay_failed_webhook_deliveries(
    endpoint_id: EndpointId, body: WebhookReplayIn, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep
) -> WebhookReplayedOut:
    """Send again everything since then that was not heard."""
    async with house.db.begin(None) as uow:
        events = unrefused(await keeping.replay_failed(uow, _hand(tenant, caller, request), endpoint_id, body.since))
    return WebhookReplayedOut(events=events)
