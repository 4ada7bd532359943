"""Endpoints: made, changed, switched on and off. Secrets come and go locked; who may read them is the caller's affair."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from velora.kernel.errors import NotFound
from velora.kernel.events import NOBODYS
from velora.kernel.ids import encode
from velora.modules.webhooks import repository
from velora.modules.webhooks.errors import EndpointChanged, TooManyEndpoints
from velora.modules.webhooks.models import WebhookEndpoint
from velora.modules.webhooks.policy.endpoints import MOST_ENDPOINTS, EndpointState, Reason
from velora.modules.webhooks.policy.schedule import OLD_SECRET_SIGNS, Lane
from velora.modules.webhooks.repository import Key
from velora.platform.db import UnitOfWork

DELIVERIES: Final = "deliveries"
"""What is woken when an endpoint has something due."""


@dataclass(frozen=True)
class Owner:
    """A marketplace, or a seller across all of its marketplaces."""

    tenant_id: int
    seller_id: int

    @classmethod
    def tenant(cls, tenant_id: int) -> Self:
        return cls(tenant_id, NOBODYS)

    @classmethod
    def seller(cls, seller_id: int) -> Self:
        return cls(NOBODYS, seller_id)

    @property
    def is_seller(self) -> bool:
        return self.seller_id != NOBODYS

    def key(self, endpoint_id: int) -> Key:
        return self.tenant_id, self.seller_id, endpoint_id


@dataclass(frozen=True)
class Endpoint:
    """An endpoint as its owner sees it; `since` is when it came into its state, `reason` why it is disabled."""

    owner: Owner
    id: int
    url: str
    description: str
    event_types: tuple[str, ...]
    state: EndpointState
    reason: Reason
    since: datetime
    failures: int
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_at: datetime
    version: int

    @property
    def key(self) -> Key:
        return self.owner.key(self.id)

    @property
    def ref(self) -> str:
        return encode("whe", self.id)


@dataclass(frozen=True)
class NewEndpoint:
    """An endpoint to be, with its id, as its secret is locked for that."""

    owner: Owner
    id: int
    url: str
    description: str
    event_types: tuple[str, ...]
    secret: bytes


@dataclass(frozen=True)
class EndpointChange:
    """What is said of an endpoint from now on, by somebody who has seen this version."""

    url: str
    description: str
    event_types: tuple[str, ...]
    version: int


async def create(uow: UnitOfWork, new: NewEndpoint) -> Endpoint | TooManyEndpoints:
    """It is there and enabled: it hears what happens from now on."""
    if len(await repository.of_owner(uow, (new.owner.tenant_id, new.owner.seller_id))) >= MOST_ENDPOINTS:
        return TooManyEndpoints(MOST_ENDPOINTS)
    await repository.add_endpoints(
        uow,
        [
            {
                "tenant_id": new.owner.tenant_id, "seller_id": new.owner.seller_id, "id": new.id, "url": new.url,
                "description": new.description, "event_types": list(new.event_types), "secret": new.secret, "old_secret": None,
                "old_secret_until": None, "state": EndpointState.ENABLED.value, "reason": Reason.NONE.value, "since": uow.now,
                "failures": 0, "failing_since": None, "lane": Lane.QUICK.value, "next_at": None, "lease": 0, "leased_until": uow.now,
                "rest_until": uow.now, "created_at": uow.now, "version": 1,
            }
        ],
    )  # fmt: skip
    return Endpoint(
        new.owner, new.id, new.url, new.description, new.event_types, EndpointState.ENABLED, Reason.NONE, uow.now, 0, None, None, uow.now, 1
    )


async def of_owner(uow: UnitOfWork, owner: Owner) -> list[Endpoint]:
    """The owner's endpoints, the oldest first."""
    return [endpoint_of(row) for row in await repository.of_owner(uow, (owner.tenant_id, owner.seller_id))]


async def one(uow: UnitOfWork, owner: Owner, endpoint_id: int) -> Endpoint | NotFound:
    row = await repository.endpoint(uow, owner.key(endpoint_id))
    return endpoint_of(row) if row else _nowhere(endpoint_id)


