"""The log of deliveries, and its end."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from velora.kernel.errors import NotFound
from velora.kernel.ids import encode, first_id_at, time_of
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.webhooks import repository
from velora.modules.webhooks.models import WebhookAttempt, WebhookDelivery
from velora.modules.webhooks.policy.endpoints import DeliveryState
from velora.modules.webhooks.policy.schedule import KEPT
from velora.modules.webhooks.service.endpoints import Endpoint, Owner, endpoint_of
from velora.platform.db import UnitOfWork
from velora.platform.db.backlog import Backlog

FORGOTTEN_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Delivery:
    """An event for an endpoint: how far it is, what came last, and the body as it is sent."""

    endpoint_id: int
    event_id: int
    type: str
    body: str
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    last_status: int | None
    last_error: str
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True)
class Attempt:
    """One request and what came of it; `reply` is its beginning."""

    at: datetime
    request_headers: Mapping[str, str]
    status: int | None
    reply: str
    duration_ms: int
    error: str


async def deliveries(
    uow: UnitOfWork,
    owner: Owner,
    endpoint_id: int,
    *,
    states: Collection[DeliveryState] = tuple(DeliveryState),
    type_: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Delivery]:
    """An endpoint's deliveries, the newest event first. Raises Invalid for a cursor of another list."""
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    rows = await repository.deliveries(
        uow, owner.key(endpoint_id), states={one.value for one in states}, type_=type_, before=before, limit=limit + 1
    )
    shown = [_delivery(row) for row in rows[:limit]]
    return Page(shown, encode_cursor(shown[-1].event_id) if len(rows) > limit else None)


async def delivery(uow: UnitOfWork, owner: Owner, endpoint_id: int, event_id: int) -> Delivery | NotFound:
    row = await repository.delivery(uow, (*owner.key(endpoint_id), event_id))
    return _delivery(row) if row else NotFound("delivery", encode("evt", event_id))


async def attempts(uow: UnitOfWork, owner: Owner, endpoint_id: int, event_id: int) -> list[Attempt]:
    """Every try of a delivery, the newest first."""
    return [_attempt(row) for row in await repository.attempts(uow, (*owner.key(endpoint_id), event_id))]


async def forget_old(uow: UnitOfWork) -> int:
    """Deliveries older than KEPT are gone with their log, the oldest first; how many, about FORGOTTEN_AT_ONCE. Platform scope."""
    return await repository.forget_before(uow, first_id_at(uow.now - KEPT), FORGOTTEN_AT_ONCE)


async def everywhere(uow: UnitOfWork) -> list[tuple[Endpoint, int]]:
    """Every endpoint of everybody, and how many deliveries wait for it. Platform scope."""
    waiting = await repository.count_waiting(uow)
    found = [endpoint_of(row) for row in await repository.everywhere(uow)]
    return [(one, waiting.get(one.key, 0)) for one in found]


async def backlog(uow: UnitOfWork) -> Backlog:
    """What waits for endpoints that are enabled, of everybody; and what was given up, of all that is kept. Platform scope."""
    waiting, oldest = await repository.waiting_for_enabled(uow)
    return Backlog(waiting, time_of(oldest) if oldest else None, await repository.count_given_up(uow))


def _delivery(row: WebhookDelivery) -> Delivery:
    return Delivery(
        row.endpoint_id, row.event_id, row.type, row.body, DeliveryState(row.state), row.attempts, row.next_at, row.last_status,
        row.last_error, row.created_at, row.delivered_at,
    )  # fmt: skip


def _attempt(row: WebhookAttempt) -> Attempt:
    return Attempt(row.at, row.request_headers, row.status, row.reply, row.duration_ms, row.error)