async def change(uow: UnitOfWork, owner: Owner, endpoint_id: int, wanted: EndpointChange) -> Endpoint | NotFound | EndpointChanged:
    """What waits for the endpoint goes to the new URL; what it has not chosen before, it hears from now on."""
    row = await repository.lock_endpoint(uow, owner.key(endpoint_id))
    if row is None:
        return _nowhere(endpoint_id)
    if row.version != wanted.version:
        return EndpointChanged()
    values = {"url": wanted.url, "description": wanted.description, "event_types": list(wanted.event_types), "version": row.version + 1}
    return await _changed(uow, owner, endpoint_id, values)


async def rotate(uow: UnitOfWork, owner: Owner, endpoint_id: int, secret: bytes) -> Endpoint | NotFound:
    """The new secret signs from now on; the one before signs beside it for a day, and one before that no more."""
    row = await repository.lock_endpoint(uow, owner.key(endpoint_id))
    if row is None:
        return _nowhere(endpoint_id)
    values = {"secret": secret, "old_secret": row.secret, "old_secret_until": uow.now + OLD_SECRET_SIGNS, "version": row.version + 1}
    return await _changed(uow, owner, endpoint_id, values)


async def enable(uow: UnitOfWork, owner: Owner, endpoint_id: int) -> Endpoint | NotFound:
    """It hears what happens from now on, and what still waited for it goes on at once."""
    row = await repository.lock_endpoint(uow, owner.key(endpoint_id))
    if row is None:
        return _nowhere(endpoint_id)
    if row.state == EndpointState.ENABLED:
        return endpoint_of(row)
    values = {
        "state": EndpointState.ENABLED.value, "reason": Reason.NONE.value, "since": uow.now, "failures": 0, "failing_since": None,
        "next_at": await repository.next_due(uow, owner.key(endpoint_id)), "rest_until": uow.now, "version": row.version + 1,
    }  # fmt: skip
    uow.wakes(DELIVERIES)
    return await _changed(uow, owner, endpoint_id, values)


async def disable(uow: UnitOfWork, owner: Owner, endpoint_id: int) -> Endpoint | NotFound:
    """Nothing is sent to it, and nothing new is kept for it, until it is enabled; what waits is kept."""
    row = await repository.lock_endpoint(uow, owner.key(endpoint_id))
    if row is None:
        return _nowhere(endpoint_id)
    if row.state == EndpointState.DISABLED:
        return endpoint_of(row)
    values = {"state": EndpointState.DISABLED.value, "reason": Reason.ASKED.value, "since": uow.now, "version": row.version + 1}
    return await _changed(uow, owner, endpoint_id, values)


async def remove(uow: UnitOfWork, owner: Owner, endpoint_id: int) -> Endpoint | NotFound:
    """It is gone with its secrets. What was sent to it can no longer be seen, and is forgotten in its time."""
    row = await repository.lock_endpoint(uow, owner.key(endpoint_id))
    if row is None:
        return _nowhere(endpoint_id)
    await repository.remove_endpoint(uow, owner.key(endpoint_id))
    return endpoint_of(row)


async def _changed(uow: UnitOfWork, owner: Owner, endpoint_id: int, values: Mapping[str, object]) -> Endpoint | NotFound:
    await repository.change_endpoints(uow, {owner.key(endpoint_id): values})
    return await one(uow, owner, endpoint_id)


def _nowhere(endpoint_id: int) -> NotFound:
    return NotFound("webhook endpoint", encode("whe", endpoint_id))


def endpoint_of(row: WebhookEndpoint) -> Endpoint:
    """The row as its owner sees it."""
    return Endpoint(
        Owner(row.tenant_id, row.seller_id), row.id, row.url, row.description, tuple(row.event_types), EndpointState(row.state),
        Reason(row.reason), row.since, row.failures, row.failing_since, row.old_secret_until, row.created_at, row.version,
    )  # fmt: skip
